"""Slack is away for an hour: nothing is lost, and nobody reads two hundred old posts after it."""

from datetime import timedelta

import pytest

from incident.delivery.catch_up import CatchUp
from incident.integrations.notifier import Delivered, Refused, TryAgain
from incident.rules.outcome import Notice
from incident.storage import proofs
from incident.storage.db import reading
from tests.delivery.conftest import a_post, deliver, lines, promise, rows
from tests.delivery.test_paces import Poster, deliver_all, in_steps, wordings

AWAY = TryAgain("Slack could not be reached")


class Absent(Poster):
    """Slack, while it cannot be reached."""

    def send(self, message):
        self.sent.append(message)
        return AWAY


@pytest.fixture
def key(database, an_incident):
    return an_incident(zone="Europe/Berlin")


def degraded():
    with reading() as session:
        row = proofs.find(session, "slack", "degraded")
        return row and (row.ok, row.sentence)


def an_hour_away(clock, *, minutes=60):
    """Everything is tried again and again, in vain."""
    keeper, absent = CatchUp(clock=clock), Absent(clock)
    for _ in range(minutes * 2):
        deliver_all(absent, clock)
        keeper.turn()
        clock.forward(seconds=30)
    return absent


def replies(count, *, start=0, **settings):
    return [
        a_post(f"signal-{n}", channel="C0A", text=f"Reply {n}", **settings)
        for n in range(start, start + count)
    ]


def test_one_summary_tells_what_slack_missed(key, clock):
    promise(key, *replies(14), at=clock())
    absent = an_hour_away(clock)
    poster = Poster(clock)

    in_steps(poster, clock, seconds=20)

    assert {m.intent_key.split("/")[3][:7] for m in absent.sent} >= {"signal-"}
    assert [message.settings["text"] for message in poster.sent] == [
        "Slack was away from 04:00 to 05:00 CEST. 14 messages were not posted; the last: "
        "We are on it\nEverything is in the desk."
    ]
    assert poster.sent[0].settings["link"] == f"https://desk.example/incidents/{key}"


def test_what_is_left_out_adds_no_two_hundred_lines(key, clock):
    promise(key, *replies(100), at=clock())
    before = len(lines(key))

    an_hour_away(clock, minutes=30)

    left_out = [row for row in rows(key) if row.state == "superseded"]
    assert len(left_out) == 100
    assert {row.last_error for row in left_out} == {"Slack was away; one summary tells it"}
    assert len(lines(key)) - before < 30


def test_each_thread_has_a_summary_of_its_own(key, clock):
    promise(key, *replies(3, thread_ts="1.1"), *replies(3, start=3, thread_ts="2.2"), at=clock())
    an_hour_away(clock)
    poster = Poster(clock)

    in_steps(poster, clock, seconds=20)

    assert [message.settings["thread_ts"] for message in poster.sent] == ["1.1", "2.2"]


def test_what_comes_while_slack_is_still_away_is_added(key, clock):
    promise(key, *replies(3), at=clock())
    an_hour_away(clock, minutes=30)
    promise(key, *replies(4, start=3), at=clock())
    an_hour_away(clock, minutes=30)
    poster = Poster(clock)

    in_steps(poster, clock, seconds=20)

    assert ["7 messages were not posted" in m.settings["text"] for m in poster.sent] == [True]


class SummedUpMeanwhile(Absent):
    """While it is asked in vain for one message, the others are summed up."""

    def send(self, message):
        CatchUp(clock=self._clock).turn()
        return super().send(message)


def test_what_was_just_being_sent_when_the_others_were_summed_up_is_told_with_them(key, clock):
    promise(key, *replies(4), at=clock())
    for _ in range(30):
        deliver_all(Absent(clock), clock)
        clock.forward(seconds=30)
    clock.forward(minutes=5)
    deliver(SummedUpMeanwhile(clock), clock, integration="slack")
    assert sorted(row.state for row in rows(key))[:2] == ["due", "due"]
    clock.forward(minutes=5)
    poster = Poster(clock)

    in_steps(poster, clock, seconds=40)

    assert [cause[:8] for cause in poster.went] == ["catch-up"]
    assert "4 messages were not posted" in poster.sent[0].settings["text"]


