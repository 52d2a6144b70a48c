"""A whole story on a telephone: from the one-time link of a fresh desk to the retro of its first
incident."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import KEY

pytestmark = pytest.mark.browser

STEPS = (
    "Look at the error rate",
    "Page the primary on-call {page=primary ack=5m}",
    'Count the stuck uploads {expect=">=0"}',
    "Are they retried? {decide}\n  - yes\n  - no",
    "Pause: it is quiet {hold}",
    "Tell support",
)


def test_a_stranger_sets_up_and_is_led_through_an_incident_to_its_retro(
    desk, screen, pagerduty, worker
):
    slug = desk.publish(*STEPS)
    phone = screen(desk.setup_link(), "", phone=True)
    phone.clock.install()

    make_the_first_account(phone)
    connect_pagerduty(phone)
    declare_in_three_touches(phone, slug)
    be_paged_because_a_step_was_reached(phone, pagerduty)
    follow_the_checklist_to_its_end(phone)
    resolve(phone, pagerduty)
    write_the_retro(phone)


def make_the_first_account(phone):
    phone.get_by_label("Your name").fill("Maya")
    phone.get_by_label("E-mail").fill("maya@example.com")
    phone.get_by_label("Password").fill("violet gravel under the bridge")
    phone.get_by_role("button", name="Make the account").tap()

    expect(phone.get_by_text("Nothing is open")).to_be_visible()
    expect(phone.get_by_text("PagerDuty is not connected: nobody can be paged")).to_be_visible()


def connect_pagerduty(phone):
    phone.goto("/settings/targets/primary")
    phone.get_by_label("Routing key").fill(KEY)
    phone.get_by_role("button", name="Save").tap()
    expect(phone.get_by_role("heading", name="Targets")).to_be_visible()
    phone.get_by_role("link", name="Incident desk").tap()

    expect(phone.get_by_text("Nothing is open")).to_be_visible()
    expect(phone.get_by_text("PagerDuty is not connected")).to_have_count(0)


def declare_in_three_touches(phone, slug):
    phone.get_by_role("link", name="Declare").tap()
    expect(phone.get_by_label("What do people see?")).to_be_focused()
    phone.keyboard.type("Uploads fail since noon")
    phone.locator(f"[value={slug}]").check()
    phone.get_by_role("button", name="Declare").tap()

    expect(phone.locator("[data-main]")).to_contain_text("Look at the error rate")


def be_paged_because_a_step_was_reached(phone, pagerduty):
    assert pagerduty.events == []
    phone.get_by_role("button", name="Done, then page primary").tap()
    expect(phone.locator("#entries")).to_contain_text("PagerDuty took the page to primary")

    (event,) = pagerduty.events
    assert event["payload"]["summary"].startswith("[SEV?] INC-1 Uploads fail since noon: Page the")
    assert event["links"][0]["href"].endswith("/incidents/INC-1#step-2")


def follow_the_checklist_to_its_end(phone):
    main = phone.locator("[data-main]")
    phone.get_by_label("What did you see?").fill("12")
    wait_until_it_listens(phone)
    main.locator("[data-done]").tap()
    expect(main).to_contain_text("Are they retried?")
    wait_until_it_listens(phone)
    main.get_by_role("button", name="Yes").tap()
    expect(main).to_contain_text("This hold waits for")
    expect(main.locator("[data-done]")).to_be_disabled()

    phone.get_by_role("link", name="Page the primary on-call").first.tap()
    wait_until_it_listens(phone)
    phone.get_by_role("button", name="I have it").tap()
    expect(main).to_contain_text("Everything above is settled")
    wait_until_it_listens(phone)
    main.locator("[data-done]").tap()
    expect(main).to_contain_text("Tell support")
    wait_until_it_listens(phone)
    main.locator("[data-done]").tap()
    expect(phone.get_by_text("Checklist complete.")).to_be_visible()


def wait_until_it_listens(phone):
    """After the step in hand has changed, presses are not heard for 0.7 seconds."""
    phone.clock.fast_forward(750)


def resolve(phone, pagerduty):
    phone.get_by_role("button", name="Where does the incident stand now?").tap()
    phone.get_by_role("button", name="Resolved").tap()
    expect(phone.locator(".facts__status:visible")).to_contain_text("Resolved")

    expect(phone.locator("#entries")).to_contain_text("it is over")
    assert [e["event_action"] for e in pagerduty.events] == ["trigger", "acknowledge", "resolve"]


def write_the_retro(phone):
    phone.goto("/incidents/INC-1/retro")
    expect(phone.get_by_role("heading", name="Uploads fail since noon")).to_be_visible()
    what_happened = phone.locator("retro-editor").first
    what_happened.locator("summary").tap()
    what_happened.get_by_role("textbox").fill("A disk was full, and nobody watched it.")
    expect(what_happened).to_contain_text("Saved")
    phone.reload()
    expect(what_happened).to_contain_text("A disk was full, and nobody watched it.")

    with phone.expect_download() as download:
        phone.get_by_role("link", name="Export").tap()
    written = download.value.path().read_text()
    assert "A disk was full, and nobody watched it." in written
    assert "Count the stuck uploads" in written
