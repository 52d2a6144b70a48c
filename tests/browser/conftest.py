"""A served desk, and screens to look at it with: whose, how wide, with or without scripts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine

from app import create_app
from config import Config
from incident.services import incidents, runs, steps
from incident.services.incidents import Opening
from incident.storage.db import transaction
from tests import conftest
from tests.browser.chromium import PHONE, WIDE, launch, served
from tests.web.browsers import Browser as Visitor
from tests.web.browsers import a_person

SECRET = "a secret for tests only and long enough"


@dataclass(frozen=True)
class Desk:
    """A running desk: its address, and short ways to change it behind a screen's back."""

    app: Flask
    url: str

    def declare(self, *items: str, title: str = "Uploads are failing", **opening: Any) -> str:
        """An incident that follows a checklist of these items; its key."""
        at = conftest_now()
        with transaction() as session:
            opened = incidents.open_incident(
                session, Opening(title=title, **opening), actor=conftest.MAYA, at=at
            )
            if items:
                slug = conftest.a_checklist(session, *items, at=at)
                runs.attach_to(
                    session, opened, slug, actor=conftest.MAYA, at=at, confirmed=True
                )
            return opened.key

    def complete(self, key: str, number: int, actor: Any = conftest.TOM) -> None:
        """Somebody else, on another screen, completes a step."""
        with transaction() as session:
            steps.complete(
                session, incident_key=key, number=number, actor=actor, at=conftest_now()
            )


def conftest_now() -> Any:
    from incident import clock

    return clock.now()


@pytest.fixture
def desk(sqlite: Engine) -> Iterator[Desk]:
    url = sqlite.url.render_as_string(hide_password=False)
    app = create_app(Config(database_url=url, secret_key=SECRET))
    with served(app) as address:
        yield Desk(app, address)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def screen(desk: Desk, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address as somebody: screen("/", "Tom", phone=True, scripts=False)."""
    contexts = []

    def opened(
        address: str = "/",
        name: str = "Maya",
        *,
        role: str = "responder",
        phone: bool = False,
        scripts: bool = True,
        **more: Any,
    ) -> Page:
        context = chromium.new_context(
            viewport=PHONE if phone else WIDE,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=scripts,
            **more,
        )
        contexts.append(context)
        cookie = Visitor(desk.app, a_person(name, role)).client.get_cookie("ic_session")
        context.add_cookies([{"name": "ic_session", "value": cookie.value, "url": desk.url}])
        page = context.new_page()
        page.goto(desk.url + address)
        return page

    yield opened
    for context in contexts:
        context.close()
