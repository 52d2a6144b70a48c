"""A database per test, a clock you can move, and short ways to make things."""

import atexit
import functools
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import Engine, Integer, Table, create_engine

from incident import storage  # noqa: F401 - every table is known from here on
from incident.rules.permissions import Actor
from incident.services import incidents, runs
from incident.services.incidents import Opening
from incident.storage import db, sealed
from incident.storage.installs import Install
from incident.storage.targets import RoutingKey, Target
from tests.postgres import template_database, the_server

MAYA = Actor("Maya", role="responder")
TOM = Actor("Tom", role="responder")
ADA = Actor("Ada", role="admin")
SAM = Actor("Sam", role="viewer")
START = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)
_names = itertools.count(1)

# The same examples every time: a gate that is red by chance teaches nobody to believe it.
hypothesis.settings.register_profile("same", derandomize=True, database=None)
hypothesis.settings.load_profile("same")


class Clock:
    """Stands still until moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **units: float) -> datetime:
        self.now += timedelta(**units)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database with every table, the process's own while the test runs."""
    sqlite = request.param == "sqlite"
    engine = _fresh_sqlite(tmp_path) if sqlite else _fresh_postgres()
    _prepare()
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """The same on SQLite alone, for what does not depend on the database."""
    engine = _fresh_sqlite(tmp_path)
    _prepare()
    yield engine
    engine.dispose()


@pytest.fixture
def an_incident(clock: Clock) -> Any:
    """Makes an incident that follows a checklist of these items; returns its key."""

    def make(*items: str, title: str = "Uploads are failing", **opening: Any) -> str:
        with db.transaction() as session:
            incident = incidents.open_incident(
                session, Opening(title=title, **opening), actor=MAYA, at=clock()
            )
            if items:
                slug = a_checklist(session, *items, at=clock())
                runs.attach_to(session, incident, slug, actor=MAYA, at=clock(), confirmed=True)
            return incident.key

    return make


def a_checklist(session: Any, *items: str, at: datetime = START) -> str:
    """A published checklist whose items are lines of Markdown; returns its slug."""
    from incident.services import checklists

    slug = f"list-{next(_names)}"
    lines = "\n".join(item if item.lstrip().startswith("- ") else f"- [ ] {item}" for item in items)
    source = f"---\ntitle: List {slug}\nslug: {slug}\n---\n\n# List {slug}\n\n## Steps\n\n{lines}\n"
    revision = checklists.draft(session, source=source, actor=ADA, at=at)
    checklists.publish(session, slug=slug, number=revision.number, actor=ADA, at=at)
    return slug


def connect_target(name: str = "primary", key: str = "R" * 32, **fields: Any) -> None:
    """Give a target a routing key, so that a page to it is really sent."""
    with db.transaction() as session:
        from incident.storage import targets

        row = RoutingKey(secret=sealed.seal(key), created_at=START, created_by="Ada")
        session.add(row)
        session.flush()
        target = targets.find(session, name)
        if target is None:
            target = Target(name=name, created_at=START, updated_at=START)
            session.add(target)
        target.routing_key_id = row.id
        for field, value in fields.items():
            setattr(target, field, value)


def _prepare() -> None:
    sealed.use("a secret for tests only")
    with db.transaction() as session:
        session.add(Install(code="testtest", created_at=START))
        session.add(Target(name="primary", created_at=START, updated_at=START))


def _fresh_sqlite(folder: Path) -> Engine:
    """A copy of an empty database: making its tables takes longer than most tests."""
    path = folder / "incident.db"
    shutil.copyfile(_empty_sqlite(), path)
    return db.connect(f"sqlite:///{path}")


@functools.cache
def _empty_sqlite() -> Path:
    path = Path(tempfile.mkdtemp(prefix="desk-sqlite-")) / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    db.Base.metadata.create_all(engine)
    engine.dispose()
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    return path


def _fresh_postgres() -> Engine:
    """Emptied, not rebuilt. Deleting a few rows is five times quicker than truncating."""
    engine = db.connect(template_database(the_server()))
    tables = db.Base.metadata.sorted_tables
    emptied = [f'DELETE FROM "{table.name}"' for table in reversed(tables)]
    counted = [table.name for table in tables if _is_counted(table)]
    restarted = [f'ALTER SEQUENCE "{name}_id_seq" RESTART' for name in counted]
    with engine.begin() as connection:
        connection.exec_driver_sql("; ".join(emptied + restarted))
    return engine


def _is_counted(table: Table) -> bool:
    return "id" in table.c and isinstance(table.c.id.type, Integer)
