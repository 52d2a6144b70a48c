"""The keys: one per outcome, and none that can go off by accident."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from incident.clock import now
from tests.services.looks import states
from tests.web.browsers import a_person

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Restart the workers", "Look again")
UNTOUCHED = ["current", "pending", "pending"]
ONE_DONE = ["done", "current", "pending"]


@pytest.fixture
def page(desk, screen):
    """The page of INC-1. Its time stands still, and moves when it is told to."""
    opened = screen()
    opened.clock.install()
    opened.goto(f"/incidents/{desk.declare(*STEPS)}")
    expect(opened.locator("[data-state]:visible")).to_have_text("● Live")
    opened.clock.pause_at(now() + timedelta(minutes=1))
    return opened


def press_d_and_see(page, title):
    """A press that counts: whatever was pressed before it has had its chance."""
    page.keyboard.press("d")
    expect(page.locator("[data-main]")).to_contain_text(title)


def test_d_completes_the_current_step(page):
    press_d_and_see(page, "Restart the workers")

    assert states("INC-1") == ONE_DONE


def test_a_second_d_is_not_heard_until_seven_tenths_of_a_second_have_passed(page):
    press_d_and_see(page, "Restart the workers")
    page.clock.fast_forward(600)
    page.keyboard.press("d")
    page.locator("[data-done]").click()
    page.locator("#main").focus()
    page.clock.fast_forward(200)
    press_d_and_see(page, "Look again")

    assert states("INC-1") == ["done", "done", "current"]


def test_a_key_held_down_is_one_press(page):
    page.keyboard.down("d")
    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")
    page.clock.fast_forward(2_000)
    page.keyboard.down("d")
    page.keyboard.down("d")
    page.keyboard.up("d")
    press_d_and_see(page, "Look again")

    assert states("INC-1") == ["done", "done", "current"]


def test_a_letter_typed_in_a_field_is_a_letter(page):
    field = page.get_by_placeholder("What just happened?")
    field.focus()
    page.keyboard.type("dofnp?")

    expect(field).to_have_value("dofnp?")
    assert states("INC-1") == UNTOUCHED


def test_a_key_with_a_modifier_or_on_a_focused_button_is_left_to_the_browser(page):
    page.keyboard.press("Control+d")
    page.keyboard.press("Alt+d")
    page.get_by_role("button", name="Note").focus()
    page.keyboard.press("d")
    page.locator("#main").focus()
    press_d_and_see(page, "Restart the workers")

    assert states("INC-1") == ONE_DONE


def test_p_opens_the_sheet_and_neither_it_nor_enter_sends_anything(page, pagerduty):
    page.keyboard.press("p")
    expect(page.locator("#page-sheet")).to_be_visible()
    page.keyboard.press("p")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    press_d_and_see(page, "Restart the workers")

    expect(page.locator("#page-sheet")).to_be_hidden()
    expect(page.locator("#entries")).not_to_contain_text("paged")
    assert pagerduty.requests == []


@pytest.mark.parametrize(("key", "sheet"), [("n", "note-1"), ("o", "aside-1"), ("f", "aside-1")])
def test_n_o_and_f_open_their_sheets_and_change_nothing(page, key, sheet):
    page.keyboard.press(key)

    expect(page.locator(f"#{sheet}")).to_be_visible()
    assert states("INC-1") == UNTOUCHED


def test_f_and_ctrl_enter_defer_with_a_reason(page):
    page.keyboard.press("f")
    page.keyboard.type("support writes it")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#strip")).to_contain_text("Deferred 1")
    expect(page.locator("#entries")).to_contain_text("before close: support writes it")


def test_a_question_mark_lists_them(page):
    page.keyboard.press("?")

    for key in ("d", "o", "f", "n", "p", "?"):
        expect(page.locator("#keys-sheet kbd").get_by_text(key, exact=True)).to_be_visible()


def test_the_keys_can_be_switched_off_on_this_device(page):
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.locator("#main").focus()

    page.keyboard.press("d")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")

    assert states("INC-1") == ONE_DONE


def test_the_keys_can_be_switched_off_by_a_person_everywhere(desk, screen):
    a_person("Kim", shortcuts=False)
    page = screen(f"/incidents/{desk.declare(*STEPS)}", "Kim")

    page.keyboard.press("d")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")

    assert states("INC-1") == ONE_DONE
