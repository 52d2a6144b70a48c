"""How Slack is, kept where everybody sees it: among the findings of the pager path."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import slack_health as rules
from incident.rules.paces import method
from incident.rules.slack_health import DEGRADED, FAILING_FOR, HEARS_FOR, SLACK, SOCKET, Crowd
from incident.services import proofs
from incident.storage import outbox, paces, slack_rules, stale_posts
from incident.storage import proofs as rows
from incident.storage.outbox import Delivery
from incident.storage.proofs import Proof

# What is kept beside the sentence: since when nothing goes out and why, where it is crowded, and
# since when the sentence is true; and when somebody last mended the way to Slack.
SINCE, WHY, CROWDS, TOLD, WELL = "failing_since", "why", "crowds", "since", "well_again_at"


def heard_by_socket(
    session: Session,
    *,
    by: str,
    away_since: datetime | None,
    why: str,
    at: datetime,
    sockets: int = 0,
) -> None:
    """Said by one of several processes, called `by`. One that hears speaks for all of them."""
    row = rows.find(session, SLACK, SOCKET)
    known = row.data if row is not None else {}
    if away_since is not None and _another_hears(known, by, at):
        return
    armed = any(rule.armed for rule in slack_rules.every(session))
    kept = proofs.keep_one(session, rules.of_socket(away_since, why, at=at, armed=armed), at=at)
    kept.data = {**kept.data, "by": by, "sockets": sockets}
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
    _tell(session, {SINCE: since.isoformat(), WHY: why}, at=at)


def crowded(session: Session, place: str, *, wait: timedelta, at: datetime) -> None:
    """Slack wants to hear nothing more at this place for so long."""
    known = _crowds(rows.find(session, SLACK, DEGRADED, lock=True))
    before = known.get(place)
    since = before.since if before is not None and before.stands(at) else at
    _tell(session, {CROWDS: _kept({**known, place: Crowd(since, at + wait)}, at)}, at=at)


def keeps_back(session: Session, _payload: Mapping[str, Any], at: datetime) -> str:
    """Slack tells no more than so many events in an hour (`app_rate_limited`)."""
    crowded(session, rules.TELLING, wait=rules.KEPT_BACK_FOR, at=at)
    return "Slack keeps back what was written"


def working(session: Session, *, at: datetime, delivery: Delivery | None = None) -> None:
    """Slack took something. What waited for it begins anew, in the order of the promises."""
    row = rows.find(session, SLACK, DEGRADED)
    known, since = _crowds(row), _since(row)
    left = _elsewhere(session, known, delivery, at) if known and delivery is not None else known
    if since is None and left == known:
        return
    _tell(session, {SINCE: "", WHY: "", CROWDS: _kept(left, at)}, at=at)
    if since is not None and at - since >= FAILING_FOR:
        stale_posts.begin_anew(session, now=outbox.database_now(session, at))


def well_again(session: Session, *, at: datetime) -> None:
    """Somebody mended the way to Slack: what it refused until now need not rest any longer."""
    _tell(session, {WELL: at.isoformat()}, at=at)


def well_again_at(session: Session) -> datetime | None:
    """When that was, if it ever was."""
    row = rows.find(session, SLACK, DEGRADED)
    known = str(row.data.get(WELL) or "") if row is not None else ""
    return datetime.fromisoformat(known) if known else None


def look_again(session: Session, *, at: datetime) -> None:
    """Whatever Slack asked for is over, even where nothing more was sent."""
    known = _crowds(rows.find(session, SLACK, DEGRADED, lock=True))
    _tell(session, {CROWDS: _kept(known, at)}, at=at)


def is_out_of_date(session: Session, *, at: datetime) -> bool:
    """Whether a wait is kept that is over."""
    known = _crowds(rows.find(session, SLACK, DEGRADED))
    return any(not one.stands(at) for one in known.values())


def failing_since(session: Session) -> datetime | None:
    """Since when Slack has taken nothing, if it is so."""
    return _since(rows.find(session, SLACK, DEGRADED))


def _since(row: Proof | None) -> datetime | None:
    known = str(row.data.get(SINCE) or "") if row is not None else ""
    return datetime.fromisoformat(known) if known else None


def _crowds(row: Proof | None) -> dict[str, Crowd]:
    return _crowds_in(row.data if row is not None else {})


def _crowds_in(data: Mapping[str, Any]) -> dict[str, Crowd]:
    kept = data.get(CROWDS) or {}
    return {
        place: Crowd(datetime.fromisoformat(since), datetime.fromisoformat(until))
        for place, (since, until) in kept.items()
    }


def _kept(crowds: Mapping[str, Crowd], at: datetime) -> dict[str, list[str]]:
    return {
        place: [one.since.isoformat(), one.until.isoformat()]
        for place, one in crowds.items()
        if one.stands(at)
    }


def _elsewhere(
    session: Session, crowds: Mapping[str, Crowd], delivery: Delivery, at: datetime
) -> dict[str, Crowd]:
    """Where Slack took this one it is crowded no longer."""
    names = paces.taken(session, outbox.database_now(session, at)).names
    line = names.get(delivery.fifo_key, delivery.fifo_key)
    places = (line, method(delivery.action))
    return {place: one for place, one in crowds.items() if place not in places}


def _tell(session: Session, changed: dict[str, object], *, at: datetime) -> None:
    """The graver first: that nothing goes out at all, then that it goes out slowly."""
    row = rows.find(session, SLACK, DEGRADED)
    data = {**(row.data if row is not None else {}), **changed}
    since = datetime.fromisoformat(str(data[SINCE])) if data.get(SINCE) else None
    told = rules.of_deliveries(since, str(data.get(WHY) or ""), at=at)
    if told.ok:
        crowds = _crowds_in(data)
        told = rules.of_crowds(crowds, at=at)
        since = rules.began(crowds) if crowds else None
    data[TOLD] = since.isoformat() if since is not None and not told.ok else ""
    if row is not None and row.sentence == told.sentence and row.data == data:
        return
    kept = proofs.keep_one(session, told, at=at)
    kept.data = {**kept.data, **data}
