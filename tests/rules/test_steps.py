from dataclasses import replace

import pytest

from incident.rules import steps
from incident.rules.hand import Hand
from incident.rules.outcome import NotAllowed
from tests.rules.lines import (
    AT,
    MAYA,
    SCENE,
    TOM_LEADS,
    Line,
    a_hold,
    a_page,
    a_post,
    a_question,
    apply,
    states,
)


def begun(*run):
    apply(steps.begin(run, SCENE, MAYA), run)
    return run


def complete(run, number, hand=MAYA, **asked):
    step = next(step for step in run if step.number == number)
    return apply(steps.complete(step, run, SCENE, hand, **asked), run)


def test_the_first_step_is_current_when_a_run_begins():
    run = begun(Line(1), Line(2))

    assert states(run) == ["current", "pending"]


def test_completing_a_step_makes_the_next_one_current():
    run = begun(Line(1, "Declare the incident"), Line(2))

    outcome = complete(run, 1)

    assert states(run) == ["done", "current"]
    assert [event.text for event in outcome.events] == [
        "Maya completed step 1: Declare the incident"
    ]


def test_advancing_to_a_page_step_pages_and_the_run_goes_on():
    run = begun(Line(1), a_page(2), Line(3))

    outcome = complete(run, 1)

    assert states(run) == ["done", "waiting", "current"]
    assert [(n.integration, n.target, n.subject) for n in outcome.notices] == [
        (
            "pagerduty",
            "mobile",
            "[SEV2] INC-42 Runaway push notifications: Page the mobile on-call",
        )
    ]


def test_a_page_as_the_first_step_is_reached_when_the_run_begins():
    run = [a_page(1), Line(2)]

    outcome = apply(steps.begin(run, SCENE, MAYA), run)

    assert states(run) == ["waiting", "current"]
    assert len(outcome.notices) == 1


def test_several_senders_in_a_row_are_all_reached():
    run = begun(Line(1), a_page(2), a_post(3), Line(4))

    outcome = complete(run, 1)

    assert [n.integration for n in outcome.notices] == ["pagerduty", "slack"]
    assert states(run) == ["done", "waiting", "waiting", "current"]


def test_settling_out_of_order_reaches_nothing():
    run = begun(Line(1), a_page(2), Line(3))

    outcome = complete(run, 3)

    assert outcome.notices == ()
    assert states(run) == ["current", "pending", "done"]


def test_a_page_step_is_reached_once_in_its_life():
    run = begun(Line(1), a_page(2), Line(3))
    complete(run, 1)
    apply(steps.acknowledge(run[1], run, SCENE, MAYA), run)

    apply(steps.reopen(run[0], run, SCENE, MAYA), run)
    again = complete(run, 1)
    reopened = apply(steps.reopen(run[1], run, SCENE, MAYA), run)

    assert (again.notices, reopened.notices) == ((), ())
    assert states(run) == ["done", "waiting", "current"]


def test_reopening_says_that_what_was_sent_stays_sent():
    run = begun(a_page(1), Line(2))
    apply(steps.acknowledge(run[0], run, SCENE, MAYA), run)

    outcome = apply(steps.reopen(run[0], run, SCENE, MAYA), run)

    assert outcome.events[0].text.endswith("What it sent stays sent.")


def test_a_second_tick_is_told_who_was_first():
    run = begun(Line(1), Line(2))
    complete(run, 1)

    with pytest.raises(NotAllowed, match="Step 1 is already settled: done, by Maya at 02:00 UTC"):
        complete(run, 1, TOM_LEADS)


def test_a_step_that_changed_meanwhile_is_refused():
    run = begun(Line(1), Line(2))
    run[0].outcome_seq = 12

    with pytest.raises(NotAllowed, match="Step 1 changed while you looked"):
        complete(run, 1, Hand("Tom", AT, expected_seq=11))


def test_a_change_of_another_step_is_no_conflict():
    run = begun(Line(1), Line(2))
    run[1].outcome_seq = 12

    complete(run, 1, Hand("Tom", AT, expected_seq=11))

    assert states(run) == ["done", "current"]


def test_a_hold_stops_everything_after_it():
    run = begun(a_hold(1, "Take a backup"), Line(2))

    with pytest.raises(NotAllowed, match="Step 1 must be done first: Take a backup"):
        complete(run, 2)


def test_a_hold_waits_for_everything_above_it():
    run = begun(a_page(1), Line(2, "Count the keys"), a_hold(3), Line(4))
    complete(run, 2)

    with pytest.raises(NotAllowed, match="It still waits for step 1 Page the mobile on-call"):
        complete(run, 3)

    assert states(run) == ["waiting", "done", "current", "pending"]
    assert [step.number for step in steps.waits_for(run[2], run)] == [1]


