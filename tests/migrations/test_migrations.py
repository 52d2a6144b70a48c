from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

from tests.postgres import empty_database

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """The alembic settings for a database with nothing in it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/incident.db"
    else:
        url = empty_database("desk_migrations")
    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.set_main_option("sqlalchemy.url", url)
    settings.set_main_option("path_separator", "os")
    return settings


def tables(settings):
    engine = create_engine(settings.get_main_option("sqlalchemy.url"))
    names = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return names


def test_the_migrations_build_what_the_code_expects(empty):
    command.upgrade(empty, "head")

    command.check(empty)


def test_every_migration_can_be_taken_back(empty):
    command.upgrade(empty, "head")

    command.downgrade(empty, "base")

    assert tables(empty) == set()


def test_migrating_twice_changes_nothing(empty):
    command.upgrade(empty, "head")
    before = tables(empty)

    command.upgrade(empty, "head")

    assert tables(empty) == before


def test_head_names_the_newest_migration():
    newest = max(path.stem for path in (ROOT / "migrations/versions").glob("*.py"))

    assert (ROOT / "migrations/HEAD").read_text().strip() == newest
