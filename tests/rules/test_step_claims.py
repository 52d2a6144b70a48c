"""Who is on a step: said, taken over, and over with the step."""

from datetime import timedelta

import pytest

from incident.rules import step_claims, steps
from incident.rules.hand import Hand
from incident.rules.outcome import NotAllowed, Outcome
from incident.rules.progress import Progress
from incident.rules.step_claims import STALE
from tests.rules.lines import AT, MAYA, SCENE, Line, a_hold, a_page, a_question, apply


def tom(after=timedelta()):
    return Hand("Tom", AT + after)


def claim(run, number, hand, **asked):
    step = next(step for step in run if step.number == number)
    return apply(step_claims.claim(step, run, SCENE, hand, **asked), run)


def release(run, number, hand):
    step = next(step for step in run if step.number == number)
    return apply(step_claims.release(step, run, SCENE, hand), run)


def text(outcome):
    return [(event.kind, event.text, event.step) for event in outcome.events]


@pytest.fixture
def run():
    return (Line(1, state="current"), Line(2), a_hold(3), Line(4))


def test_whoever_is_on_a_step_stands_on_it_and_on_the_timeline(run):
    outcome = claim(run, 2, tom())

    assert (run[1].claimed_by, run[1].claimed_at, run[1].claim_active_at) == ("Tom", AT, AT)
    assert text(outcome) == [("step_claimed", "Tom is on step 2: Look at the dashboard", 2)]


def test_it_settles_nothing(run):
    claim(run, 1, tom())

    assert [step.state for step in run] == ["current", "pending", "pending", "pending"]


def test_of_two_the_second_is_told_of_the_first(run):
    claim(run, 1, tom())

    with pytest.raises(NotAllowed, match="Tom is on step 1. Take it over if they are not"):
        claim(run, 1, MAYA)
    with pytest.raises(NotAllowed, match="Tom is on step 1"):
        claim(run, 1, MAYA, take_over_from="Ana")


def test_whoever_says_from_whom_may_take_it_over(run):
    claim(run, 1, tom())

    outcome = claim(run, 1, MAYA, take_over_from="Tom")

    assert run[0].claimed_by == "Maya"
    assert text(outcome)[0][1] == "Maya took over step 1 from Tom: Look at the dashboard"
    assert outcome.events[0].data["was"] == "Tom"


def test_what_was_let_go_meanwhile_is_simply_claimed(run):
    outcome = claim(run, 1, MAYA, take_over_from="Tom")

    assert text(outcome)[0][1] == "Maya is on step 1: Look at the dashboard"


def test_saying_it_again_counts_once_the_last_sign_is_old(run):
    claim(run, 1, tom())

    at_once = claim(run, 1, tom(after=STALE - timedelta(seconds=1)))
    outcome = claim(run, 1, tom(after=STALE))

    assert at_once == Outcome()
    assert text(outcome)[0][1] == "Tom is still on step 1: Look at the dashboard"
    assert (run[0].claimed_at, run[0].claim_active_at) == (AT, AT + STALE)


def test_a_note_on_it_is_a_sign_of_whoever_is_on_it_alone(run):
    claim(run, 1, tom())
    later = timedelta(minutes=3)

    (change,) = step_claims.after_a_note(run[0], tom(after=later))

    assert change.fields == {"claim_active_at": AT + later}
    assert step_claims.after_a_note(run[0], MAYA) == ()


def test_only_whoever_is_on_it_lets_it_go(run):
    with pytest.raises(NotAllowed, match="You are not on step 1: nobody is"):
        release(run, 1, MAYA)
    claim(run, 1, tom())
    with pytest.raises(NotAllowed, match="You are not on step 1: Tom is, not you"):
        release(run, 1, MAYA)

    outcome = release(run, 1, tom())

    assert (run[0].claimed_by, run[0].claimed_at, run[0].claim_active_at) == (None, None, None)
    assert text(outcome)[0][:2] == (
        "step_released",
        "Tom is no longer on step 1: Look at the dashboard",
    )


def test_anybody_may_settle_it_and_then_nobody_is_on_it(run):
    claim(run, 1, tom())

    apply(steps.complete(run[0], run, SCENE, MAYA), run)

    assert (run[0].state, run[0].settled_by, run[0].claimed_by) == ("done", "Maya", None)
    apply(steps.reopen(run[0], run, SCENE, MAYA), run)
    assert run[0].claimed_by is None


def test_what_cannot_be_settled_cannot_be_claimed():
    run = (Line(1, state="done"), a_hold(2, state="current"), Line(3), a_page(4))

    with pytest.raises(NotAllowed, match="Step 1 is already settled"):
        claim(run, 1, MAYA)
    with pytest.raises(NotAllowed, match="Step 2 must be done first"):
        claim(run, 3, MAYA)


def test_a_step_that_sends_by_itself_needs_nobody():
    run = (Line(1, state="current"), a_page(2))

    with pytest.raises(NotAllowed, match="Step 2 sends by itself when it is reached"):
        claim(run, 2, MAYA)


def test_a_screen_from_before_the_step_was_reopened_is_refused(run):
    run[0].outcome_seq = 9

    with pytest.raises(NotAllowed, match="changed while you looked at it"):
        claim(run, 1, Hand("Tom", AT, expected_seq=8))


def test_it_is_offered_where_it_is_taken():
    question = a_question(2, "yes", "no", state="current")
    below = Line(3, parent=2, branch="yes")
    run = (Line(1, state="done"), question, below, a_hold(4), Line(5), a_page(6))
    progress = Progress(run)

    offered = [step.number for step in run if step_claims.is_offered(step, progress)]

    assert offered == [2, 4]
    for step in run:
        if step.number not in offered:
            with pytest.raises(NotAllowed):
                claim(run, step.number, MAYA)


def test_what_is_followed_no_longer_has_nobody_on_it(run):
    claim(run, 2, tom())

    (change,) = step_claims.let_go(run)

    assert (change.number, change.fields["claimed_by"]) == (2, None)
