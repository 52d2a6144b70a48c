"""Who is on a step, as two people see it, one of whom is typing."""

import pytest
from playwright.sync_api import expect

from incident.clock import now
from incident.services import step_claims, steps
from incident.storage.db import transaction
from tests.conftest import TOM
from tests.services.looks import last_line, states, step

pytestmark = pytest.mark.browser

STEPS = ("Look at the graph", "Restart the workers", "Look again")
COUNT = ('Count them {expect=">0"}', "Purge them")
SEEN = "What did you see?"


def tom(service, key, **asked):
    with transaction() as session:
        service(session, incident_key=key, number=1, actor=TOM, at=now(), **asked)


@pytest.fixture
def typing(desk, screen):
    """Maya, who has written what she saw and has not pressed Done."""
    page = screen(f"/incidents/{desk.declare(*COUNT)}")
    page.get_by_label(SEEN).fill("12")
    return page


def test_who_is_on_a_step_is_seen_by_the_other_and_asked_after_five_minutes(desk, screen):
    key = desk.declare(*STEPS)
    maya, tom = screen(f"/incidents/{key}"), screen(f"/incidents/{key}", "Tom")
    maya.get_by_role("button", name="I'm on it").click()
    expect(maya.locator("[data-main]")).to_contain_text("You began this")
    claim = tom.locator("[data-main] .claim")
    expect(claim).to_contain_text("Maya began this")
    expect(claim.get_by_text("still on it?")).to_be_hidden()

    tom.clock.install()
    tom.clock.fast_forward("05:10")
    expect(claim.get_by_text("still on it?")).to_be_visible()
    claim.get_by_role("button", name="Take over").click()

    expect(maya.locator("[data-main] .claim")).to_contain_text("Tom began this")
    expect(maya.get_by_role("button", name="Done")).to_be_enabled()
    assert last_line(key) == "Tom took over step 1 from Maya: Look at the graph"


@pytest.mark.parametrize("keys", ["Enter", "Control+Enter"])
def test_enter_in_a_field_of_the_step_means_done_and_not_the_claim(desk, screen, keys):
    key = desk.declare(*COUNT)
    page = screen(f"/incidents/{key}")

    page.get_by_label(SEEN).fill("12")
    page.get_by_label(SEEN).press(keys)

    expect(page.locator("[data-main]")).to_contain_text("Purge them")
    assert states(key) == ["done", "current"]


def test_saying_it_takes_nothing_away_that_was_typed(typing):
    typing.get_by_role("button", name="I'm on it").click()

    expect(typing.locator("[data-main] .claim")).to_contain_text("You began this")
    expect(typing.get_by_label(SEEN)).to_have_value("12")
    expect(typing.get_by_role("button", name="Done")).to_be_enabled()


def test_what_somebody_else_says_takes_nothing_away_that_was_typed(typing):
    tom(step_claims.claim, "INC-1")
    expect(typing.locator("[data-main] .claim")).to_contain_text("Tom began this")
    tom(steps.note, "INC-1", text="Counting")
    expect(typing.locator("#entries")).to_contain_text("Counting")
    tom(step_claims.release, "INC-1")

    expect(typing.get_by_role("button", name="I'm on it")).to_be_visible()
    expect(typing.get_by_label(SEEN)).to_have_value("12")
    typing.get_by_role("button", name="Done").click()
    expect(typing.locator("[data-main]")).to_contain_text("Purge them")


def test_a_second_press_while_there_is_no_connection_is_another_one(desk, screen, ears):
    ears.expect("ERR_INTERNET_DISCONNECTED")
    key = desk.declare(*STEPS)
    desk.complete(key, 1)
    page = screen(f"/incidents/{key}")
    page.locator("#step-1 summary").click()
    page.context.set_offline(True)
    page.get_by_role("button", name="I'm on it").click()
    expect(page.get_by_role("alert")).to_have_count(1)
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("alert")).to_have_count(2)

    page.context.set_offline(False)

    expect(page.locator("#step-2 .step__remark, #step-2 .claim")).to_contain_text("Maya")
    assert (states(key)[0], step(key, 2).claimed_by) == ("current", "Maya")
