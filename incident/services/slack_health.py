"""How Slack is, kept where everybody sees it: among the findings of the pager path."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import slack_health as rules
from incident.rules.slack_health import HEARS_FOR, SLACK, SOCKET
from incident.services import proofs
from incident.storage import proofs as rows
from incident.storage import slack_rules


def heard_by_socket(
    session: Session, *, by: str, away_since: datetime | None, why: str, at: datetime
) -> None:
    """Said by one of several processes, called `by`. One that hears speaks for all of them."""
    row = rows.find(session, SLACK, SOCKET)
    known = row.data if row is not None else {}
    if away_since is not None and _another_hears(known, by, at):
        return
    armed = any(rule.armed for rule in slack_rules.every(session))
    kept = proofs.keep_one(session, rules.of_socket(away_since, why, at=at, armed=armed), at=at)
    kept.data = {**kept.data, "by": by}
    if away_since is None:
        kept.data = {**kept.data, "heard_at": at.isoformat()}


def no_sockets(session: Session) -> None:
    """Slack is not heard by sockets any more, and nobody expects it."""
    row = rows.find(session, SLACK, SOCKET, lock=True)
    if row is not None:
        session.delete(row)


def _another_hears(known: dict[str, object], by: str, at: datetime) -> bool:
    if known.get("by") == by or not known.get("heard_at"):
        return False
    return abs(at - datetime.fromisoformat(str(known["heard_at"]))) < HEARS_FOR
