"""The engine, and the two ways in: `reading` to look, `transaction` to change."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Select,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from incident.storage import watch
from incident.storage.failpoints import failpoint
from incident.storage.writers import WriterQueue

LONGEST_SLEEP = 60
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table's parent. Constraints get names that both databases agree on."""

    metadata = MetaData(naming_convention=NAMES)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware when it goes in, aware and in UTC when it comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Row = TypeVar("Row", bound=Base)

_Session = sessionmaker(expire_on_commit=False)
_ReadingSession = sessionmaker(autoflush=False, expire_on_commit=False)
_writers = WriterQueue()


def connect(url: str) -> Engine:
    """Open the database and make it the one that `reading` and `transaction` use."""
    engine = open_engine(url)
    replaced = _Session.kw["bind"]
    if replaced is not None:
        replaced.dispose()
    _Session.configure(bind=engine)
    _ReadingSession.configure(bind=engine.execution_options(reading=True))
    _writers.serve(engine)
    return engine


def open_engine(url: str) -> Engine:
    """An engine with our manners, without making it the process's own.

    What people write, and sealed secrets, stay out of the logs of database errors.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, pool_size=20, max_overflow=40, hide_parameters=True)
        _make_sqlite_strict(engine)
        return engine
    engine = create_engine(
        parsed, pool_size=20, max_overflow=40, pool_pre_ping=True, hide_parameters=True
    )
    _let_nobody_sleep(engine)
    return engine


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside happens, or none of it does. Then whoever waits for news is woken."""
    failpoint("transaction-before")
    with _writers.turn(), _Session.begin() as session:
        yield session
    if session.info.get("recorded"):
        failpoint("transaction-recorded")
    watch.ring()


@contextmanager
def reading() -> Iterator[Session]:
    """Look, but change nothing: whatever is done inside is rolled back."""
    with _ReadingSession() as session:
        yield session


def find_or_add(session: Session, query: Select[Row], row: Row) -> Row:
    """What the query finds, for change; where it finds nothing, `row` is added.

    Of two who add it at once, both get the same one.
    """
    locked = query.with_for_update()
    found = session.scalars(locked).one_or_none()
    if found is None:
        with suppress(IntegrityError), session.begin_nested():
            session.add(row)
        found = session.scalars(locked).one()
    return found


def _let_nobody_sleep(engine: Engine) -> None:
    """A process that is frozen in the middle of a transaction keeps its locks for a minute. No
    transaction of ours waits for the world, so none lasts that long."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.execute(f"SET idle_in_transaction_session_timeout = '{LONGEST_SLEEP}s'")
        connection.commit()


def _make_sqlite_strict(engine: Engine) -> None:
    """Writers take the lock at BEGIN, so two of them queue instead of colliding halfway."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        reads = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
