"""How Slack is, kept where everybody sees it: among the findings of the pager path."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import slack_health as rules
from incident.rules.slack_health import DEGRADED, FAILING_FOR, HEARS_FOR, SLACK, SOCKET
from incident.services import proofs
from incident.storage import outbox, slack_rules, stale_posts
from incident.storage import proofs as rows

SINCE = "failing_since"


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


def failing(session: Session, why: str, *, at: datetime) -> None:
    """A delivery to Slack came to nothing, for a reason that all of them have."""
    since = failing_since(session) or at
    told = rules.of_deliveries(since, why, at=at)
    row = rows.find(session, SLACK, DEGRADED)
    if row is not None and row.data.get(SINCE) and row.sentence == told.sentence:
        return
    kept = proofs.keep_one(session, told, at=at)
    kept.data = {**kept.data, SINCE: since.isoformat()}


def working(session: Session, *, at: datetime) -> None:
    """Slack took something. What waited for it begins anew, in the order of the promises."""
    since = failing_since(session)
    if since is None:
        return
    kept = proofs.keep_one(session, rules.of_deliveries(None, "", at=at), at=at)
    kept.data = {**kept.data, SINCE: ""}
    if at - since >= FAILING_FOR:
        stale_posts.begin_anew(session, now=outbox.database_now(session, at))


def failing_since(session: Session) -> datetime | None:
    """Since when Slack has taken nothing, if it is so."""
    row = rows.find(session, SLACK, DEGRADED)
    known = str(row.data.get(SINCE) or "") if row is not None else ""
    return datetime.fromisoformat(known) if known else None
