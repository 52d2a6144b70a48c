from datetime import timedelta

from incident.rules import slack_health
from incident.rules.proofs import Finding
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
