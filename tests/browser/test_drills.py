"""A drill cannot be mistaken for the real thing, and reaches nobody."""

import pytest
from playwright.sync_api import expect

from tests.conftest import connect_target

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Page them {page=primary ack=5m}", "Look again")


@pytest.fixture
def key(desk):
    connect_target()
    return desk.declare(*STEPS, title="Database primary lost", mode="drill")


@pytest.mark.parametrize("phone", [False, True])
def test_it_wears_a_band_and_says_drill_before_its_title(key, screen, phone):
    page = screen(f"/incidents/{key}", phone=phone)

    expect(page.get_by_text("DRILL. Nobody real is paged, nothing real is posted.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("DRILL")
    assert page.title().startswith("DRILL")
    band = page.locator(".drill-band").evaluate("one => getComputedStyle(one).backgroundImage")
    assert "repeating-linear-gradient" in band


def test_it_is_marked_on_the_home_page_and_in_its_retro(key, screen):
    page = screen("/")
    expect(page.locator(".drill-card")).to_contain_text("DRILL")
    expect(page.locator(".drill-card")).to_contain_text("Cannot page anybody")

    page.goto(f"/incidents/{key}/retro")

    expect(page.get_by_role("heading", level=1)).to_contain_text("DRILL")


def test_it_is_still_one_on_paper(key, screen):
    page = screen(f"/incidents/{key}")

    page.emulate_media(media="print")

    expect(page.get_by_role("heading", level=1)).to_contain_text("DRILL")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_its_pages_reach_nobody(key, screen, pagerduty, slack, worker):
    page = screen(f"/incidents/{key}")

    page.get_by_role("button", name="Done, then page primary").click()

    expect(page.locator("#main")).to_contain_text("DRILL, so nobody was paged")
    assert (pagerduty.requests, slack.posts) == ([], [])


def test_the_page_sheet_says_that_it_only_rehearses(key, screen):
    page = screen(f"/incidents/{key}")

    page.keyboard.press("p")

    expect(page.get_by_role("button", name="Rehearse the page (drill)")).to_be_visible()
