"""Whoever comes back to an incident sees where they were and what happened, and goes on."""

from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from incident.clock import now
from incident.services.incidents import tell
from incident.storage import incidents, visits
from incident.storage.db import reading, transaction
from tests.browser.test_every_page import faults
from tests.services.looks import the
from tests.web.browsers import a_person

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Restart the workers", "Look again")
CARD = "resume-here form"
HIDE = """(state) => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state })
  document.dispatchEvent(new Event("visibilitychange"))
}"""


def visit(key):
    maya = a_person("Maya").id
    with reading() as session:
        return visits.find(session, incidents.id_of(key), maya)


def long_ago(key):
    """As if Maya had left five minutes ago."""
    maya = a_person("Maya").id
    with transaction() as session:
        found = visits.find(session, incidents.id_of(key), maya)
        found.seen_at = now() - timedelta(minutes=5)


def leave(page):
    with page.expect_response("**/visit"):
        page.evaluate(HIDE, "hidden")


@pytest.fixture
def key(desk):
    return desk.declare(*STEPS)


@pytest.fixture
def page(screen, key):
    """A page of it that has said that Maya is there."""
    opened = screen()
    with opened.expect_response("**/visit"):
        opened.goto(f"/incidents/{key}")
    return opened


def test_an_open_page_says_how_far_it_is_looked_at(page, key):
    assert (visit(key).seq, visit(key).step) == (the(key).last_seq, 1)


def test_enter_continues_where_the_work_is(desk, page, key):
    leave(page)
    desk.complete(key, 1)
    long_ago(key)
    page.goto(f"/incidents/{key}")
    expect(page.locator(CARD)).to_contain_text("You were on step 1")
    expect(page.locator(CARD)).to_contain_text("Tom completed step 1")

    with page.expect_response("**/visit"):
        page.keyboard.press("Enter")

    expect(page.locator(CARD)).to_have_count(0)
    assert (visit(key).seq, visit(key).step) == (the(key).last_seq, 2)
    page.keyboard.press("d")
    expect(page.locator("[data-main]")).to_contain_text("Look again")


def test_a_page_that_nobody_looked_at_tells_what_came_in(desk, page, key):
    leave(page)
    desk.complete(key, 1)
    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")
    assert visit(key).seq < the(key).last_seq
    long_ago(key)
    page.evaluate("Date.now = ((now) => () => now() + 300000)(Date.now)")

    page.evaluate(HIDE, "visible")

    expect(page.locator(CARD)).to_contain_text("Tom completed step 1")


def test_a_computer_that_slept_tells_what_came_in(desk, screen, key):
    page = screen()
    page.clock.install()
    with page.expect_response("**/visit"):
        page.goto(f"/incidents/{key}")
        page.clock.run_for(1_500)
    desk.complete(key, 1)
    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")
    long_ago(key)

    page.clock.fast_forward("05:00")

    expect(page.locator(CARD)).to_contain_text("Tom completed step 1")


def test_without_scripts_the_button_leads_on(desk, page, screen, key):
    desk.complete(key, 1)

    plain = screen(f"/incidents/{key}", scripts=False)
    plain.get_by_role("button", name="Continue at step 2").click()

    expect(plain).to_have_url(f"{desk.url}/incidents/{key}#step-2")
    expect(plain.locator(CARD)).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_axe_finds_nothing_on_the_card_and_nothing_is_cut_off(desk, page, screen, key, phone):
    desk.change(tell, incident_key=key, text="x" * 500)
    again = screen(f"/incidents/{key}", phone=phone)
    expect(again.locator(CARD)).to_contain_text("Tom: xxx")
    again.evaluate(AXE_SCRIPT)

    assert faults(again) == []


def test_on_a_phone_the_card_is_seen_first_where_a_link_leads_to_a_step(desk, page, screen, key):
    for number in range(6):
        desk.change(tell, incident_key=key, text=f"line {number}")

    phone = screen(f"/incidents/{key}#step-3", phone=True)

    expect(phone.locator(CARD)).to_be_in_viewport(ratio=0.9)
    expect(phone.locator(".current__actions")).to_have_css("position", "static")
    phone.get_by_role("button", name="Continue at step 1").click()
    expect(phone.locator("#step-1")).to_be_in_viewport()
    expect(phone.locator(".current__actions")).to_have_css("position", "fixed")
