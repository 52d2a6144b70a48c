"""Two people on one incident: each sees what the other does, and nothing is done twice."""

import pytest
from playwright.sync_api import expect

from incident.storage import incidents, timeline
from incident.storage.db import reading
from tests.conftest import MAYA
from tests.services.looks import states

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Restart the workers", "Look again")


def lines(key):
    with reading() as session:
        return [event.text for event in timeline.since(session, incidents.id_of(key), 0)]


def test_what_one_does_appears_at_the_other_without_a_reload(desk, screen):
    key = desk.declare(*STEPS)
    maya, tom = screen(f"/incidents/{key}"), screen(f"/incidents/{key}", "Tom")
    expect(tom.locator("[data-state]:visible")).to_have_text("● Live")
    tom.evaluate("window.isStillTheSamePage = true")

    maya.get_by_role("button", name="Done").click()

    expect(tom.locator("[data-main]")).to_contain_text("Restart the workers")
    assert tom.evaluate("window.isStillTheSamePage")


def test_of_two_who_finish_a_step_at_once_one_does_and_the_other_is_told_who(desk, screen, ears):
    ears.expect("status of 409")
    key = desk.declare(*STEPS)
    tom = screen(f"/incidents/{key}", "Tom")

    def maya_is_quicker(route):
        desk.complete(key, 1, MAYA)
        route.continue_()

    tom.route("**/completion", maya_is_quicker)
    tom.get_by_role("button", name="Done").click()

    expect(tom.get_by_role("alert")).to_contain_text("Maya")
    expect(tom.locator("[data-main]")).to_contain_text("Restart the workers")
    assert states(key) == ["done", "current", "pending"]
    assert [line for line in lines(key) if "completed" in line] == [
        "Maya completed step 1: Look at the graph"
    ]


def test_the_same_press_sent_twice_by_a_bad_line_is_one_press(desk, screen, ears):
    ears.expect("ERR_FAILED")
    key = desk.declare(*STEPS)
    page = screen(f"/incidents/{key}")

    def the_answer_is_lost(route):
        route.fetch()
        route.abort()

    page.route("**/events", the_answer_is_lost, times=1)
    page.get_by_placeholder("What just happened?").fill("It is the disk.")
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved")
    page.get_by_role("button", name="Try now").click()

    expect(page.get_by_role("alert")).to_have_count(0)
    assert lines(key).count("It is the disk.") == 1


def test_the_field_somebody_types_in_stays_in_its_place(desk, screen):
    key = desk.declare("Look", 'Count them {expect=">0"}', *STEPS)
    desk.complete(key, 1)
    page = screen(f"/incidents/{key}")
    field = page.get_by_label("What did you see?")
    field.press_sequentially("12")

    desk.complete(key, 2, value="7")
    expect(page.get_by_text("This changed while you were typing")).to_be_visible()

    expect(field).to_be_focused()
    held, next_one = page.locator("[data-held]").bounding_box(), page.locator("[data-main]")
    assert held["y"] < next_one.bounding_box()["y"]


def test_nothing_moves_under_the_hands_of_somebody_who_types(desk, screen):
    key = desk.declare("Look", 'Count them {expect=">0"}', *STEPS, *(f"Step {n}" for n in range(9)))
    desk.complete(key, 1)
    phone = screen(f"/incidents/{key}", phone=True)
    field = phone.get_by_label("What did you see?")
    field.press_sequentially("12")
    before = field.bounding_box()

    desk.complete(key, 2, value="7")
    expect(phone.get_by_text("This changed while you were typing")).to_be_visible()

    expect(field).to_be_in_viewport(ratio=1)
    assert field.bounding_box()["y"] - before["y"] < 160
