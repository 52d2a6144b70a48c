"""The desk as a command finds it: its configuration, its keys, its database."""

import logging

from sqlalchemy import Engine, inspect, text

from config import ROOT, Config
from incident import clock
from incident.storage import db, failpoints, sealed

HEAD = (ROOT / "migrations" / "HEAD").read_text().strip()


class CannotDo(Exception):
    """The message is the sentence for the operator."""


def configure() -> Config:
    """The configuration, read once, with whatever it asks of the process as a whole."""
    config = Config()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if config.incident_testing and config.incident_failpoint:
        failpoints.arm(config.incident_failpoint)
    if config.incident_testing and config.incident_clock_file:
        clock.go_wrong_by(config.incident_clock_file)
    return config


def open_desk(config: Config) -> Engine:
    """Connect to a database that is up to date, and be able to read its secrets."""
    engine = db.connect(config.database_url)
    if not is_ready(engine):
        raise CannotDo("The database is not up to date. Run `incident migrate` first.")
    sealed.use(sealed.find_key(config.secret_key, config.secret_key_file))
    return engine


def is_ready(engine: Engine) -> bool:
    """Whether the newest migration has been run here, and the desk has what it starts with."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        newest = str(revision) == HEAD.partition("_")[0]
        return newest and connection.scalar(text("SELECT id FROM installs")) is not None
