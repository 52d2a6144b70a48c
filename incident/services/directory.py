"""How far Slack's directory has been read: a page at a time, the whole of it once a day."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from incident.services import connections
from incident.services.connections import SLACK
from incident.storage import connections as rows

EVERY = timedelta(days=1)
LEASE = timedelta(seconds=30)
AGAIN = timedelta(minutes=10)


def is_due(session: Session, *, at: datetime) -> bool:
    return _is_due(_kept(session), at)


def take_page(session: Session, *, at: datetime) -> str | None:
    """Where the next page begins, None when none is due. Of two who ask one gets it."""
    rows.find(session, SLACK, lock=True)
    kept = _kept(session)
    if not _is_due(kept, at):
        return None
    _keep(session, kept | {"due_at": (at + LEASE).isoformat()}, at)
    return str(kept.get("cursor", ""))


def page_read(session: Session, *, cursor: str, at: datetime) -> None:
    """What `cursor` names comes next; after the last page nothing does for a day."""
    ended = {"due_at": (at + EVERY).isoformat(), "read_at": at.isoformat()}
    following = {"due_at": at.isoformat()} if cursor else ended
    _keep(session, _kept(session) | {"cursor": cursor} | following, at)


def page_refused(
    session: Session, *, after: timedelta | None, at: datetime, anew: bool = False
) -> None:
    """Not before `after`; `anew` from the first page on."""
    due_at = (at + (AGAIN if after is None else after)).isoformat()
    kept = _kept(session) | {"due_at": due_at}
    _keep(session, kept | ({"cursor": ""} if anew else {}), at)


def read_at(session: Session) -> datetime | None:
    """When the whole of it was last read."""
    return _moment(_kept(session).get("read_at"))


def _is_due(kept: dict[str, Any], at: datetime) -> bool:
    """A time that lies further ahead than we ever set one is of a clock that went wrong."""
    due_at = _moment(kept.get("due_at"))
    return due_at is None or due_at <= at or due_at > at + EVERY


def _kept(session: Session) -> dict[str, Any]:
    return dict(connections.settings_of(session, SLACK).get("directory", {}))


def _keep(session: Session, kept: dict[str, Any], at: datetime) -> None:
    connections.remember_of_slack(session, {"directory": kept}, at=at)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
