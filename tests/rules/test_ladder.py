"""Who comes next, after how long, and whose answer is still owed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from incident.rules import ladder

AT = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)
BACKUPS = {"primary": "platform", "platform": "lead", "lead": ""}


@dataclass
class Page:
    target: str
    rung: int = 1
    generation: int = 1
    requested_by: str = "Maya"
    then: str = ""


@dataclass
class Line:
    kind: str
    actor: str = "Maya"
    source: str = "web"


def test_backups_follow_one_another():
    assert ladder.ahead([Page("primary")], BACKUPS) == ("platform", "lead")
    assert ladder.ahead([Page("primary"), Page("platform", 2)], BACKUPS) == ("lead",)
    assert ladder.ahead([Page("lead")], BACKUPS) == ()


def test_what_the_step_names_comes_before_the_backup():
    assert ladder.ahead([Page("primary", then="lead")], BACKUPS) == ("lead",)


def test_nobody_comes_twice_and_a_ring_has_an_end():
    ring = {"primary": "platform", "platform": "primary"}

    assert ladder.ahead([Page("primary")], ring) == ("platform",)
    assert ladder.ahead([Page("primary"), Page("platform", 2)], ring) == ()
    assert ladder.ahead([Page("primary", then="primary")], {"primary": "platform"}) == ("platform",)


def test_a_page_repeated_goes_on_where_its_ladder_stood():
    climbed = [
        Page("primary", then="platform"),
        Page("platform", 2),
        Page("primary", 1, 2, "Incident desk", then="platform"),
    ]

    assert ladder.since_start(climbed) == climbed
    assert ladder.is_repeat(climbed)
    assert ladder.ahead(climbed, BACKUPS) == ("lead",)


def test_whoever_pages_again_begins_a_new_ladder():
    climbed = [Page("primary"), Page("platform", 2), Page("primary", 1, 2, "Tom")]

    assert ladder.since_start(climbed) == climbed[2:]
    assert not ladder.is_repeat(climbed[2:])


def test_a_step_that_the_desk_itself_reached_begins_a_ladder():
    climbed = [Page("primary", requested_by="Incident desk"), Page("platform", 2)]

    assert ladder.since_start(climbed) == climbed


@pytest.mark.parametrize(
    ("severity", "seconds"),
    [("sev1", 300), ("sev2", 600), ("sev3", 1800), ("sev4", None), ("unset", 300)],
)
def test_the_severity_says_how_long_to_wait(severity, seconds):
    assert ladder.ack_seconds(severity) == seconds
    assert ladder.ack_seconds(severity, 90) == 90


def test_a_cause_keeps_its_name_on_every_rung():
    assert ladder.cause_of("step-7", 2) == "step-7-rung-2"
    assert ladder.cause_of("step-7-rung-2", 3) == "step-7-rung-3"
    assert ladder.base_of("step-7-rung-3") == ladder.cause_of("step-7-rung-3", 1) == "step-7"


def test_everyone_is_whoever_is_on_call_else_the_telephone_list():
    on_call, phones = [{"name": "Maya"}, {"name": "Tom"}, {"name": "Maya"}], [{"name": "Ada"}]

    assert ladder.everyone(True, on_call, phones) == ["Maya", "Tom"]
    assert ladder.everyone(True, [], phones) == ["Ada"]
    assert ladder.everyone(False, on_call, phones) == []


def test_a_name_is_known_however_it_is_written():
    answers = [{"name": "maya  Lopez"}]

    assert ladder.owing(["Maya Lopez", "Tom"], answers) == ("Tom",)
    assert ladder.has_answered("MAYA LOPEZ", answers)
    assert not ladder.has_answered("Tom", answers)


def test_the_name_that_pagerduty_knows_counts_too():
    answers = [{"name": "maya", "as": "Maya Lopez"}]

    assert ladder.owing(["Maya Lopez"], answers) == ()
    assert ladder.has_answered("Maya", answers)


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["Maya"], "Maya"), (["Maya", "Tom", "Ada"], "Maya, Tom and Ada")],
)
def test_names_are_said_as_people_say_them(names, said):
    assert ladder.joined(names) == said


@pytest.mark.parametrize(
    ("line", "at_work"),
    [
        (Line("step_completed"), True),
        (Line("note_added", "Tom", "api"), True),
        (Line("reply_received", "Maya", "slack"), True),
        (Line("reply_received", "Sam", "slack"), False),
        (Line("page_acknowledged", "Maya", "pagerduty"), False),
        (Line("page_accepted", "Incident desk", "worker"), False),
        (Line("step_answered", "Incident desk", "web"), False),
    ],
)
def test_only_people_who_do_something_are_at_work(line, at_work):
    assert ladder.acts(line, ["Maya"]) is at_work


def test_hours_late_asks_a_person():
    assert not ladder.is_overdue(AT, AT + timedelta(seconds=3600), 3600)
    assert ladder.is_overdue(AT, AT + timedelta(seconds=3601), 3600)


def test_the_sentence_says_who_did_not_answer():
    assert ladder.unanswered("primary", 300) == "Nobody answered primary in 5 min"
    assert ladder.unanswered("primary", None) == "Nobody answered primary"
    assert ladder.unanswered("primary", 300, ["Tom"]) == "Tom has not answered in 5 min"
    said = ladder.unanswered("primary", 300, ["Tom", "Ada"])
    assert said == "Tom and Ada have not answered in 5 min"
