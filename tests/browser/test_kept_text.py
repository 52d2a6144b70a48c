"""A log-in that ran out while somebody typed costs nobody a word."""

import pytest
from playwright.sync_api import expect

from incident.clock import now
from incident.storage.db import transaction
from incident.storage.people import Person
from tests.browser.desk import COOKIE
from tests.browser.test_two_screens import lines

pytestmark = pytest.mark.browser

PASSWORD = "violet gravel under the bridge"
SENTENCE = "Uploads fail since the deploy at noon, for everybody in Europe."


@pytest.fixture
def page(desk, screen):
    """Somebody with a password; `scripts` may be off."""

    def opened(address, **look):
        page = screen(address, **look)
        give_password()
        return page

    return opened


def give_password():
    from incident.services import passwords

    with transaction() as session:
        person = session.query(Person).filter_by(email="maya@example.com").one()
        person.password_hash = passwords.hasher().hash(PASSWORD)
        person.created_at = now()


def log_in_again(page):
    page.get_by_label("E-mail").fill("maya@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_declaration_is_shown_again_after_the_log_in_and_sent(page, scripts, ears):
    ears.expect("status of 401")
    screen = page("/incidents/new", scripts=scripts)
    screen.get_by_label("What do people see?").fill(SENTENCE)
    screen.context.clear_cookies(name=COOKIE)

    screen.locator("main").get_by_role("button", name="Declare").click()
    expect(screen.locator("main")).to_contain_text("What you typed is kept")
    log_in_again(screen)
    expect(screen.locator("main")).to_contain_text(SENTENCE)
    screen.get_by_role("button", name="Send it").click()

    expect(screen.get_by_role("heading", level=1)).to_contain_text(SENTENCE)


def test_a_line_for_the_timeline_waits_on_the_page_until_the_log_in(desk, page, ears):
    ears.expect("status of 401")
    key = desk.declare("Look")
    screen = page(f"/incidents/{key}")
    screen.get_by_placeholder("What just happened?").fill(SENTENCE)
    screen.context.clear_cookies(name=COOKIE)

    screen.get_by_role("button", name="Add", exact=True).first.click()
    screen.get_by_role("link", name="Log in and come back").click()
    log_in_again(screen)
    expect(screen.get_by_placeholder("What just happened?")).to_have_value(SENTENCE)
    screen.get_by_role("button", name="Add", exact=True).first.click()

    expect(screen.locator("#entries")).to_contain_text(SENTENCE)
    assert lines(key).count(SENTENCE) == 1


def test_a_deep_link_survives_the_log_in(desk, page, screen):
    key = desk.declare("Look", "Look again")
    page("/").context.close()

    visitor = screen(f"/incidents/{key}?step=2", "")
    log_in_again(visitor)

    expect(visitor.locator("[data-main]")).to_contain_text("Look again")
