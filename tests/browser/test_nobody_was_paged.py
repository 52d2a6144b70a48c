"""When nobody could be paged the screen says so in capitals, with whom to telephone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from incident.clock import now
from incident.delivery.shift import Shift
from incident.storage import targets
from incident.storage.db import transaction
from tests.browser.patience import wait_until
from tests.conftest import connect_target
from tests.fakes.server import status

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Page them {page=primary ack=5m}", "Look again")
LONG = [f"Look at the graph number {n}" for n in range(1, 12)]
IN_SIGHT = """() => {
  const edge = (one) => document.querySelector(one)?.getBoundingClientRect()
  const isBelow = edge("[data-alarm]")?.top >= edge(".live-top").bottom
  return isBelow && edge(".alarm__phone")?.bottom <= innerHeight
}"""
PHONES = [{"name": "Maya", "phone": "+1 555 0100"}, {"name": "Tom", "phone": "+1 555 0101"}]


def give_phones():
    with transaction() as session:
        target = targets.get(session, "primary")
        target.phones, target.phones_at = PHONES, now()


@pytest.fixture(params=[False, True], ids=["wide", "phone"])
def page(request, desk, screen, worker):
    give_phones()
    return screen(f"/incidents/{desk.declare(*STEPS)}", phone=request.param)


@pytest.fixture
def night(desk, screen, pagerduty):
    """A telephone, far down a long list. PagerDuty will refuse the page of its eighth step."""
    give_phones()
    connect_target()
    pagerduty.always = status(400, b'{"status":"invalid event","errors":["no such key"]}')
    desk.declare(*LONG[:7], "Page them {page=primary ack=5m}", *LONG[7:])
    for number in range(1, 7):
        desk.complete("INC-1", number)
    page = screen("/incidents/INC-1", phone=True)
    expect(page.locator("[data-state]:visible")).to_have_text("● Live")
    expect(page.locator("[data-main]")).to_be_in_viewport()
    return page


def reach_the_page(desk, page):
    """Tom does, on his screen. Nothing has failed yet: only the worker will learn of it."""
    desk.complete("INC-1", 7)
    expect(page.locator("[data-main]")).to_have_attribute("data-number", "9")
    expect(page.get_by_role("alert")).to_have_count(0)


def let_it_fail(desk, page):
    shift = Shift(desk.config, clock=now)
    shift.start()
    expect(page.get_by_role("alert")).to_contain_text("NOBODY WAS PAGED")
    shift.stop()
    shift.join()


def test_pagerduty_is_not_connected(page):
    page.get_by_role("button", name="Done, then page primary").click()

    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text("NOBODY WAS PAGED")
    expect(alarm).to_contain_text("not connected")
    expect(alarm.get_by_role("link", name="Maya +1 555 0100")).to_be_in_viewport()
    expect(alarm.get_by_role("link", name="Tom +1 555 0101")).to_have_attribute(
        "href", "tel:+15550101"
    )


def test_pagerduty_refuses_the_page(page, pagerduty):
    connect_target()
    pagerduty.always = status(400, b'{"status":"invalid event","errors":["no such key"]}')

    page.get_by_role("button", name="Done, then page primary").click()

    expect(page.get_by_role("alert")).to_contain_text("NOBODY WAS PAGED")
    expect(page.get_by_role("link", name="Maya +1 555 0100")).to_be_visible()


def test_an_alarm_that_comes_after_the_next_step_was_shown_is_in_sight(desk, night):
    reach_the_page(desk, night)
    night.mouse.wheel(0, 4000)
    wait_until(night, "scrollY > 100")

    let_it_fail(desk, night)

    wait_until(night, IN_SIGHT)


def test_what_others_do_does_not_scroll_it_away(desk, night):
    reach_the_page(desk, night)
    let_it_fail(desk, night)
    wait_until(night, IN_SIGHT)

    desk.complete("INC-1", 9)
    expect(night.locator("[data-main]")).to_have_attribute("data-number", "10")

    assert night.evaluate(IN_SIGHT)


def test_a_page_that_was_still_rolling_comes_back_to_it(desk, night):
    night.clock.install()
    night.clock.pause_at(now() + timedelta(minutes=1))
    reach_the_page(desk, night)
    let_it_fail(desk, night)
    wait_until(night, IN_SIGHT)

    night.evaluate("scrollTo(0, 900)")

    wait_until(night, IN_SIGHT)


def test_whoever_goes_on_below_it_is_shown_the_next_step(desk, night):
    night.clock.install()
    reach_the_page(desk, night)
    let_it_fail(desk, night)
    wait_until(night, IN_SIGHT)
    night.clock.fast_forward(2_000)

    night.locator("[data-done]").tap()

    expect(night.locator("[data-main]")).to_have_attribute("data-number", "10")
    expect(night.locator("[data-main] .current__title")).to_be_in_viewport(ratio=1)


def test_it_waits_for_whoever_types_and_comes_when_they_have_finished(desk, night):
    reach_the_page(desk, night)
    field = night.get_by_placeholder("What just happened?")
    field.press_sequentially("It is the disk")
    before = field.bounding_box()["y"]

    let_it_fail(desk, night)

    assert abs(field.bounding_box()["y"] - before) < 2
    field.blur()
    wait_until(night, IN_SIGHT)


def test_whoever_opens_the_page_sees_it_before_the_step_in_hand(desk, night):
    reach_the_page(desk, night)
    let_it_fail(desk, night)
    night.mouse.wheel(0, 4000)
    wait_until(night, "scrollY > 100")

    night.reload()

    wait_until(night, IN_SIGHT)


def test_who_was_reached_by_telephone_is_written_down(page):
    page.get_by_role("button", name="Done, then page primary").click()

    page.get_by_role("button", name="Reached").first.click()

    expect(page.locator("#entries")).to_contain_text("Telephoned Maya: reached")


def test_the_home_page_says_it_before_anything_happens(desk, screen):
    page = screen()

    expect(page.get_by_role("alert")).to_contain_text("nobody can be paged")
    expect(page.get_by_role("link", name="not connected")).to_be_visible()
