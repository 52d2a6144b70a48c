"""The update that is owed, written on a telephone, without scripts, and over a broken evening."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from incident.storage.db import transaction
from incident.storage.outbox import Delivery
from tests.browser.slack_story import read_in
from tests.conftest import ADA

pytestmark = pytest.mark.browser

SEEN = "Uploads fail for everybody in Europe."


@pytest.fixture
def address(desk):
    key = desk.declare("Look", severity="sev1")
    desk.change(read_in, actor=ADA)
    return f"/incidents/{key}/updates"


def send(page):
    page.get_by_role("button", name="Send the update").click()


def test_on_a_telephone_the_button_is_in_reach_while_one_writes(address, screen):
    page = screen(address, phone=True)

    page.get_by_label("Conditions").fill(SEEN)
    expect(page.get_by_role("button", name="Send the update")).to_be_in_viewport()
    page.get_by_label("Send to #status-board").check()
    send(page)

    expect(page.locator(".update-sent")).to_contain_text(SEEN)
    expect(page.locator(".update-sent")).to_contain_text("Executives: Posting to #status-board.")


def test_without_scripts_it_is_shown_first_and_sent_then(address, screen):
    page = screen(address, scripts=False)

    page.get_by_label("Conditions").fill(SEEN)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#wordings pre")).to_contain_text([SEEN, SEEN, SEEN])
    expect(page.locator(".update-sent")).to_have_count(0)
    send(page)

    expect(page.locator(".update-sent")).to_contain_text(SEEN)


def test_what_was_typed_is_there_after_a_reload_and_gone_once_it_is_sent(address, screen):
    page = screen(address)
    page.get_by_label("Actions").fill("We look at the queue.")

    page.reload()
    expect(page.get_by_label("Actions")).to_have_value("We look at the queue.")
    page.get_by_label("Conditions").fill(SEEN)
    send(page)

    expect(page.locator(".update-sent")).to_contain_text("We look at the queue.")
    page.goto(address)
    expect(page.locator(".update-sent")).to_have_count(1)


def test_what_slack_refused_is_sent_again_with_one_press(address, screen):
    page = screen(address, phone=True)
    page.get_by_label("Conditions").fill(SEEN)
    page.get_by_label("Send to #status-board").check()
    send(page)
    expect(page.locator(".update-sent")).to_contain_text("Posting to #status-board.")
    with transaction() as session:
        post = session.scalars(select(Delivery).where(Delivery.action == "post")).all()[-1]
        post.state, post.last_error = "refused", "the channel is archived"

    page.reload()
    expect(page.locator(".update-sent")).to_contain_text("NOT SENT to #status-board")
    page.get_by_role("button", name="Send again to #status-board").click()

    expect(page.locator(".update-sent")).to_contain_text("Executives: Posting to #status-board.")
    expect(page.get_by_role("button", name="Send again")).to_have_count(0)
