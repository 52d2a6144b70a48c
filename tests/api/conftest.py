"""The app on both databases, and scripts that call it with a token of their own."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

import incident.clock
from app import LARGEST_BODY
from config import Config
from incident import api
from incident.delivery import bell
from incident.delivery.bell import Hub
from tests.api.scripts import Script, a_token
from tests.conftest import Clock

SECRET = "a secret for tests only and long enough"


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Clock:
    """The clock that the door reads, standing still until it is moved."""
    monkeypatch.setattr(incident.clock, "now", clock)
    return clock


@pytest.fixture
def a_bell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever rings in one test is done before the next one has its database."""
    hub = Hub()
    monkeypatch.setattr(bell, "HUB", hub)
    yield
    hub.finish()


@pytest.fixture
def app(database: Engine, wall_clock: Clock, a_bell: None) -> Flask:
    return _scripts_door()


@pytest.fixture
def app_on_sqlite(sqlite: Engine, wall_clock: Clock, a_bell: None) -> Flask:
    return _scripts_door()


@pytest.fixture
def script(app: Flask) -> Script:
    """A script of Maya's, who is on call."""
    return Script(app, a_token("Maya"))


@pytest.fixture
def script_of(app: Flask) -> Callable[..., Script]:
    """A script of somebody's: script_of("Ada", role="admin")."""
    return lambda name, role="responder": Script(app, a_token(name, role))


@pytest.fixture
def quick_script(app_on_sqlite: Flask) -> Script:
    """Maya's on SQLite alone, for what does not depend on the database."""
    return Script(app_on_sqlite, a_token("Maya"))


def _scripts_door() -> Flask:
    """The API alone, on the database that the test has open already."""
    app = Flask("app")
    app.config["DESK"] = Config(secret_key=SECRET)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    api.hang(app)
    return app
