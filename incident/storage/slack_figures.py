"""What is counted of Slack: whether it takes what we send, and whether we hear what it says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from incident.rules import slack_health as rules
from incident.rules.slack_health import DEGRADED, HEARS_FOR, SLACK, SOCKET
from incident.storage import outbox, proofs, slack_rules
from incident.storage.outbox import Delivery
from incident.storage.proofs import Proof
from incident.storage.slack_rules import SlackRule


@dataclass(frozen=True, slots=True)
class SlackFigures:
    """Ages are seconds. `sockets` is none where Slack is not heard by any; `swept` is by the
    channel's id and name, for every rule that is armed."""

    degraded: float = 0.0
    sockets: int | None = None
    oldest_due: float = 0.0
    unheard: int = 0
    swept: dict[tuple[str, ...], float] = field(default_factory=dict)


def at(session: Session, now: datetime) -> SlackFigures:
    """Three questions."""
    checks = proofs.of_subject(session, SLACK)
    armed = slack_rules.armed(session)
    by_name = {check.name: check for check in checks}
    return SlackFigures(
        degraded=_degraded(by_name.get(DEGRADED), now),
        sockets=_sockets(by_name.get(SOCKET), now),
        oldest_due=_oldest_due(session, now),
        unheard=len(rules.unheard(armed, checks)),
        swept=_swept(armed, now),
    )


def _degraded(row: Proof | None, now: datetime) -> float:
    if row is None or row.ok or not row.data.get("since"):
        return 0.0
    return _age(datetime.fromisoformat(row.data["since"]), now)


def _sockets(row: Proof | None, now: datetime) -> int | None:
    """A process that told nothing for long is gone, and its sockets with it."""
    if row is None:
        return None
    heard = row.ok and abs(now - row.checked_at) < HEARS_FOR
    return int(row.data.get("sockets") or 0) if heard else 0


def _oldest_due(session: Session, now: datetime) -> float:
    query = select(func.min(Delivery.created_at)).where(
        Delivery.integration == outbox.SLACK, outbox.unfinished(Delivery)
    )
    oldest = session.scalar(query)
    return _age(oldest, now) if oldest is not None else 0.0


def _swept(armed: Sequence[SlackRule], now: datetime) -> dict[tuple[str, ...], float]:
    return {(r.channel, r.channel_name): _age(rules.read_at(r), now) for r in armed}


def _age(moment: datetime, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0.0)
