"""The live page: what one person does, another sees, and nothing that was typed is lost."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from incident.clock import now

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Restart the workers", "Look again")


def test_a_tick_on_one_screen_appears_on_another(desk, screen):
    key = desk.declare(*STEPS)
    maya, tom = screen(f"/incidents/{key}"), screen(f"/incidents/{key}", "Tom", phone=True)
    expect(tom.locator("[data-state]:visible")).to_contain_text("Live")

    maya.get_by_role("button", name="Done").click()

    expect(maya.locator("[data-main]")).to_contain_text("Restart the workers")
    expect(tom.locator("[data-main]")).to_contain_text("Restart the workers")
    expect(tom.locator("#entries")).to_contain_text("Done Look at the graph")


def test_everything_works_as_plain_forms_without_scripts(desk, screen):
    key = desk.declare(*STEPS)
    page = screen(f"/incidents/{key}", scripts=False)

    page.get_by_role("button", name="Done").click()
    page.get_by_placeholder("What just happened?").fill("The graph is flat.")
    page.get_by_role("button", name="Add", exact=True).first.click()

    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")
    expect(page.locator("#entries")).to_contain_text("The graph is flat.")


def test_done_is_closed_until_what_was_seen_is_written_down(desk, screen):
    key = desk.declare('Count them {expect=">0"}', "Delete them")
    page = screen(f"/incidents/{key}")
    expect(page.locator("[data-done]")).to_be_disabled()

    page.get_by_label("What did you see?").fill("12")
    page.locator("[data-done]").click()

    expect(page.locator("[data-main]")).to_contain_text("Delete them")
    expect(page.locator("#entries")).to_contain_text("Count them: 12")


def test_enter_in_its_field_finishes_a_step_like_done(desk, screen):
    key = desk.declare('Count them {expect=">0"}', "Delete them")
    page = screen(f"/incidents/{key}")
    page.get_by_label("What did you see?").fill("12")

    page.get_by_label("What did you see?").press("Enter")

    expect(page.locator("[data-main]")).to_contain_text("Delete them")
    expect(page.locator("[data-held]")).to_have_count(0)


def test_what_somebody_types_survives_what_others_do(desk, screen):
    key = desk.declare('Count them {expect=">0"}', "Delete them", "Look")
    page = screen(f"/incidents/{key}")
    page.get_by_label("What did you see?").fill("1204")

    desk.complete(key, 1, value="7")

    expect(page.get_by_text("This changed while you were typing")).to_be_visible()
    expect(page.locator("input[name=value]").first).to_have_value("1204")
    page.get_by_role("button", name="Show it as it is now").click()
    expect(page.locator("[data-main]")).to_contain_text("Delete them")


def test_the_step_is_finished_once_however_fast_done_is_pressed(desk, screen):
    page = screen()
    page.clock.install()
    page.goto(f"/incidents/{desk.declare(*STEPS)}")
    page.clock.pause_at(now() + timedelta(minutes=1))

    page.get_by_role("button", name="Done").dblclick()
    page.keyboard.press("d")

    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")
    expect(page.locator("#entries li", has_text="Done")).to_have_count(1)


def test_a_tick_can_be_undone_for_ten_seconds(desk, screen):
    key = desk.declare(*STEPS)
    page = screen(f"/incidents/{key}")
    page.get_by_role("button", name="Done").click()

    page.locator("undo-toast").get_by_role("button", name="Undo").click()

    expect(page.locator("[data-main]")).to_contain_text("Look at the graph")


def test_a_page_that_cannot_hear_says_so_and_closes_done(desk, screen, ears):
    ears.expect("ERR_INTERNET_DISCONNECTED")
    key = desk.declare(*STEPS)
    page = screen(f"/incidents/{key}")
    expect(page.locator("[data-state]").first).to_contain_text("Live")

    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(page.locator("[data-state]").first).to_contain_text("Not live since")
    expect(page.locator("[data-done]")).to_be_disabled()
    desk.complete(key, 1)
    page.context.set_offline(False)

    expect(page.locator("[data-state]").first).to_contain_text("● Live")
    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")
    expect(page.locator("[data-done]")).to_be_enabled()


def test_a_refusal_is_said_where_the_press_was(desk, screen, ears):
    ears.expect("status of 409")
    key = desk.declare("Look {killer}", "Go on")
    page = screen(f"/incidents/{key}")
    page.locator("[data-main]").get_by_role("button", name="Defer, override").click()

    page.get_by_role("button", name="Not applicable").click()

    expect(page.get_by_role("alert")).to_contain_text("Say why, in a few words")


def test_an_expired_log_in_keeps_what_was_typed(desk, screen, ears):
    ears.expect("status of 401")
    key = desk.declare(*STEPS)
    page = screen(f"/incidents/{key}")
    page.get_by_placeholder("What just happened?").fill("A long and precious sentence.")
    page.context.clear_cookies()

    page.get_by_role("button", name="Add", exact=True).first.click()

    expect(page.get_by_role("alert")).to_contain_text("You were logged out")
    expect(page.get_by_placeholder("What just happened?")).to_have_value(
        "A long and precious sentence."
    )


def test_a_page_from_before_a_log_in_says_to_reload_and_keeps_what_was_typed(desk, screen, ears):
    ears.expect("status of 403")
    page = screen(f"/incidents/{desk.declare(*STEPS)}")
    page.get_by_placeholder("What just happened?").fill("A long and precious sentence.")
    desk.log_in(page.context, "Maya")

    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.get_by_role("alert")).to_have_text(
        "Not saved: reload this page. What you typed is kept."
    )
    page.reload()
    expect(page.get_by_placeholder("What just happened?")).to_have_value(
        "A long and precious sentence."
    )
    page.get_by_role("button", name="Add", exact=True).first.click()

    expect(page.locator("#entries")).to_contain_text("A long and precious sentence.")


def test_many_tabs_share_one_stream(desk, screen):
    key = desk.declare(*STEPS)
    first = screen(f"/incidents/{key}")
    tabs = [first.context.new_page() for _ in range(8)]
    for tab in tabs:
        tab.goto(f"{desk.url}/incidents/{key}")

    desk.complete(key, 1)

    for tab in tabs:
        expect(tab.locator("[data-main]")).to_contain_text("Restart the workers")


WITHOUT_SHARING = "delete window.SharedWorker"


def test_a_browser_that_cannot_share_opens_a_stream_of_its_own(desk, screen):
    key = desk.declare(*STEPS)
    page = screen("/")
    page.add_init_script(WITHOUT_SHARING)
    page.goto(f"/incidents/{key}")
    expect(page.locator("[data-state]").first).to_have_text("● Live")

    desk.complete(key, 1)

    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")


def test_a_page_without_a_bell_asks_every_few_seconds_and_says_so(desk, screen, ears):
    ears.expect("status of 503")
    key = desk.declare(*STEPS)
    page = screen("/")
    page.add_init_script(WITHOUT_SHARING)
    page.route("**/INC-1/bell?*", lambda route: route.fulfill(status=503))
    page.goto(f"/incidents/{key}")
    expect(page.locator("[data-state]").first).to_have_text("● Live, every 5 s")

    desk.complete(key, 1)

    expect(page.locator("[data-main]")).to_contain_text("Restart the workers")


def test_a_press_without_a_connection_is_sent_once_there_is_one(desk, screen, ears):
    ears.expect("ERR_INTERNET_DISCONNECTED")
    key = desk.declare(*STEPS)
    page = screen(f"/incidents/{key}")
    page.get_by_placeholder("What just happened?").fill("The lights are out.")

    page.context.set_offline(True)
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved: there is no connection")
    page.context.set_offline(False)

    expect(page.locator("#entries")).to_contain_text("The lights are out.")
    expect(page.get_by_role("alert")).to_have_count(0)
