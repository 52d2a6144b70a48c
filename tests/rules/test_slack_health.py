from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from incident.rules import slack_health
from incident.rules.proofs import Finding
from incident.rules.slack_health import Crowd
from tests.conftest import START

LATER = START + timedelta(minutes=61)


def test_a_socket_that_hears_is_well():
    assert slack_health.of_socket(None, "", at=START, armed=True) == Finding("slack", "socket")


def test_a_socket_that_is_away_is_grave_only_where_a_cry_may_come():
    away = [
        slack_health.of_socket(START, "Slack hung up", at=LATER, armed=armed)
        for armed in (False, True)
    ]

    assert [found.grave for found in away] == [False, True]
    assert [found.sentence for found in away] == [
        "Slack's socket has been away since 02:00 UTC: Slack hung up.",
        "Slack's socket has been away since 02:00 UTC: Slack hung up. "
        "A cry for help in Slack is heard late or not at all: telephone.",
    ]


def test_a_minute_of_failing_is_no_news_yet():
    soon = START + timedelta(seconds=59)

    assert slack_health.of_deliveries(START, "away", at=soon).ok
    assert not slack_health.of_deliveries(START, "away", at=LATER).ok


@dataclass
class ARule:
    channel: str = "C0A"
    trouble: str = ""
    swept_at: datetime | None = LATER
    armed_at: datetime | None = START
    created_at: datetime = START


@dataclass
class ACheck:
    name: str
    ok: bool = False


def test_a_crowd_of_a_minute_is_a_burst_and_a_longer_one_is_said():
    short = {"slack/C0A": Crowd(START, START + timedelta(seconds=60))}
    long = {"slack/*/post": Crowd(START, START + timedelta(seconds=61))}

    assert slack_health.of_crowds(short, at=START).ok
    assert slack_health.of_crowds(long, at=START).sentence.startswith(
        "Slack degraded since 02:00 UTC: it takes no more from this workspace and asks the desk "
        "to wait until 02:01 UTC."
    )


def test_that_slack_tells_less_than_is_written_is_said_before_all_else():
    until = START + slack_health.KEPT_BACK_FOR
    crowds = {"slack/*/post": Crowd(START, until), slack_health.TELLING: Crowd(START, until)}

    assert slack_health.of_crowds(crowds, at=START).sentence == (
        "Slack degraded since 02:00 UTC: more is written than it tells the desk. A cry for help "
        "is found all the same, by reading the channels again, but up to a minute late."
    )


def test_a_channel_without_the_app_is_not_heard():
    rules = [ARule("C0A"), ARule("C0B")]

    assert slack_health.unheard(rules, [ACheck("channel C0B"), ACheck("token")]) == ("C0B",)


@pytest.mark.parametrize("name", ["hearing", "socket"])
def test_without_ears_no_channel_is_heard(name):
    assert slack_health.unheard([ARule("C0A"), ARule("C0B")], [ACheck(name)]) == ("C0A", "C0B")


def test_whoever_watches_is_told_how_many_are_not_heard_but_not_which():
    told = slack_health.deaf([ARule("C0A")], [ACheck("channel C0A")], at=LATER)

    assert told == (
        "A cry for help is not heard in one channel of Slack that should wake somebody: "
        "Settings, Slack, says why.",
    )


def test_a_channel_that_is_not_read_again_is_told_too():
    rules = [ARule(swept_at=None), ARule(trouble="Slack answered 500"), ARule()]

    (told,) = slack_health.deaf(rules, [], at=LATER)

    assert told.startswith("2 channels of Slack that should wake somebody cannot be read again")


def test_where_all_is_heard_nothing_is_told():
    assert slack_health.deaf([ARule()], [ACheck("hearing", ok=True)], at=LATER) == ()
