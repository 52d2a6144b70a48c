"""Every row of `docs/reliability.md`: what happens, at what scale, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.fakes import server
from tests.trials import clocks, hearing, ladder, manners, rows, sockets, storms, vendor
from tests.trials.cords import SOCKETS
from tests.trials.desk import Desk

BOTH = ("sqlite", "postgresql")
OUTAGE = "the ten minutes are {outage:.0f} s"
ACK = "the five minutes are 2 s"
LEASES = "leases × {hurry:g}"
FAULTS = {
    "no answer": server.hang(30),
    "the line cut before the body": server.deaf(),
    "the line cut before the page": server.reset(),
    "the line cut after the page": server.reset(taken=True),
}
TWO_HOURS, THREE_DAYS, A_STEP = 2 * 3600, 3 * 24 * 3600, 600


@dataclass(frozen=True)
class Row:
    """One way to be unlucky. `scale` says what is shorter or smaller than in the table of rows.

    `share` is how many of the usual trials it gets; `hurry` overrules how short leases are.
    A row that is not `quick` has no short form in the suite.
    """

    name: str
    act: Callable[[Desk], None]
    scale: str = LEASES
    share: float = 1.0
    databases: tuple[str, ...] = BOTH
    hurry: float | None = None
    quick: bool = True

    @property
    def number(self) -> str:
        return self.name.split()[0]


KILLS = [
    Row(
        "R01 web, before the transaction", partial(rows.web_dies, failpoint="transaction-before:2")
    ),
    Row("R02 web, in the middle of it", partial(rows.web_dies, failpoint="record-half")),
    Row("R03 web, after the commit", partial(rows.web_dies, failpoint="transaction-recorded")),
    Row(
        "R04 Slack, event not kept yet",
        partial(rows.slack_hears_nothing, failpoint="signal-kept"),
    ),
    Row(
        "R05 Slack, event kept, not answered",
        partial(rows.slack_hears_nothing, failpoint="signal-committed"),
    ),
    Row("R06 timer due, nothing promised yet", partial(rows.scheduler_dies, failpoint="timer-due")),
    Row("R07 worker, in the middle of a claim", partial(rows.worker_dies, failpoint="claim-half")),
    Row("R08 worker, claim committed", partial(rows.worker_dies, failpoint="claim-committed")),
    Row(
        "R08 the same, with leases as they are",
        partial(rows.worker_dies, failpoint="claim-committed"),
        hurry=1,
        quick=False,
    ),
    Row("R09 worker, headers sent", partial(rows.worker_dies, failpoint="headers-sent")),
    Row(
        "R10 worker, body sent",
        partial(rows.worker_dies_while_pagerduty_thinks, recorded=False),
    ),
    Row(
        "R11 worker, answer not read",
        partial(rows.worker_dies_while_pagerduty_thinks, recorded=True),
    ),
    Row("R12 worker, answer read", partial(rows.worker_dies, failpoint="answer-read")),
    Row("R13 workers, at random", rows.workers_die_at_random),
    Row("R14 three workers, one killed", rows.workers_race),
    Row("R15 worker, asleep through the resolve", rows.sleeper_wakes_after_the_resolve),
    Row("R16 worker, asleep with the message in hand", rows.sleeper_wakes_with_the_message_in_hand),
    Row("R17 everything, with a timer running", rows.everything_dies),
    Row("R18 two of everything", rows.two_of_everything),
]
VENDOR = [
    Row(
        "R20 PagerDuty, too many",
        vendor.is_crowded,
        scale=f"{OUTAGE}, {{crowd}} pages for 300, its minute {{minute:.0f}} s",
        share=0.1,
    ),
    *[
        Row(
            f"R21 PagerDuty, {code}",
            partial(vendor.is_away, status=code),
            scale=OUTAGE,
            share=0.2,
        )
        for code in (500, 502, 503, 504)
    ],
    Row("R22 nobody can be reached", vendor.is_beyond_reach, share=0.5),
    *[
        Row(f"R22 {name}", partial(vendor.breaks_the_line, fault=fault), share=0.5)
        for name, fault in FAULTS.items()
    ],
    Row("R23 one byte a second", vendor.drips, share=0.5),
    *[
        Row(f"R24 202 and {said}", partial(vendor.talks_nonsense, said=said), share=0.5)
        for said in vendor.NONSENSE
    ],
    Row("R24 a redirect", vendor.sends_us_elsewhere, share=0.5),
    Row("R25 the key is refused", vendor.refuses, share=0.5),
    Row("R25 the same, and the next is paged", vendor.refuses_and_the_next_is_paged, share=0.5),
    Row("R25 away for a minute", vendor.is_away_for_a_minute, share=0.5),
]
LADDER = [
    Row("R06 nobody answers", ladder.nobody_answers, scale=ACK, share=0.5),
    Row("R06 nobody answers, and the scheduler dies", ladder.scheduler_dies, scale=ACK, share=0.5),
    Row("R06 somebody answers, and the worker dies", ladder.somebody_answers, scale=ACK, share=0.5),
    Row(
        "R06 the first rung is out of reach",
        ladder.first_rung_is_out_of_reach,
        scale=ACK,
        share=0.5,
    ),
]
HEARING = [
    Row(
        "R26 taken, but never an incident",
        hearing.never_becomes_an_incident,
        scale="the minute is skipped by the clock",
        share=0.5,
    ),
    Row(
        "R26 everybody there was told in vain",
        hearing.exhausts_its_own_levels,
        scale="",
        share=0.5,
        quick=False,
    ),
    Row("R27 answered before the 202", hearing.answered_before_our_answer, share=0.5),
    Row(
        "R27 answered, and no webhook reaches us",
        hearing.answered_where_no_webhook_reaches_us,
        scale="",
        share=0.5,
        quick=False,
    ),
    Row("R27 told backwards, four times", hearing.told_in_any_order, share=0.5),
    Row(
        "R27 web dies over a webhook",
        hearing.web_dies_over_a_webhook,
        share=0.5,
        quick=False,
    ),
]
MANNERS = [
    Row("R33 Slack, too many", manners.is_crowded, scale=OUTAGE, share=0.3),
    Row("R33 it breaks off after it posted", manners.breaks_off_after_it_posted, share=0.5),
    Row(
        "R33 the line cut after it posted",
        manners.cuts_the_line_after_it_posted,
        share=0.5,
        quick=False,
    ),
    Row("R33 the channel is archived", manners.archives_the_channel, scale="", share=0.5),
    Row("R33 we are not in the channel", manners.has_us_outside, scale="", share=0.5),
    Row("R33 the name is taken", manners.has_the_name_already, scale="", share=0.5),
    Row("R33 the token is revoked", manners.revokes_the_token, scale="", share=0.5),
    Row(
        "R34 Slack away for an hour",
        manners.is_away_for_an_hour,
        scale="the hour is skipped by the clock",
        share=0.3,
        quick=False,
    ),
]
SLACK = [
    Row("R30 a storm", storms.everybody_writes, scale="{storm} messages", share=0.1),
    Row(
        "R30 a storm over sockets",
        partial(storms.everybody_writes, way=SOCKETS),
        scale="{storm} messages",
        share=0.1,
        quick=False,
    ),
    Row("R31 told four times at once", storms.told_four_times, scale=""),
    Row("R31 the same over sockets", storms.told_four_times_over_sockets, scale=""),
    Row("R32 a message and a mention", storms.mentioned, scale=""),
    Row(
        "R32 the same over sockets",
        partial(storms.mentioned, way=SOCKETS),
        scale="",
        share=0.5,
        quick=False,
    ),
    *MANNERS,
    *[
        Row(
            f"{row.name}, over sockets",
            partial(sockets.heard_over_them, act=row.act),
            scale=row.scale,
            share=row.share / 2,
            quick=False,
        )
        for row in MANNERS
    ],
    Row("R35 sockets renewed", sockets.are_renewed, scale="", share=0.5),
    Row("R35 both sockets die", sockets.both_die, scale="", share=0.5, quick=False),
    Row("R35 an envelope twice", sockets.tell_twice, scale="", share=0.5),
    Row("R35 whoever listens dies", sockets.whoever_listens_dies, scale="", share=0.5),
    Row(
        "R35 nothing can be written",
        sockets.nothing_can_be_written,
        scale="away for 7 s",
        share=0.3,
        quick=False,
    ),
]
CLOCKS = [
    *[
        Row(f"R50 clock set by {words}", partial(clocks.is_set, by=seconds), share=0.5)
        for words, seconds in {
            "-2 h": -TWO_HOURS,
            "+3 d": THREE_DAYS,
            "-10 min": -A_STEP,
            "+10 min": A_STEP,
        }.items()
    ],
    Row(
        "R50 summer time begins",
        partial(clocks.summer_time_changes, at=clocks.SPRING),
        share=0.3,
    ),
    Row("R50 summer time ends", partial(clocks.summer_time_changes, at=clocks.AUTUMN), share=0.3),
    Row("R50 worker started in 1970", clocks.starts_in_1970, share=0.5),
    Row("R51 three clocks ten minutes apart", clocks.differ, share=0.5, databases=BOTH[1:]),
]
OTHERS = [
    Row("R61 two tick the same step", rows.two_tick_at_once),
    Row("R80 worker, told to stop", rows.worker_is_told_to_stop),
    Row("R81 routing key revoked and replaced", vendor.key_is_revoked, share=0.5),
]
ROWS: dict[str, Row] = {
    row.name: row for row in (*KILLS, *LADDER, *VENDOR, *HEARING, *SLACK, *CLOCKS, *OTHERS)
}
