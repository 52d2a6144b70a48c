from datetime import UTC, datetime, timedelta

import pytest

from incident.rules import budgets as rules

NOW = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)


def test_a_key_that_never_sent_anything_may_send_a_burst():
    assert rules.allowance(100.0, None, NOW) == rules.BURST


@pytest.mark.parametrize(("seconds", "left"), [(0, 3.0), (10, 13.0), (3600, rules.BURST)])
def test_what_was_spent_flows_back(seconds, left):
    now = NOW + timedelta(seconds=seconds)

    assert rules.allowance(3.0, NOW, now) == left


def test_a_clock_that_was_set_back_takes_nothing_away():
    assert rules.allowance(3.0, NOW, NOW - timedelta(hours=2)) == 3.0


def test_no_minute_sees_more_than_pagerduty_takes():
    left, since, sent = rules.BURST, NOW, []
    for tenth in range(3000):
        now = NOW + timedelta(seconds=tenth / 10)
        left, since = rules.allowance(left, since, now), now
        while left >= 1:
            left, sent = left - 1, [*sent, now]

    busiest = max(sum(at <= other < at + timedelta(minutes=1) for other in sent) for at in sent)
    assert busiest <= 120
    assert len(sent) >= 300


def test_a_note_waits_until_there_is_plenty():
    assert rules.free_at(5.0, NOW, NOW, needed=1) == NOW
    assert rules.free_at(5.0, NOW, NOW, needed=11) == NOW + timedelta(seconds=6)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"source": "web"}, "press"),
        ({"source": "slack"}, "press"),
        ({"source": "api"}, "automatic"),
        ({"source": "web", "step": 7}, "automatic"),
        ({"source": "web", "step": 7, "generation": 2}, "press"),
        ({"source": "worker", "by_desk": True}, "automatic"),
        ({"source": "worker", "by_desk": True, "generation": 2}, "ladder"),
        ({"source": "web", "rung": 2}, "ladder"),
    ],
)
def test_who_asks_decides_on_the_budget(asked, kind):
    given = {"source": "web", "by_desk": False, "rung": 1, "generation": 1, "step": None}

    assert rules.kind_of(**given | asked) == kind


@pytest.mark.parametrize(
    ("kind", "here", "everywhere", "spent"),
    [
        ("automatic", 0, 0, False),
        ("automatic", 1, 1, True),
        ("press", 2, 2, False),
        ("press", 3, 3, True),
        ("press", 0, 10, True),
    ],
)
def test_a_budget_is_spent_here_or_everywhere(kind, here, everywhere, spent):
    assert rules.is_spent(kind, here=here, everywhere=everywhere) is spent


def test_one_is_one():
    assert rules.note(1) == "1 more page held back"
    assert rules.note(17) == "17 more pages held back"


def test_the_same_people_may_stand_behind_several_targets():
    on_call = {
        "mobile": [{"name": "Jo", "email": "jo@example.com"}, {"name": "Ada"}],
        "platform": [{"name": "Jo K.", "email": "JO@example.com"}],
        "web": [{"name": "ada"}],
        "database": [{"name": "Tom"}],
        "nobody": [{"name": ""}],
    }

    assert rules.same_people("mobile", on_call) == {"mobile", "platform", "web"}
    assert rules.same_people("nobody", on_call) == {"nobody"}
    assert rules.same_people("unknown", on_call) == {"unknown"}