def test_a_hold_with_nothing_open_above_it_can_be_completed():
    run = begun(Line(1), a_hold(2), Line(3))
    complete(run, 1)

    complete(run, 2)

    assert states(run) == ["done", "done", "current"]


def test_nothing_beyond_a_hold_is_reached_by_settling_around_it():
    run = begun(Line(1), a_hold(2), a_page(3))

    outcome = complete(run, 1)

    assert outcome.notices == ()
    assert states(run) == ["done", "current", "pending"]


def test_a_hold_cannot_be_deferred():
    run = begun(a_hold(1), Line(2))

    with pytest.raises(NotAllowed, match="It cannot be deferred"):
        steps.defer(run[0], run, SCENE, TOM_LEADS, reason="later")


def test_only_the_commander_overrides_a_hold():
    run = begun(a_page(1), a_hold(2), Line(3))

    with pytest.raises(NotAllowed, match="Only the commander"):
        steps.override(run[1], run, SCENE, MAYA, reason="nobody answers")
    apply(steps.override(run[1], run, SCENE, TOM_LEADS, reason="nobody answers"), run)

    assert states(run) == ["waiting", "overridden", "current"]


def test_a_killer_item_needs_the_commander_too():
    run = begun(Line(1, settings={"killer": True}), Line(2))

    with pytest.raises(NotAllowed, match="Only the commander"):
        steps.override(run[0], run, SCENE, MAYA, reason="no time")


def test_an_override_needs_a_reason():
    run = begun(Line(1), Line(2))

    with pytest.raises(NotAllowed, match="Say why"):
        steps.override(run[0], run, SCENE, MAYA, reason="  ")


def test_a_waiting_page_may_be_overridden_and_releases_the_hold():
    run = begun(a_page(1), a_hold(2), Line(3))

    apply(steps.override(run[0], run, SCENE, MAYA, reason="I am awake myself"), run)
    complete(run, 2)

    assert states(run) == ["overridden", "done", "current"]


def test_a_page_not_reached_cannot_be_ticked():
    run = begun(Line(1), a_page(2))

    with pytest.raises(NotAllowed, match="has not been reached"):
        complete(run, 2)


def test_a_waiting_page_is_done_when_somebody_has_it():
    run = begun(a_page(1), Line(2))

    outcome = apply(steps.acknowledge(run[0], run, SCENE, MAYA), run)

    assert states(run) == ["done", "current"]
    assert outcome.events[0].kind == "page_acknowledged"


def test_a_deferred_step_may_be_done_after_all():
    run = begun(Line(1), Line(2))
    apply(steps.defer(run[0], run, SCENE, MAYA, reason="support is busy"), run)

    complete(run, 1)

    assert states(run) == ["done", "current"]


def test_a_step_that_expects_a_value_is_not_done_without_it():
    run = begun(Line(1, settings={"expect": ">0"}), Line(2))

    with pytest.raises(NotAllowed, match="asks what you saw"):
        complete(run, 1)
    with pytest.raises(NotAllowed, match="expects >0, and you saw 0"):
        complete(run, 1, value="0")
    complete(run, 1, value="1 204 331")

    assert (run[0].state, run[0].value) == ("done", "1 204 331")


def test_completing_a_step_with_an_effect_puts_it_in_force():
    settings = {"effect": "iOS certificate removed", "undo": "Restore it", "max": 14400}
    run = begun(Line(1, settings=settings), Line(2))

    outcome = complete(run, 1)

    assert [(m.text, m.undo, m.max_seconds) for m in outcome.measures] == [
        ("iOS certificate removed", "Restore it", 14400)
    ]


def test_an_answer_opens_its_branch_and_leaves_the_other():
    run = begun(
        a_question(1),
        Line(2, "Revoke the key", parent=1, branch="yes"),
        Line(3, "Note that it is iOS only", parent=1, branch="no"),
        Line(4),
    )

    apply(steps.answer(run[0], run, SCENE, MAYA, value="No"), run)

    assert states(run) == ["done", "pending", "current", "pending"]
    with pytest.raises(NotAllowed, match="branch that was not taken"):
        complete(run, 2)


def test_a_branch_waits_for_its_question():
    run = begun(a_question(1), Line(2, parent=1, branch="yes"))

    with pytest.raises(NotAllowed, match="Answer step 1 first"):
        complete(run, 2)


