"""The line breaks: nothing typed is lost, nothing looks fresher than it is."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Restart the workers")
SAID = "The graph falls since five minutes."


@pytest.fixture
def page(desk, screen):
    opened = screen(f"/incidents/{desk.declare(*STEPS)}")
    expect(opened.locator("[data-state]:visible")).to_have_text("● Live")
    return opened


def test_what_could_not_be_sent_is_sent_when_the_line_is_back(page, ears):
    ears.expect("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.get_by_placeholder("What just happened?").fill(SAID)
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved: there is no connection")

    page.context.set_offline(False)

    expect(page.locator("#entries")).to_contain_text(SAID)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_placeholder("What just happened?")).to_have_value("")


def test_typed_text_survives_a_reload(page):
    page.get_by_placeholder("What just happened?").fill(SAID)

    page.reload()

    expect(page.get_by_placeholder("What just happened?")).to_have_value(SAID)


def test_typed_text_survives_the_news(desk, page):
    page.get_by_placeholder("What just happened?").fill(SAID)

    desk.complete("INC-1", 1)
    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")

    expect(page.get_by_placeholder("What just happened?")).to_have_value(SAID)


def test_a_sheet_that_is_open_stays_open_through_the_news(desk, page):
    page.get_by_role("button", name="I need help").click()

    desk.complete("INC-1", 1)
    expect(page.locator("#entries")).to_contain_text("Done Look at the graph")

    expect(page.locator("#help-sheet")).to_be_visible()


def test_whoever_comes_back_to_a_sleeping_tab_sees_how_old_it_is(desk, page):
    page.route("**/news?*", lambda route: None)
    page.clock.install()
    page.evaluate("dispatchEvent(new Event('pageshow'))")

    page.clock.fast_forward(60_000)
    page.evaluate("dispatchEvent(new Event('pageshow'))")

    expect(page.locator("[data-state]:visible")).to_contain_text("catching up")
    expect(page.locator("[data-done]")).to_be_disabled()
