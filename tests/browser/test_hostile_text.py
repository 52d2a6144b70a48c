"""Whatever people write is only ever words: nothing runs, nothing is worked out, nothing bursts."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import PHONE
from tests.browser.desk import a_desk
from tests.browser.hostile import SCRIPT, UNBROKEN
from tests.browser.hostile_slack import mischief

pytestmark = pytest.mark.browser

LIVE = "/incidents/INC-1"
PAGES = (
    "/",
    "/incidents",
    "/incidents/new",
    LIVE,
    f"{LIVE}?step=5",
    f"{LIVE}/timeline",
    f"{LIVE}/checklists",
    f"{LIVE}/updates",
    f"{LIVE}/members",
    f"{LIVE}/retro",
    f"{LIVE}/retro/events/12",
    f"{LIVE}/retro/sections/summary",
    "/retros",
    "/checklists",
    "/checklists/hostile",
    "/checklists/hostile/draft",
    "/settings/targets",
    f"/settings/targets/{'w' * 40}",
    "/settings/slack",
    "/settings/slack-rules",
    "/settings/slack-rules/C0HOSTILE",
    "/settings/people",
    "/profile",
)
SHEETS = ("help-sheet", "page-sheet", "owed-sheet", "people-sheet", "channel-sheet", "aside-5")
STICKS_OUT = """() => {
  const width = document.documentElement.clientWidth
  return [...document.querySelectorAll("main *, header *, aside *")]
    .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden, svg"))
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !isInScroller(one))
    .map((one) => `${one.tagName}.${one.className}`)
  function isInScroller(one) {
    for (let p = one.parentElement; p; p = p.parentElement)
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(p).overflowX)) return true
    return false
  }
}"""


@pytest.fixture(scope="module")
def trap(tmp_path_factory, _quick_passwords):
    with a_desk(tmp_path_factory.mktemp("trap"), mischief) as desk:
        yield desk


@pytest.fixture
def visit(trap, chromium, ears):
    context = trap.look(chromium, "Ada", role="admin", has_touch=True)
    context.on("page", ears.listen_to)

    def opened(address):
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    context.close()


def harm(page):
    """What was run, worked out, fetched or pushed off the screen."""
    found = ["hacked"] * page.evaluate("window.hacked === 1")
    found += ["worked out"] * (str(7777 * 7777) in page.content())
    found += page.evaluate("[...document.images].map((one) => one.src)")
    return found + page.evaluate(STICKS_OUT)


@pytest.mark.parametrize("address", PAGES)
def test_it_stays_words_and_the_page_keeps_its_shape(visit, address):
    page = visit(address)

    assert harm(page) == []
    page.set_viewport_size(PHONE)
    assert harm(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("sheet", SHEETS)
def test_so_it_is_in_the_sheets(visit, sheet):
    page = visit(LIVE)
    page.set_viewport_size(PHONE)

    page.evaluate("(id) => document.getElementById(id).showPopover()", sheet)

    assert harm(page) == []
    assert page.locator(f"#{sheet}").evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_it_is_shown_as_it_was_written(visit):
    page = visit(LIVE)

    expect(page.get_by_role("heading", level=1)).to_contain_text(UNBROKEN)
    expect(page.locator("#entries")).to_contain_text(SCRIPT)


def test_it_is_harmless_when_it_arrives_while_the_page_is_open(trap, visit):
    page = visit(LIVE)
    expect(page.locator("[data-state]:visible")).to_have_text("● Live")

    page.get_by_placeholder("What just happened?").fill(f"{SCRIPT} for the second time")
    page.get_by_role("button", name="Add", exact=True).first.click()

    expect(page.locator("#entries")).to_contain_text(f"{SCRIPT} for the second time")
    assert harm(page) == []
