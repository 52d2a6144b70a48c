"""Pressing the buttons of a step, as a form and as a script."""

import pytest

from tests.conftest import connect_target
from tests.services.looks import deliveries, kinds, last_line, states, step, the
from tests.web.browsers import words

ITEMS = ("Look at the graph", "Restart the workers", "Look again")


@pytest.fixture
def maya(browser):
    return browser("Maya")


@pytest.mark.parametrize(
    ("noun", "state"),
    [
        ("completion", "done"),
        ("not-applicable", "not_applicable"),
        ("override", "overridden"),
        ("deferral", "deferred"),
        ("failure", "failed"),
    ],
)
def test_each_of_the_five_outcomes_has_its_button(maya, an_incident, noun, state):
    key = an_incident(*ITEMS)

    answer = maya.post(f"/incidents/{key}/steps/1/{noun}", {"reason": "It is so"})

    assert (answer.status_code, answer.location) == (303, f"/incidents/{key}")
    assert states(key) == [state, "current", "pending"]


def test_the_same_press_twice_is_one_press(maya, an_incident):
    key = an_incident(*ITEMS)
    press = {"idempotency_key": "one-press"}

    maya.post(f"/incidents/{key}/steps/1/completion", press)
    again = maya.post(f"/incidents/{key}/steps/1/completion", press)

    assert again.status_code == 303
    assert kinds(key).count("step_completed") == 1


def test_a_step_that_changed_since_it_was_on_the_screen_is_refused_with_who_and_when(
    browser, maya, an_incident
):
    key = an_incident(*ITEMS)
    seen = the(key).last_seq
    browser("Tom").post(f"/incidents/{key}/steps/1/completion")

    answer = maya.post(f"/incidents/{key}/steps/1/completion", {"expected_seq": seen})

    assert answer.status_code == 409
    assert "it is done, by Tom" in words(answer)


def test_what_was_seen_is_kept_with_the_step(maya, an_incident):
    key = an_incident('Count them {expect=">0"}')

    maya.post(f"/incidents/{key}/steps/1/completion", {"value": "12"})

    assert step(key, 1).value == "12"


def test_a_question_is_answered_by_its_button(maya, an_incident):
    key = an_incident("- [ ] Is it Android? {decide}\n  - yes\n    - [ ] Revoke the key\n  - no")

    maya.post(f"/incidents/{key}/steps/1/answer", {"value": "no"})

    assert (step(key, 1).value, states(key)[0]) == ("no", "done")


def test_a_settled_step_can_be_reopened(maya, an_incident):
    key = an_incident(*ITEMS)
    maya.post(f"/incidents/{key}/steps/1/completion")

    maya.post(f"/incidents/{key}/steps/1/reopening")

    assert states(key) == ["current", "pending", "pending"]


def test_i_have_it_settles_the_page_step(maya, an_incident):
    connect_target()
    key = an_incident("Page them {page=primary}", "Go on")

    maya.post(f"/incidents/{key}/steps/1/acknowledgement")

    assert states(key) == ["done", "current"]


def test_paging_again_is_a_second_page(maya, an_incident):
    connect_target()
    key = an_incident("Page them {page=primary}", "Go on")

    maya.post(f"/incidents/{key}/steps/1/page-again")

    assert [d.action for d in deliveries(key)] == ["trigger", "trigger"]


def test_a_note_on_a_step_is_a_line_and_settles_nothing(maya, an_incident):
    key = an_incident(*ITEMS)

    maya.post(f"/incidents/{key}/steps/1/note", {"text": "It looks odd"})

    assert last_line(key) == "Step 1: It looks odd"
    assert states(key)[0] == "current"


def test_a_script_is_answered_with_what_came_after_what_it_shows(maya, an_incident):
    key = an_incident(*ITEMS)
    seen = the(key).last_seq

    answer = maya.post(
        f"/incidents/{key}/steps/1/completion", fetch=True, headers={"Incident-Seq": str(seen)}
    )

    assert answer.headers["Incident-Seq"] == str(the(key).last_seq)
    assert "Restart the workers" in words(answer)
    assert "Undo" in words(answer)


def test_a_script_that_is_refused_gets_the_sentence_and_no_page(maya, an_incident):
    key = an_incident(*ITEMS)

    answer = maya.post(
        f"/incidents/{key}/steps/1/override", fetch=True, headers={"Incident-Seq": "1"}
    )

    assert answer.status_code == 409
    assert words(answer) == "Say why, in a few words: the retro will ask."


def test_undo_says_that_what_was_sent_stays_sent(maya, an_incident):
    connect_target()
    key = an_incident("Look", "Page them {page=primary}", "Go on")

    answer = maya.post(
        f"/incidents/{key}/steps/1/completion", fetch=True, headers={"Incident-Seq": "2"}
    )

    assert "What it sent stays sent. Undo" in words(answer)


def test_a_step_that_does_not_exist_is_nowhere(maya, an_incident):
    key = an_incident(*ITEMS)

    assert maya.post(f"/incidents/{key}/steps/99/completion").status_code == 404


def test_a_viewer_is_refused_before_anything_is_asked(browser, an_incident):
    key = an_incident(*ITEMS)

    answer = browser("Sam", "viewer").post(f"/incidents/{key}/steps/1/completion")

    assert answer.status_code == 403
    assert states(key)[0] == "current"


def test_whoever_is_on_a_step_is_seen_there(browser, maya, an_incident):
    key = an_incident(*ITEMS)

    answer = maya.post(f"/incidents/{key}/steps/1/claim")

    assert (answer.status_code, answer.location) == (303, f"/incidents/{key}")
    assert "You began this" in words(maya.get(f"/incidents/{key}"))
    seen = browser("Tom").get(f"/incidents/{key}").text
    assert 'name="take_over_from" value="Maya"' in seen


def test_a_step_that_is_not_in_hand_names_whoever_is_on_it(browser, maya, an_incident):
    key = an_incident(*ITEMS)
    maya.post(f"/incidents/{key}/steps/2/claim")

    assert "Maya has been on it since" in words(browser("Tom").get(f"/incidents/{key}"))


def test_a_step_is_taken_over_and_let_go(browser, maya, an_incident):
    key, tom = an_incident(*ITEMS), browser("Tom")
    maya.post(f"/incidents/{key}/steps/1/claim")

    refused = tom.post(f"/incidents/{key}/steps/1/claim")
    tom.post(f"/incidents/{key}/steps/1/claim", {"take_over_from": "Maya"})
    taken = step(key, 1).claimed_by
    tom.post(f"/incidents/{key}/steps/1/release")

    assert refused.status_code == 409
    assert "Maya is on step 1" in words(refused)
    assert (taken, step(key, 1).claimed_by) == ("Tom", None)


def test_whoever_only_watches_is_offered_none_of_it(browser, maya, an_incident):
    key, sam = an_incident(*ITEMS), browser("Sam", "viewer")
    before = sam.get(f"/incidents/{key}").text
    maya.post(f"/incidents/{key}/steps/1/claim")
    after = sam.get(f"/incidents/{key}")

    assert "/claim" not in before
    assert "/claim" not in after.text
    assert "Maya began this" in words(after)


def test_it_is_not_offered_behind_a_hold_nor_where_it_is_over(maya, an_incident):
    key = an_incident("Look", "Stop {hold}", "Go on")
    behind = maya.get(f"/incidents/{key}?step=3").text
    maya.post(f"/incidents/{key}/steps/1/claim")
    maya.post(f"/incidents/{key}/declining", {"reason": "A mistake"})

    assert "/steps/3/claim" not in behind
    assert "began this" not in words(maya.get(f"/incidents/{key}"))
