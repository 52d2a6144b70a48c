"""A served desk with stand-ins for PagerDuty and Slack, and screens to look at it with."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine

from app import create_app
from config import Config
from incident import clock
from incident.delivery import bell
from incident.delivery.shift import Shift
from incident.services import passwords
from incident.services.passwords import Hasher
from tests.browser.chromium import launch, served
from tests.browser.desk import SECRET, Desk
from tests.browser.ears import Ears
from tests.browser.patience import PATIENCE
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.slack import A_TOKEN, FakeSlack

KEY = "R" * 32
SIGNED_WITH = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """The same argon2id with the least work: the tests are not what it protects."""
    passwords.use(Hasher(time_cost=1, memory_cost=8))
    yield
    passwords.use(Hasher())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def pagerduty() -> Iterator[FakePagerDuty]:
    with FakePagerDuty() as fake:
        yield fake


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def given() -> dict[str, str]:
    """What the environment says of Slack."""
    return {"slack_bot_token": A_TOKEN, "slack_signing_secrets": SIGNED_WITH}


@pytest.fixture
def desk(
    sqlite: Engine,
    pagerduty: FakePagerDuty,
    slack: FakeSlack,
    given: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """A desk on a fresh database, with a bell of its own."""
    hub = bell.Hub()
    monkeypatch.setattr(bell, "HUB", hub)
    config = Config(
        database_url=sqlite.url.render_as_string(hide_password=False),
        secret_key=SECRET,
        pagerduty_events_url=pagerduty.url,
        pagerduty_api_url=pagerduty.url,
        slack_api_url=slack.api_url,
        **given,
    )
    app = create_app(config)
    with served(app) as url:
        yield Desk(app, url, config)
        hub.finish()


@pytest.fixture
def worker(desk: Desk) -> Iterator[Shift]:
    """Sends what is due, beside the desk, as `make run` does."""
    shift = Shift(desk.config, clock=clock.now)
    shift.start()
    yield shift
    shift.stop()
    shift.join()


@pytest.fixture
def ears() -> Iterator[Ears]:
    ears = Ears()
    yield ears
    assert ears.complaints == []


@pytest.fixture
def screen(desk: Desk, chromium: Browser, ears: Ears) -> Iterator[Callable[..., Page]]:
    """Opens an address as somebody: screen("/", "Tom", phone=True, scripts=False).

    Nobody is logged in as "". Whatever a page complains of fails the test.
    """
    contexts = []

    def opened(
        address: str = "/", name: str = "Maya", *, scripts: bool = True, **look: Any
    ) -> Page:
        context = desk.look(chromium, name, java_script_enabled=scripts, **look)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        context.on("page", ears.listen_to)
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
