"""The chip on every page: whether a page would arrive, and when that was last proven."""

from flask import Flask, g, url_for
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from incident import clock
from incident.rules.chip import Chip
from incident.services import proofs
from incident.storage.db import reading


def hang(app: Flask) -> None:
    app.jinja_env.globals.update(pager_chip=pager_chip, pager_address=pager_address)


def pager_chip() -> Chip | None:
    """Asked once for each page. An error page is drawn even if the database is what is wrong."""
    if "pager_chip" not in g:
        g.pager_chip = _look()
    found: Chip | None = g.pager_chip
    return found


def pager_address() -> str:
    """Where whoever looks can do something about it, or at least read about it."""
    return url_for("pagerduty.index" if current_user.may("admin") else "settings.index")


def _look() -> Chip | None:
    try:
        if not current_user.is_authenticated:
            return None
        with reading() as session:
            return proofs.chip(session, at=clock.now())
    except SQLAlchemyError:
        return None
