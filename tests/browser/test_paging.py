"""Somebody is being woken: each thing that may become of it, and what is kept fresh meanwhile."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from incident.clock import now
from incident.delivery import bell
from incident.storage import incidents, pages, workers
from incident.storage.db import transaction
from tests.browser import paging_story as paging
from tests.browser.chromium import PHONE
from tests.browser.desk import a_desk
from tests.browser.test_every_page import faults
from tests.conftest import connect_target

pytestmark = pytest.mark.browser

STATES = (
    paging.waiting,
    paging.second_rung,
    paging.acknowledged,
    paging.nobody_woken,
    paging.refused_then_next,
    paging.exhausted,
    paging.held_back,
)
STEPS = ("Look at the graph", "Page them {page=mobile ack=5m then=platform}", "Look again")


@pytest.fixture
def paged(desk):
    """The key of an incident that has just reached its page."""
    connect_target("mobile")
    connect_target("platform")
    key = desk.declare(*STEPS)
    desk.complete(key, 1)
    return key


def change(key, **fields):
    with transaction() as session:
        page = pages.of_incident(session, incidents.id_of(key))[-1]
        for name, value in fields.items():
            setattr(page, name, value)


def beat(seconds_ago):
    with transaction() as session:
        at = now() - timedelta(seconds=seconds_ago)
        workers.beat(session, "desk-1", started_at=at, at=at)


@pytest.mark.parametrize("build", STATES, ids=lambda build: build.__name__)
def test_axe_finds_nothing_in_any_state_of_a_page(tmp_path, chromium, build):
    with a_desk(tmp_path, build) as desk:
        window = desk.look(chromium, "Maya", has_touch=True)
        page = window.new_page()
        page.goto("/incidents/INC-42")
        page.evaluate(AXE_SCRIPT)

        wide = faults(page)
        page.set_viewport_size(PHONE)
        phone = faults(page)
        window.close()

    assert (wide, phone) == ([], [])


def test_not_me_pages_the_next_while_one_looks_on(desk, screen, paged):
    page = screen(f"/incidents/{paged}")

    page.get_by_role("button", name="Not me, page platform").click()

    expect(page.locator("#step-2 .ladder")).to_contain_text("platform")
    remark, strip = page.locator("#step-2 .step__remark"), page.locator("#strip")
    expect(remark).to_have_text(re.compile(r"the telephones\s+in [45]:"))
    expect(strip).to_contain_text(re.compile(r"from platform,\s+the telephones\s+in [45]:"))


def test_what_pagerduty_does_not_take_turns_amber_by_itself(screen, paged):
    change(paged, promised_at=now() - timedelta(seconds=12))
    page = screen(f"/incidents/{paged}")

    expect(page.locator(".stage__words", has_text="has not taken it yet")).to_be_visible()
    expect(page.locator(".stage__soon")).to_be_hidden()


def test_a_sender_that_falls_silent_turns_red_and_comes_back(screen, paged, monkeypatch):
    monkeypatch.setattr(bell, "BEAT", 0.2)
    beat(12)
    page = screen(f"/incidents/{paged}")
    sender = page.locator("#strip sender-age")

    expect(sender).to_have_text(re.compile("Sender silent for 1[5-9] s"))
    beat(0)

    expect(sender).to_have_text(re.compile("Sender alive [0-5] s ago"))
    with transaction() as session:
        workers.leave(session, "desk-1")
    expect(sender).to_have_text("Nothing is sent: no sender")
