"""The app on a fresh database, and browsers to visit it with."""

import functools
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

import incident.clock
from app import create_app
from config import Config
from incident.services import passwords
from incident.services.passwords import Hasher
from incident.storage import db, sealed
from tests.conftest import Clock
from tests.web.browsers import Browser, a_person

SECRET = "a secret for tests only and long enough"


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """The same argon2id with the least work: the tests are not what it protects."""
    passwords.use(Hasher(time_cost=1, memory_cost=8))
    yield
    passwords.use(Hasher())


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Clock:
    """The clock that every door reads, standing still until it is moved."""
    monkeypatch.setattr(incident.clock, "now", clock)
    return clock


@functools.cache
def _built(**settings: Any) -> Flask:
    """Building the app and compiling its pages is most of a test's time: once is enough."""
    never_opened = f"sqlite:///{tempfile.gettempdir()}/never-opened.db"
    app = create_app(Config(database_url=never_opened, secret_key=SECRET, **settings))
    app.jinja_env.globals["now"] = lambda: incident.clock.now()
    return app


@pytest.fixture
def build_app(wall_clock: Clock) -> Iterator[Callable[..., Flask]]:
    """The app with these settings, on this engine, under a clock that stands still."""
    connected: list[Engine] = []

    def build(engine: Engine, **settings: Any) -> Flask:
        app = _built(**settings)
        app.extensions.pop("set_up", None)
        sealed.use(SECRET)
        connected.append(db.connect(engine.url.render_as_string(hide_password=False)))
        return app

    yield build
    for engine in connected:
        engine.dispose()


@pytest.fixture
def app(sqlite: Engine, build_app: Callable[..., Flask]) -> Flask:
    """The app on SQLite. It is shared: what changes it asks for `own_app`."""
    return build_app(sqlite)


@pytest.fixture
def app_on_both(database: Engine, build_app: Callable[..., Flask]) -> Flask:
    """The app on each database in turn, for what depends on it."""
    return build_app(database)


@pytest.fixture
def own_app(sqlite: Engine, wall_clock: Clock) -> Flask:
    """An app that no other test sees, so that it may be changed."""
    url = sqlite.url.render_as_string(hide_password=False)
    return create_app(Config(database_url=url, secret_key=SECRET))


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """A browser, logged in if a name is given: browser("Tom", role="admin")."""

    def open_one(name: str = "", role: str = "responder") -> Browser:
        return Browser(app, a_person(name, role) if name else None)

    return open_one
