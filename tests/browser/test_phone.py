"""On the phone: the step in hand on the first screen, Done under the thumb, nothing too small."""

import pytest
from playwright.sync_api import expect

from tests.browser.patience import wait_until

pytestmark = pytest.mark.browser

LONG = [f"Look at the graph number {n}" for n in range(1, 12)]

TARGETS = """() => [...document.querySelectorAll(
    'a[href], button, summary, select, input:not([type=hidden], [type=radio], [type=checkbox])')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => one.getBoundingClientRect().width > 1)
  .filter((one) => !one.closest('p, .skip, .entry, .markdown, .card__title'))
  .map((one) => [one.textContent.trim().slice(0, 30) || one.id, one.getBoundingClientRect().height])
  .filter(([, height]) => height < 47.5)"""

SMALL = """() => [...document.querySelectorAll('body *')]
  .filter((one) => one.checkVisibility())
  .filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 15)
  .map((one) => one.className + ': ' + one.textContent.trim().slice(0, 30))"""

UNDER_THE_HEADER = """() => {
  const edge = (one) => document.querySelector(one).getBoundingClientRect()
  return edge("[data-main]").top >= edge(".live-top").bottom
}"""


@pytest.fixture
def phone(desk, screen):
    key = desk.declare('Stop it {effect="Queue stopped"}', "Page them {page=primary ack=5m}", *LONG)
    for number in (1, 3, 4):
        desk.complete(key, number)
    return screen(f"/incidents/{key}", phone=True)


def test_the_step_in_hand_is_on_the_first_screen(phone):
    title = phone.locator("[data-main] .current__title")
    bar = phone.locator("[data-main] .current__actions").bounding_box()

    expect(title).to_be_in_viewport(ratio=1)
    assert title.bounding_box()["y"] + title.bounding_box()["height"] <= bar["y"]


def test_done_reaches_across_the_screen_at_its_foot(phone):
    done = phone.locator("[data-done]").bounding_box()

    assert done["width"] >= 390 - 2 * 16
    assert done["y"] > 844 - 160
    assert done["height"] >= 48


def test_page_is_away_from_the_corner_and_from_its_neighbours(phone):
    note = phone.get_by_role("button", name="Note").bounding_box()
    page = phone.get_by_role("button", name="Page…", exact=True).bounding_box()
    more = phone.get_by_role("button", name="More").bounding_box()

    assert page["x"] - (note["x"] + note["width"]) >= 12
    assert more["x"] - (page["x"] + page["width"]) >= 12
    assert 100 < page["x"] < 290 - page["width"] + 100


def test_the_header_is_one_line(phone):
    assert phone.locator("#header").bounding_box()["height"] <= 60


def test_everything_to_touch_is_large_enough(phone):
    assert phone.evaluate(TARGETS) == []


@pytest.mark.parametrize("address", ["/", "/incidents/new", "/checklists"])
def test_so_it_is_on_the_other_pages(desk, screen, address):
    desk.declare("Look")

    assert screen(address, phone=True).evaluate(TARGETS) == []


def test_no_text_is_smaller_than_fifteen_pixels(phone):
    assert phone.evaluate(SMALL) == []


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_the_screen(phone, width):
    phone.set_viewport_size({"width": width, "height": 700})

    assert phone.evaluate("document.documentElement.scrollWidth") <= width


def test_the_timeline_is_one_touch_away(phone):
    phone.locator("#facts").get_by_role("link", name="Timeline").tap()

    expect(phone.locator("#entries .entry").last).to_be_in_viewport()


def test_help_is_one_touch_away(phone):
    phone.get_by_role("button", name="I need help").tap()

    expect(phone.get_by_text("Can be woken")).to_be_in_viewport()


def test_the_offer_to_undo_covers_no_answer(desk, screen):
    key = desk.declare("Look", "Which is it? {decide}\n  - a release\n  - a queue\n  - a vendor")
    page = screen(f"/incidents/{key}", phone=True)

    page.get_by_role("button", name="Done").tap()
    answers = page.locator("[data-main] .current__choices button")
    expect(answers).to_have_count(3)
    toast = page.locator("undo-toast").bounding_box()

    assert toast["y"] + toast["height"] <= answers.first.bounding_box()["y"]


def test_after_a_step_is_set_aside_the_next_one_is_in_sight(desk, screen):
    key = desk.declare(*LONG)
    for number in range(1, 7):
        desk.complete(key, number)
    page = screen(f"/incidents/{key}", phone=True)

    page.get_by_role("button", name="More").tap()
    page.locator(":popover-open textarea").fill("It does not concern us")
    page.get_by_role("button", name="Not applicable").tap()
    expect(page.locator("[data-main]")).to_have_attribute("data-number", "8")

    wait_until(page, UNDER_THE_HEADER)
    expect(page.locator("[data-held]")).to_have_count(0)
