"""Where what was done differs from what was written."""

import pytest

from incident.rules.retros.deviations import deviations
from tests.rules.records import AnEffect, APage, ARun, AStep, a_record, after, an_event


def told(*events, **rest):
    return [(found.step, found.what) for found in deviations(a_record(*events, **rest))]


def test_a_checklist_followed_as_written_teaches_nothing():
    assert told(steps=[AStep(1), AStep(2), AStep(3)]) == []


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ("overridden", "Overridden by Maya: too slow"),
        ("not_applicable", "Not applicable by Maya: too slow"),
        ("failed", "Failed by Maya: too slow"),
        ("deferred", "Deferred by Maya, still owed: too slow"),
    ],
)
def test_what_was_set_aside_is_told_with_its_reason(state, what):
    assert told(steps=[AStep(1, state=state, reason="too slow")]) == [(1, what)]


def test_a_deferred_step_that_was_done_says_how_much_later():
    deferred = an_event("step_deferred", step=1, minutes=5)

    assert told(deferred, steps=[AStep(1, settled_at=after(minutes=40))]) == [
        (1, "Deferred by Maya, done 35 min later")
    ]


def test_a_step_that_took_longer_than_allowed_says_both():
    slow = AStep(1, current_since=after(), settled_at=after(minutes=30), settings={"within": 600})

    assert told(steps=[slow]) == [(1, "30 min, allowed 10 min")]


def test_a_step_done_before_one_above_it_is_out_of_order():
    late, early = AStep(1, settled_at=after(minutes=9)), AStep(2, settled_at=after(minutes=3))

    assert told(steps=[late, early, AStep(3, settled_at=after(minutes=12))]) == [
        (2, "Done before step 1")
    ]


def test_whoever_was_on_a_step_does_not_make_it_done_twice():
    taken = an_event("step_claimed", step=2, minutes=2, data={"was": "Tom"})
    late, early = AStep(1, settled_at=after(minutes=9)), AStep(2, settled_at=after(minutes=3))

    assert told(taken, steps=[late, early]) == [(2, "Done before step 1")]


def test_a_step_put_off_is_not_told_twice():
    deferred = an_event("step_deferred", step=1, minutes=1)
    put_off = AStep(1, settled_at=after(minutes=9))

    assert [step for step, _ in told(deferred, steps=[put_off, AStep(2)])] == [1]


def test_an_answer_that_was_changed_is_told():
    changed = an_event("step_answered", step=1, data={"before": "no", "value": "yes"})

    assert told(changed, steps=[AStep(1, kind="decide")]) == [(1, "Answered “no”, later “yes”")]


def test_what_could_not_be_sent_is_told_in_its_words():
    loud = an_event("page_not_sent", "NOBODY WAS PAGED: mobile is not connected.", step=1)

    assert told(loud, steps=[AStep(1, kind="page")]) == [
        (1, "NOBODY WAS PAGED: mobile is not connected.")
    ]


def test_what_was_never_done_is_told_once_the_incident_is_over():
    left = [AStep(1, state="waiting", kind="page"), AStep(2, state="current")]

    assert told(steps=left) == [(1, "Never answered"), (2, "Never done")]
    assert told(steps=left, status="investigating") == []


def test_many_steps_never_done_are_one_line():
    left = [AStep(n, state="pending") for n in range(1, 6)]

    assert told(steps=left) == [(None, "Never done: steps 1, 2, 3, 4 and 5")]


def test_a_branch_that_was_not_taken_is_not_missing():
    asked = AStep(1, kind="decide", value="no")
    never = AStep(2, state="pending", parent=1, branch="yes")

    assert told(steps=[asked, never]) == []


def test_a_checklist_given_up_is_told():
    assert told(steps=[AStep(1)], runs=[ARun(state="abandoned")]) == [
        (None, "Given up before its end")
    ]


def test_what_was_done_beside_the_checklist_is_missing_from_it():
    by_hand = told(pages=[APage(step=None)], effects=[AnEffect(step=None)])

    assert [what for _, what in by_hand] == [
        "Missing from the checklist: paged by hand by Maya",
        "Missing from the checklist: put in force by hand by Maya",
    ]
