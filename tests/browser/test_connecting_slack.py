"""Connecting Slack, from an app's tokens to a message in a channel, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.fakes.slack import A_TOKEN, AN_APP_TOKEN

pytestmark = pytest.mark.browser

PAGE = "/settings/slack"


@pytest.fixture
def given():
    """Nothing: it is all typed here."""
    return {}


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request, desk, screen, ears):
    ears.expect("Failed to load resource: the server responded with a status of 422")
    return screen(PAGE, "Ada", role="admin", scripts=request.param)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_from_tokens_to_a_message_in_a_channel(page, slack):
    page.get_by_label("Bot token").fill(AN_APP_TOKEN)
    press(page, "Try and keep them")
    expect(page.locator("#bot_token-error")).to_be_in_viewport()
    expect(page.locator("#bot_token-error")).to_contain_text("That is an app-level token")

    page.get_by_label("Bot token").fill(A_TOKEN)
    page.get_by_label("App-level token").fill(AN_APP_TOKEN)
    press(page, "Try and keep them")
    expect(page.get_by_role("heading", name="Done 2. Its tokens")).to_be_visible()

    page.get_by_label("Send a test message to").fill("#emergency")
    press(page, "Send a test message")

    expect(page.get_by_text("Posted in #emergency")).to_be_visible()
    assert "asked for by Ada" in slack.posts[-1]["text"]
    assert slack.breaches == []
