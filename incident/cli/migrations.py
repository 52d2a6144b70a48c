"""`incident migrate`: bring the database up to date, and give it what every desk starts with."""

import argparse

from config import ROOT, Config
from incident import clock
from incident.cli.desk import HEAD, configure, is_ready
from incident.services import checklists, install
from incident.storage import db, installs


def migrate(_asked: argparse.Namespace) -> None:
    print(bring_up_to_date(configure()))


def bring_up_to_date(config: Config) -> str:
    """Says in one line what was done. Again, or twice at once, does nothing more."""
    engine = db.connect(config.database_url)
    if is_ready(engine):
        return f"The database is up to date ({HEAD})."
    engine.dispose()
    _run_migrations(config.database_url)
    loaded = _furnish()
    engine.dispose()
    more = f", with {loaded} starter checklists" if loaded else ""
    return f"The database has been brought up to date ({HEAD}){more}."


def _run_migrations(url: str) -> None:
    from alembic import command
    from alembic.config import Config as Settings

    settings = Settings()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    command.upgrade(settings, "head")


def _furnish() -> int:
    """A name for the installation, a page target, and the starter library."""
    with db.transaction() as session:
        install.prepare(session, clock.now())
        installs.lock(session)
        return checklists.load_starters(session, ROOT / "starter", at=clock.now())