def test_what_a_person_or_a_step_posts_is_sent_whole_and_in_order(key, clock):
    step = Notice("slack", "post", "C0A", "From a step", "step-4", settings={"channel": "C0A"})
    asked = [a_post(f"post-{n}", channel="C0A") for n in range(3)]
    alarm = a_post("alarm-1-refused", channel="C0A")
    promise(key, asked[0], *replies(5), step, asked[1], alarm, asked[2], at=clock())
    an_hour_away(clock)
    poster = Poster(clock)

    in_steps(poster, clock, seconds=20)

    asked_for = ["post-0", "step-4", "post-1", "alarm-1-refused", "post-2"]
    assert poster.went[:5] == asked_for
    assert [cause.startswith("catch-up-") for cause in poster.went[5:]] == [True]


def test_the_receipt_goes_out_once_in_its_last_wording(key, clock):
    promise(key, a_post("receipt", channel="C0A"), at=clock())
    deliver_all(Poster(clock), clock)
    wordings(key, clock, range(1, 40))
    an_hour_away(clock)
    wordings(key, clock, [40])
    poster = Poster(clock)

    in_steps(poster, clock, seconds=40)

    assert [message.settings["text"] for message in poster.sent] == ["40 more messages"]


def test_after_ten_minutes_young_posts_still_go_out_as_they_are(key, clock):
    promise(key, *replies(3), at=clock())
    an_hour_away(clock, minutes=15)
    promise(key, *replies(2, start=3), at=clock())
    poster = Poster(clock)

    in_steps(poster, clock, seconds=40)

    assert sorted(cause[:8] for cause in poster.went) == ["catch-up", "signal-3", "signal-4"]


def test_an_hour_of_broken_answers_ends_with_the_summary_too(key, clock):
    promise(key, *replies(14), at=clock())
    keeper, broken = CatchUp(clock=clock), TryAgain("Slack answered 503", ambiguous=True)
    in_steps(Poster(clock, *[broken] * 900), clock, seconds=700, step=10)
    keeper.turn()
    poster = Poster(clock)

    in_steps(poster, clock, seconds=40)

    assert [cause[:8] for cause in poster.went] == ["catch-up"]


def test_a_short_absence_leaves_everything_as_it_was(key, clock):
    promise(key, *replies(3), at=clock())
    an_hour_away(clock, minutes=8)
    poster = Poster(clock)

    in_steps(poster, clock, seconds=40)

    assert poster.went == ["signal-0", "signal-1", "signal-2"]


def test_after_a_minute_people_are_told_since_when_and_why(key, clock):
    promise(key, *replies(1), at=clock())
    deliver(Absent(clock), clock, integration="slack")
    assert degraded() == (True, "")
    clock.forward(seconds=61)

    deliver(Absent(clock), clock, integration="slack")

    assert degraded() == (
        False,
        "Slack degraded since 02:00 UTC: Slack could not be reached. Nothing is lost: what could "
        "not be posted is tried again, and everything stands here.",
    )


def test_as_soon_as_slack_takes_something_all_is_well(key, clock):
    promise(key, *replies(1), at=clock())
    an_hour_away(clock, minutes=2)
    assert degraded()[0] is False

    in_steps(Poster(clock), clock, seconds=40)

    assert degraded() == (True, "")


def test_one_refused_post_and_a_short_crowd_are_no_outage(key, clock):
    promise(key, *replies(2), at=clock())
    crowd = TryAgain("Slack takes no more posts just now", timedelta(seconds=20), crowded=True)

    deliver_all(Poster(clock, Refused("It is archived"), crowd), clock)
    clock.forward(seconds=90)
    deliver_all(Poster(clock, crowd, Delivered()), clock)

    assert degraded() in (None, (True, ""))
