"""Runs migrations, serialised and all or nothing, on the database the configuration names.

SQLite needs three precautions. Foreign keys are off from before BEGIN, because rebuilding a table
with them on deletes its children; they are checked at the end. DDL is inside the transaction only
because our engine begins it by hand. And BEGIN IMMEDIATE makes a second process wait.
"""

from alembic import context
from sqlalchemy import Connection, Engine, event, text

from config import Config
from incident import storage  # noqa: F401 - registers every table
from incident.storage import db

LOCK = 7_266_151  # any number of our own: PostgreSQL's name for "somebody is migrating"


def migrate(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(
            connection=connection,
            target_metadata=db.Base.metadata,
            render_as_batch=True,
            render_item=_plain_types,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        _check_foreign_keys(connection)


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise RuntimeError(f"A migration would leave {len(broken)} rows without their parent.")


def _plain_types(kind: str, item: object, _autogenerate: object) -> str | bool:
    """Migrations spell types out in SQLAlchemy's own words, never in ours."""
    if kind == "type" and isinstance(item, db.UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _without_foreign_keys(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def on_connect(connection: object, _record: object) -> None:
            connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]

    return engine


url = context.config.get_main_option("sqlalchemy.url") or Config().database_url
engine = _without_foreign_keys(db.open_engine(url))
migrate(engine)
engine.dispose()
