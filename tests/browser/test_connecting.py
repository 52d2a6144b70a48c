"""Connecting PagerDuty, from a token to a proven path, on one page, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.fakes.pagerduty_catalog import A_TOKEN

pytestmark = pytest.mark.browser

PAGE = "/settings/pagerduty"


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request, desk, screen, ears):
    ears.expect("Failed to load resource: the server responded with a status of 422")
    return screen(PAGE, "Ada", role="admin", scripts=request.param)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def step(page, name):
    return page.get_by_role("heading", name=name)


def test_from_a_token_to_a_proven_path(page, pagerduty, worker):
    page.get_by_label("REST API token").fill("R" * 32)
    press(page, "Check the token")
    expect(page.locator("#token-error")).to_contain_text("That is a routing key")

    page.get_by_label("REST API token").fill(A_TOKEN)
    press(page, "Check the token")
    expect(step(page, "Done 1. Token")).to_be_visible()

    page.get_by_label("Service of primary").select_option(label="The app, Core")
    press(page, "Connect primary")
    expect(step(page, "Done 2. Targets")).to_be_visible()

    page.get_by_label("Service for test events").select_option(label="The app, Core")
    press(page, "Use it for test events")
    expect(page.locator("#service-test-error")).to_contain_text("would wake people")
    page.get_by_label("Service for test events").select_option(label="Test events, Test")
    press(page, "Use it for test events")

    press(page, "Prove it now")

    expect(page.get_by_text("Proven.")).to_be_visible()
    expect(page.locator(".proof__stage--done")).to_have_count(4)
    expect(page.get_by_role("link", name="pager path proven")).to_be_visible()
    assert [alert.state for alert in pagerduty.alerts] == ["resolved"]
    assert pagerduty.breaches == []
