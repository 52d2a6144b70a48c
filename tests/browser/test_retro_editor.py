"""Writing a retro in a real browser: it saves itself, and nothing typed is lost."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SAVED, STATE = "Saved", "#section-summary [data-part=state]"
TEXT, READING = "#text-summary", "#section-summary [data-part=reading]"
SECTION = "**/retro/sections/summary"


def writing(screen, key, name="Maya", **look):
    """The retro's page with its summary open."""
    page = screen(f"/incidents/{key}/retro", name, **look)
    page.locator("#section-summary summary").click()
    return page


def test_a_section_saves_itself_and_shows_how_it_reads(desk, screen):
    page = writing(screen, desk.declare())

    page.locator(TEXT).fill("Uploads **broke**.")

    expect(page.locator(STATE)).to_have_text(SAVED)
    expect(page.locator("#section-summary [data-part=reading] strong")).to_have_text("broke")


def test_going_on_typing_is_saved_as_well(desk, screen):
    page = writing(screen, desk.declare())
    page.locator(TEXT).fill("One.")
    expect(page.locator(STATE)).to_have_text(SAVED)

    page.locator(TEXT).press_sequentially(" Two.")
    expect(page.locator(STATE)).to_have_text(SAVED)
    page.reload()

    expect(page.locator(READING)).to_have_text("One. Two.")


def test_two_people_see_both_texts_and_neither_is_lost(desk, screen, ears):
    ears.expect("status of 409")
    key = desk.declare()
    maya, tom = writing(screen, key), writing(screen, key, "Tom", phone=True)
    tom.locator(TEXT).fill("Tom's words")
    expect(tom.locator(STATE)).to_have_text(SAVED)

    maya.locator(TEXT).fill("Maya's words")
    expect(maya.locator("[data-conflict]")).to_contain_text("Tom's words")
    maya.get_by_role("button", name="Put theirs below mine").click()

    expect(maya.locator(STATE)).to_have_text(SAVED)
    expect(maya.locator(TEXT)).to_have_value("Maya's words\n\nTom's words")


def test_what_was_not_saved_survives_a_reload(desk, screen, ears):
    ears.expect("ERR_INTERNET_DISCONNECTED")
    ears.expect("ERR_FAILED")
    page = writing(screen, desk.declare())
    page.context.set_offline(True)
    page.locator(TEXT).fill("Written on a train")
    expect(page.locator(STATE)).to_contain_text("What you typed is kept")

    page.route(SECTION, lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(TEXT)).to_have_value("Written on a train")
    expect(page.locator(STATE)).to_contain_text("What you typed is kept")
    page.unroute(SECTION)
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator(STATE)).to_have_text(SAVED)
    expect(page.locator(READING)).to_have_text("Written on a train")


def test_a_page_that_was_drawn_before_the_save_shows_what_was_saved(desk, screen):
    page = writing(screen, desk.declare())
    before = page.request.get(page.url).text()
    page.locator(TEXT).fill("Written on a train")
    expect(page.locator(STATE)).to_have_text(SAVED)

    page.route(page.url, lambda route: route.fulfill(body=before, content_type="text/html"))
    page.reload()

    expect(page.locator(READING)).to_have_text("Written on a train")
    expect(page.locator(STATE)).to_have_text(SAVED)


def test_an_expired_login_loses_nothing(desk, screen, ears):
    ears.expect("status of 401")
    key = desk.declare()
    page = writing(screen, key)
    page.context.clear_cookies()
    page.locator(TEXT).fill("Written while logged out")
    expect(page.get_by_role("link", name="Log in and come back")).to_be_visible()

    desk.log_in(page.context, "Maya")
    page.goto(f"/incidents/{key}/retro")

    expect(page.locator(STATE)).to_have_text(SAVED)
    expect(page.locator(TEXT)).to_have_value("Written while logged out")


def test_everything_is_written_without_scripts(desk, screen):
    key = desk.declare()
    page = writing(screen, key, scripts=False)

    page.locator(TEXT).fill("Plain words")
    page.locator("#section-summary").get_by_role("button", name="Save").click()

    expect(page.locator(READING)).to_have_text("Plain words")
    expect(page.locator(".flash--done")).to_have_text("Saved.")