def test_an_answer_may_be_changed():
    run = begun(
        a_question(1), Line(2, parent=1, branch="yes"), a_page(3, parent=1, branch="no"), Line(4)
    )
    apply(steps.answer(run[0], run, SCENE, MAYA, value="yes"), run)

    outcome = apply(steps.answer(run[0], run, SCENE, MAYA, value="no"), run)

    assert outcome.events[0].text == ("Maya answered step 1: Is Android affected? no (was yes)")
    assert states(run) == ["done", "pending", "waiting", "current"]
    assert len(outcome.notices) == 1


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Is it the release?", "Maya answered step 1: Is it the release? yes"),
        ("Say which it is", "Maya answered step 1: Say which it is: yes"),
    ],
)
def test_an_answer_stands_apart_from_its_question(title, line):
    run = begun(replace(a_question(1), title=title), Line(2))

    assert steps.answer(run[0], run, SCENE, MAYA, value="yes").events[0].text == line


def test_a_question_takes_only_its_choices():
    run = begun(a_question(1, "push", "email"))

    with pytest.raises(NotAllowed, match="answered with one of: push, email"):
        steps.answer(run[0], run, SCENE, MAYA, value="fax")


def test_a_question_about_severity_answers_itself():
    question = a_question(1, settings={"when": "severity in sev1, sev2"})
    run = [question, Line(2, parent=1, branch="yes"), Line(3, parent=1, branch="no")]

    apply(steps.begin(run, SCENE, MAYA), run)

    assert states(run) == ["done", "current", "pending"]
    assert question.value == "yes"


def test_a_failed_step_opens_its_failure_path_first():
    run = begun(
        Line(1, settings={"fail": "#roll-forward"}),
        Line(2),
        Line(3, "Fix it by hand", section_slug="roll-forward"),
    )
    assert states(run) == ["current", "pending", "pending"]

    apply(steps.fail(run[0], run, SCENE, MAYA, reason="the release is gone"), run)

    assert states(run) == ["failed", "pending", "current"]


def test_a_failure_path_is_no_part_of_a_run_that_did_not_fail():
    run = begun(Line(1, settings={"fail": "#roll-forward"}), Line(2, section_slug="roll-forward"))

    outcome = complete(run, 1)

    assert outcome.run_state == "complete"


def test_a_list_that_is_complete_says_so():
    run = begun(Line(1))

    outcome = complete(run, 1)

    assert outcome.run_state == "complete"
    assert outcome.events[-1].text == "Checklist complete: 1 done"


def test_a_list_with_something_deferred_says_that():
    run = begun(Line(1), Line(2))
    apply(steps.defer(run[0], run, SCENE, MAYA, reason="later"), run)

    outcome = complete(run, 2)

    assert outcome.run_state == "complete_except_deferred"
    assert outcome.events[-1].text == "Checklist complete except deferred steps: 1 deferred, 1 done"


def test_what_follows_is_known_before_pressing():
    run = begun(Line(1), a_page(2), Line(3))

    followers = steps.what_follows(run[0], run, SCENE, at=AT)

    assert [step.number for step in followers] == [2]
    assert states(run) == ["current", "pending", "pending"]


def test_a_post_that_slack_took_is_done_by_itself():
    run = begun(a_post(1), Line(2))

    apply(steps.settle_by_itself(run[0], run, SCENE, MAYA, state="done"), run)

    assert states(run) == ["done", "current"]


def test_what_is_settled_already_is_not_settled_by_itself():
    run = begun(a_post(1), Line(2))
    apply(steps.override(run[0], run, SCENE, MAYA, reason="said it aloud"), run)

    outcome = steps.settle_by_itself(run[0], run, SCENE, MAYA, state="done")

    assert (outcome.events, outcome.changes) == ((), ())


def test_failure_paths_that_lead_back_come_to_an_end():
    run = begun(
        Line(1, settings={"fail": "#first"}),
        Line(2, settings={"fail": "#second"}, section_slug="first"),
        Line(3, settings={"fail": "#first"}, section_slug="second"),
    )

    for step in run:
        apply(steps.fail(step, run, SCENE, MAYA, reason="no effect"), run)

    assert states(run) == ["failed", "failed", "failed"]


def test_a_hold_on_a_failure_path_holds_what_follows_on_it():
    run = begun(
        Line(1, settings={"fail": "#roll-back"}),
        a_hold(2, section_slug="roll-back"),
        Line(3, section_slug="roll-back"),
    )
    apply(steps.fail(run[0], run, SCENE, MAYA, reason="no effect"), run)

    with pytest.raises(NotAllowed, match="Step 2 must be done first"):
        complete(run, 3)
