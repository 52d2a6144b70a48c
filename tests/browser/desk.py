"""A running desk for browser tests: its address, and short ways to change it behind a screen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from app import create_app
from config import Config
from incident import clock
from incident.delivery import bell
from incident.rules.permissions import Actor
from incident.services import incidents, people, runs, steps
from incident.services.incidents import Opening
from incident.storage import db
from incident.storage.db import transaction
from tests.browser.chromium import PHONE, WIDE, served
from tests.conftest import MAYA, TOM, a_checklist
from tests.web.browsers import Browser as Visitor
from tests.web.browsers import a_person

SECRET = "a secret for tests only and long enough"
COOKIE = "ic_session"


@dataclass(frozen=True)
class Desk:
    """`app` is served at `url`, with the settings `config`."""

    app: Flask
    url: str
    config: Config

    def declare(self, *items: str, title: str = "Uploads are failing", **opening: Any) -> str:
        """An incident that follows a checklist of these items; its key."""
        at = clock.now()
        with transaction() as session:
            opened = incidents.open_incident(
                session, Opening(title=title, **opening), actor=MAYA, at=at
            )
            if items:
                slug = a_checklist(session, *items, at=at)
                runs.attach_to(session, opened, slug, actor=MAYA, at=at, confirmed=True)
            return opened.key

    def publish(self, *items: str) -> str:
        """A published checklist of these items; its slug."""
        with transaction() as session:
            return a_checklist(session, *items, at=clock.now())

    def complete(self, key: str, number: int, actor: Actor = TOM, **asked: Any) -> None:
        """Somebody else, on another screen, completes a step."""
        self.change(steps.complete, incident_key=key, number=number, actor=actor, **asked)

    def change(self, command: Callable[..., Any], **asked: Any) -> Any:
        """Any command of the services, as Tom unless somebody is named, now."""
        with transaction() as session:
            return command(session, **({"actor": TOM, "at": clock.now()} | asked))

    def setup_link(self) -> str:
        """The address that whoever starts a fresh desk is shown."""
        with transaction() as session:
            return f"{self.url}/setup/{people.setup_link(session, clock.now())}"

    def look(
        self,
        browser: Browser,
        name: str = "",
        *,
        role: str = "responder",
        phone: bool = False,
        dark: bool = False,
        **more: Any,
    ) -> BrowserContext:
        """A window of this browser, of whatever size and scheme, logged in if a name is given."""
        context = browser.new_context(
            **{
                "viewport": PHONE if phone else WIDE,
                "has_touch": phone,
                "is_mobile": phone,
                "color_scheme": "dark" if dark else "light",
                "reduced_motion": "reduce",
                "base_url": self.url,
            }
            | more
        )
        if name:
            self.log_in(context, name, role)
        return context

    def log_in(self, context: BrowserContext, name: str, role: str = "responder") -> None:
        cookie = Visitor(self.app, a_person(name, role)).client.get_cookie(COOKIE)
        assert cookie is not None
        context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": self.url}])


@contextmanager
def a_desk(folder: Path, build: Callable[[Any], object], **settings: Any) -> Iterator[Desk]:
    """A desk of its own in this folder, on which `build` made something happen until now."""
    bell.HUB = bell.Hub()
    config = Config(database_url=f"sqlite:///{folder}/incident.db", secret_key=SECRET, **settings)
    app = create_app(config)
    engine = db.connect(config.database_url)
    db.Base.metadata.create_all(engine)
    build(clock.now())
    with served(app) as url:
        yield Desk(app, url, config)
        bell.HUB.finish()
    engine.dispose()
