"""The keys: one per outcome, and none that can go off by accident."""

import pytest
from playwright.sync_api import expect

from tests.services.looks import states

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Restart the workers", "Look again")


@pytest.fixture
def page(desk, screen):
    opened = screen(f"/incidents/{desk.declare(*STEPS)}")
    expect(opened.locator("[data-state]").first).to_contain_text("Live")
    return opened


def test_d_completes_the_current_step(page):
    page.keyboard.press("d")

    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")


def test_a_second_d_within_a_moment_is_not_heard(page):
    page.keyboard.press("d")
    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")
    page.keyboard.press("d")
    page.wait_for_timeout(800)

    assert states("INC-1") == ["done", "current", "pending"]


def test_a_key_held_down_is_one_press(page):
    page.keyboard.down("d")
    page.wait_for_timeout(900)
    page.keyboard.down("d")
    page.wait_for_timeout(300)

    assert states("INC-1") == ["done", "current", "pending"]


def test_a_letter_typed_in_a_field_is_a_letter(page):
    field = page.get_by_placeholder("What just happened?")
    field.focus()
    page.keyboard.type("dofnp?")

    expect(field).to_have_value("dofnp?")
    assert states("INC-1") == ["current", "pending", "pending"]


def test_a_key_with_a_modifier_or_on_a_focused_button_is_left_to_the_browser(page):
    page.keyboard.press("Control+d")
    page.locator("[data-done]").focus()
    page.keyboard.press("d")
    page.wait_for_timeout(300)

    assert states("INC-1") == ["current", "pending", "pending"]


def test_p_opens_the_sheet_and_sends_nothing(page):
    page.keyboard.press("p")

    expect(page.locator("#page-sheet")).to_be_visible()
    expect(page.locator("#entries")).not_to_contain_text("paged")


def test_f_and_ctrl_enter_defer_with_a_reason(page):
    page.keyboard.press("f")
    page.keyboard.type("support writes it")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#strip")).to_contain_text("Deferred 1")
    expect(page.locator("#entries")).to_contain_text("before close: support writes it")


def test_the_keys_can_be_switched_off(page):
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    page.locator("#main").focus()

    page.keyboard.press("d")
    page.wait_for_timeout(300)

    assert states("INC-1") == ["current", "pending", "pending"]
