"""When nobody could be paged the screen says so in capitals, with whom to telephone."""

import pytest
from playwright.sync_api import expect

from incident.clock import now
from incident.storage import targets
from incident.storage.db import transaction
from tests.conftest import connect_target
from tests.fakes.server import status

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Page them {page=primary ack=5m}", "Look again")
PHONES = [{"name": "Maya", "phone": "+1 555 0100"}, {"name": "Tom", "phone": "+1 555 0101"}]


def give_phones():
    with transaction() as session:
        target = targets.get(session, "primary")
        target.phones, target.phones_at = PHONES, now()


@pytest.fixture(params=[False, True], ids=["wide", "phone"])
def page(request, desk, screen, worker):
    give_phones()
    return screen(f"/incidents/{desk.declare(*STEPS)}", phone=request.param)


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


def test_who_was_reached_by_telephone_is_written_down(page):
    page.get_by_role("button", name="Done, then page primary").click()

    page.get_by_role("button", name="Reached").first.click()

    expect(page.locator("#entries")).to_contain_text("Telephoned Maya: reached")


def test_the_home_page_says_it_before_anything_happens(desk, screen):
    page = screen()

    expect(page.get_by_role("alert")).to_contain_text("nobody can be paged")
    expect(page.get_by_role("link", name="not connected")).to_be_visible()
