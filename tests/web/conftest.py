"""The app on a fresh database, and browsers to visit it with."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

import incident.clock
from app import create_app
from config import Config
from incident.services import passwords
from incident.services.passwords import Hasher
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


@pytest.fixture
def build_app(wall_clock: Clock) -> Callable[..., Flask]:
    """Builds the app on an engine, with any further settings, under a clock that stands still."""

    def build(engine: Engine, **settings: object) -> Flask:
        url = engine.url.render_as_string(hide_password=False)
        config = Config(database_url=url, secret_key=SECRET, **settings)  # type: ignore[arg-type]
        return create_app(config)

    return build


@pytest.fixture
def app(sqlite: Engine, build_app: Callable[..., Flask]) -> Flask:
    """The app on SQLite. What depends on the database builds its own: see `app_on_both`."""
    return build_app(sqlite)


@pytest.fixture
def app_on_both(database: Engine, build_app: Callable[..., Flask]) -> Flask:
    return build_app(database)


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """A browser, logged in if a name is given: browser("Tom", role="admin")."""

    def open_one(name: str = "", role: str = "responder") -> Browser:
        return Browser(app, a_person(name, role) if name else None)

    return open_one
