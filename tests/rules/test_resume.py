"""What somebody is told who comes back to an incident."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from incident.rules.resume import AT_MOST, AWAY, is_back, resume
from tests.rules.records import AnEvent, after

LEFT = after(minutes=31)


@dataclass(frozen=True)
class AVisit:
    login_id: int = 1
    seq: int = 10
    step: int | None = 7
    since: datetime = after(minutes=14)
    seen_at: datetime = LEFT


def event(kind, text="", *, seq=11, actor="Ana", step=None, **data):
    return AnEvent(
        kind, LEFT + timedelta(seconds=seq), text or kind, seq, actor, step=step, data=data
    )


def done(number, *, seq, actor="Ana"):
    text = f"{actor} completed step {number}: Look"
    return event("step_completed", text, seq=seq, actor=actor, step=number)


def told(*events, visit=AVisit(), newest=None):
    card = resume(visit, events, me="Maya", newest=newest or max(e.seq for e in events))
    return [line.text for line in card.told] if card else None


def more(*events, newest):
    return resume(AVisit(), events, me="Maya", newest=newest).more


@pytest.mark.parametrize(
    ("login_id", "away", "back"),
    [
        (1, AWAY, False),
        (1, AWAY + timedelta(seconds=1), True),
        (1, -timedelta(hours=1), False),
        (2, timedelta(), True),
    ],
)
def test_whoever_was_away_a_while_or_is_on_another_device_is_back(login_id, away, back):
    assert is_back(AVisit(), login_id=login_id, now=LEFT + away) is back


def test_whoever_follows_a_link_is_back_at_once():
    assert is_back(AVisit(), login_id=1, now=LEFT, by_link=True)


def test_the_card_says_where_they_were_and_since_when_and_when_they_left():
    card = resume(AVisit(), [event("step_reopened", step=5)], me="Maya", newest=11)

    assert (card.step, card.since, card.left_at) == (7, after(minutes=14), LEFT)


def test_nothing_is_said_when_nothing_happened():
    assert resume(AVisit(), [], me="Maya", newest=10) is None


def test_what_is_not_worth_a_line_is_not_worth_a_card():
    assert resume(AVisit(), [event("page_accepted")], me="Maya", newest=11) is None


def test_what_they_did_themselves_is_no_news_to_them():
    assert told(done(7, seq=11, actor="Maya")) is None


def test_the_most_important_comes_first():
    events = [
        event("note_added", "graphs look better", seq=11),
        done(8, seq=12),
        event("page_acknowledged", "Ana has it: Page them", seq=13),
        event("step_reopened", "Ana reopened step 5: Stop it.", seq=14, step=5),
        event("severity_changed", seq=15, before="sev3", after="sev1"),
    ]

    assert told(*events) == [
        "Ana set the severity to SEV1, it was SEV3",
        "Ana has it: Page them",
        "Ana reopened step 5: Stop it.",
        "Ana: graphs look better",
        "Ana completed step 8: Look",
    ]


def test_what_became_of_their_own_step_comes_before_anybody_elses():
    events = [event("page_acknowledged", "Ana has it", seq=11), done(7, seq=12)]

    assert told(*events) == ["Ana completed step 7: Look", "Ana has it"]


def test_of_a_step_done_and_reopened_only_the_end_is_told():
    events = [done(5, seq=11), event("step_reopened", "Ana reopened step 5", seq=12, step=5)]

    assert told(*events) == ["Ana reopened step 5"]


def test_a_step_that_somebody_undid_and_they_did_again_is_no_news():
    events = [event("step_reopened", seq=11, step=5), done(5, seq=12, actor="Maya")]

    assert told(*events) is None


def test_a_note_on_a_step_hides_nothing_that_became_of_it():
    events = [done(5, seq=11), event("step_noted", "Step 5: slow", seq=12, step=5)]

    assert told(*events) == ["Ana: Step 5: slow", "Ana completed step 5: Look"]


def test_a_severity_that_went_up_twice_is_told_from_where_it_was():
    events = [
        event("severity_changed", seq=11, before="unset", after="sev3"),
        event("severity_changed", seq=12, before="sev3", after="sev1"),
    ]

    assert told(*events) == ["Ana set the severity to SEV1, it was not set"]


def test_a_severity_that_is_as_it_was_is_no_news():
    events = [
        event("severity_changed", seq=11, before="sev2", after="sev1"),
        event("severity_changed", seq=12, before="sev1", after="sev2"),
    ]

    assert told(*events) is None


def test_an_incident_that_moved_twice_is_where_it_ended():
    events = [event("incident_mitigated", seq=11), event("incident_resolved", "Over", seq=12)]

    assert told(*events) == ["Over"]


def test_a_page_that_failed_and_was_answered_is_answered():
    events = [
        event("page_not_sent", seq=11, step=3, target="primary"),
        event("page_acknowledged", "Ana has it", seq=12, step=3, target="primary"),
        event("page_refused", "secondary refused", seq=13, step=3, target="secondary"),
    ]

    assert told(*events) == ["secondary refused", "Ana has it"]


def test_a_role_that_went_round_is_told_once():
    events = [
        event("role_taken", "Ana commands", seq=11, role="commander"),
        event("role_handed_over", "Tom commands", seq=12, role="commander"),
    ]

    assert told(*events) == ["Tom commands"]


def test_an_alarm_is_told_without_its_telephones():
    text = "NOBODY WAS PAGED: primary is not connected. Telephone, in this order:"
    card = told(event("page_alarm", text))

    assert card[0].startswith("NOBODY WAS PAGED: primary is not connected")


def test_many_steps_are_one_line():
    events = [done(8, seq=11), done(9, seq=12, actor="Tom"), done(10, seq=13)]

    assert told(*events) == ["Steps 8, 9 and 10 settled by Ana and Tom"]


def test_two_steps_are_two_lines():
    assert told(done(8, seq=11), done(9, seq=12)) == [
        "Ana completed step 8: Look",
        "Ana completed step 9: Look",
    ]


def test_at_most_a_handful_is_told_the_newest_of_what_weighs_the_same():
    notes = [event("note_added", f"note {n}", seq=10 + n) for n in range(1, 9)]

    assert told(*notes) == [f"Ana: note {n}" for n in range(4, 9)]
    assert len(told(*notes)) == AT_MOST


def test_the_rest_is_counted_without_what_they_did_and_what_a_line_stands_for():
    events = [
        *(done(n, seq=n) for n in range(11, 15)),
        event("note_added", seq=15, actor="Maya"),
        event("note_added", "look", seq=16),
    ]

    assert more(*events, newest=28) == 12


def test_nothing_is_left_when_all_is_told():
    assert more(event("note_added", "look"), newest=11) == 0


def test_a_long_text_is_cut_and_stands_in_one_line():
    card = told(event("note_added", "one\ntwo " + "x" * 400))

    assert card[0].startswith("Ana: one two xx")
    assert len(card[0]) == 160


def test_whoever_had_no_step_in_hand_is_told_all_the_same():
    visit = replace(AVisit(), step=None)

    assert told(event("incident_resolved", "Over"), visit=visit) == ["Over"]


def test_whoever_took_over_the_step_stands_before_what_became_of_others():
    taken = event("step_claimed", "Ana took over step 7 from Maya: Stop", seq=12, step=7)
    elsewhere = event("step_claimed", "Ana is on step 9: Look", seq=13, step=9)
    climbed = event("page_climbed", "Nobody answered, paging platform", seq=11)

    assert told(climbed, taken, elsewhere) == [taken.text, elsewhere.text, climbed.text]


@pytest.mark.parametrize(
    "then",
    [
        done(5, seq=12),
        event("step_released", "Ana is no longer on step 5", seq=12, step=5),
    ],
    ids=["it is done", "she let it go"],
)
def test_who_was_on_a_step_is_not_told_once(then):
    lines = told(event("step_claimed", "Ana is on step 5: Look", seq=11, step=5), then) or []

    assert lines == [then.text] * (then.kind == "step_completed")


@pytest.mark.parametrize("actor", ["Ana", "Maya"])
def test_whoever_is_on_it_does_not_hide_that_it_is_open_again(actor):
    reopened = event("step_reopened", "Ana reopened step 5: Look.", seq=11, step=5)
    claimed = event("step_claimed", f"{actor} is on step 5: Look", seq=12, actor=actor, step=5)

    assert reopened.text in told(reopened, claimed)
