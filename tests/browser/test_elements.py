"""The small elements: a time that shows UTC, a hint that says yesterday, a button that copies."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CLIPBOARD = ["clipboard-read", "clipboard-write"]
ZONE = {"zone": "America/New_York"}
DUE_IN_FIVE_MINUTES = """() => {
  const one = document.createElement("elapsed-time")
  one.dataset.due = new Date(Date.now() + 300000).toISOString()
  document.getElementById("main").append(one)
}"""
COMMAND = "Count them\n\n  ```sh\n  redis-cli llen queue\n  ```"


def test_touching_a_time_shows_every_time_in_utc_and_back(desk, screen):
    page = screen(f"/incidents/{desk.declare('Look', **ZONE)}", phone=True)
    time = page.locator("#entries time").first
    local = time.inner_text()

    time.tap()
    expect(time).to_have_text(re.compile(r"^\d\d:\d\d UTC$"))
    time.tap()

    expect(time).to_have_text(local)


def test_a_time_later_than_now_is_said_to_be_yesterdays(desk, screen):
    page = screen(f"/incidents/{desk.declare('Look', **ZONE)}", timezone_id="Asia/Tokyo")
    page.get_by_text("It happened earlier…").click()
    now = page.locator("clock-time").inner_text()
    hour, minute = map(int, now.split(":"))
    later = (hour * 60 + minute + 5) % 1440

    page.get_by_label("At, in").fill(f"{later // 60:02}:{later % 60:02}")

    hint = page.locator("#event-time-hint")
    expect(hint).to_contain_text("Today" if later < 5 else "Yesterday")


def test_what_is_due_counts_down_and_then_up(screen):
    page = screen()
    page.clock.install()
    page.evaluate(DUE_IN_FIVE_MINUTES)
    due = page.locator("elapsed-time[data-due]")
    expect(due).to_have_text(re.compile(r"^in [45]:\d\d$"))

    page.clock.fast_forward("09:00")

    expect(due).to_have_text(re.compile(r"^[45] min late$"))


def test_what_was_typed_survives_a_reload_and_is_forgotten_once_it_is_sent(desk, screen):
    page = screen(f"/incidents/{desk.declare('Look')}")
    field = page.get_by_placeholder("What just happened?")
    field.fill("A long and precious sentence.")
    page.reload()
    expect(field).to_have_value("A long and precious sentence.")

    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.locator("#entries")).to_contain_text("A long and precious sentence.")
    page.reload()

    expect(field).to_have_value("")


def test_a_command_is_copied_whole(desk, screen):
    page = screen(f"/incidents/{desk.declare(COMMAND)}", permissions=CLIPBOARD)

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "redis-cli llen queue"


def test_on_the_phone_copy_stands_below_the_command(desk, screen):
    page = screen(f"/incidents/{desk.declare(COMMAND)}", phone=True)
    expect(page.locator("#facts [data-state]")).to_contain_text("Live")
    code = page.locator("copy-code pre").bounding_box()
    button = page.get_by_role("button", name="Copy").bounding_box()

    assert button["y"] >= code["y"] + code["height"]


def test_the_sound_is_off_until_somebody_turns_it_on(desk, screen):
    page = screen(f"/incidents/{desk.declare('Look')}")
    page.keyboard.press("?")
    box = page.get_by_label("Sound when nobody could be paged")
    expect(box).not_to_be_checked()

    box.check()
    page.reload()
    page.keyboard.press("?")

    expect(box).to_be_checked()


def test_a_page_that_fails_while_somebody_looks_is_cried_out(desk, screen):
    key = desk.declare("Look", "Page them {page=primary}", "Go on")
    page = screen(f"/incidents/{key}")
    expect(page.locator("[data-state]").first).to_contain_text("Live")

    desk.complete(key, 1)

    expect(page.get_by_role("alert")).to_contain_text("NOBODY WAS PAGED")
    expect(page.locator("#strip")).to_contain_text("Not paged primary")


def test_the_menu_opens_without_scripts(desk, screen):
    page = screen("/", phone=True, scripts=False)

    page.get_by_role("button", name="Menu").tap()

    expect(page.get_by_role("link", name="Checklists")).to_be_visible()
