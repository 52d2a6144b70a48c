"""The timers of a page: by when it must have got further, or somebody else is asked."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import ladder
from incident.storage import pages, targets, timers
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE, Page
from incident.storage.timers import Timer

KINDS = ("rung", "unaccepted", "unseen", "unnotified", "asleep")
UNACCEPTED_AFTER = timedelta(seconds=60)
STALE_SECONDS = 3600


def begin(session: Session, incident: Incident, page: Page, *, at: datetime) -> None:
    """With the page itself. One that cannot go out passes on to the next rung at once.

    From here on this page carries its ladder: those before it only ring.
    """
    for before in pages.of_cause(session, incident.id, page.cause):
        if before.id != page.id:
            cancel(session, before, at=at, kinds=("rung", "asleep"))
    if incident.mode == "drill" or not incident.open:
        return
    if page.state == "not_sent":
        put(session, page, "rung", due_at=at, at=at)
        return
    put(session, page, "unaccepted", due_at=at + UNACCEPTED_AFTER, at=at)
    if page.ack_due_at is not None:
        put(session, page, "rung", due_at=page.ack_due_at, at=at)


def put(
    session: Session, page: Page, kind: str, *, due_at: datetime, at: datetime, **data: object
) -> Timer:
    """Set the page's timer of this kind. One that was set before counts no more."""
    timer = Timer(
        incident_id=page.incident_id,
        kind=kind,
        name=f"{kind}-{page.id}",
        data={"page": page.id, **data},
        due_at=due_at,
        set_at=at,
    )
    return timers.set_anew(session, timer)


def hasten(session: Session, incident: Incident, *, at: datetime) -> None:
    """Worse than it was when they were paged: whoever might take for ever has a time now."""
    seconds = ladder.ack_seconds(incident.severity)
    if seconds is None or not incident.open or incident.mode == "drill":
        return
    for page in pages.of_incident(session, incident.id):
        if page.state in LIVE and page.ack_due_at is None and page.held_by_id is None:
            page.ack_seconds, page.ack_due_at = seconds, at + timedelta(seconds=seconds)
            put(session, page, "rung", due_at=page.ack_due_at, at=at)


def cancel(session: Session, page: Page, *, at: datetime, kinds: Collection[str] = KINDS) -> None:
    """Nobody waits for these any more: the page ended, or was answered."""
    names = {f"{kind}-{page.id}" for kind in kinds}
    due = timers.of_incident(session, page.incident_id)
    _settle((timer for timer in due if timer.name in names), at)


def cancel_all(session: Session, incident: Incident, *, at: datetime) -> None:
    """The incident is over: none of its pages is waited for."""
    due = timers.of_incident(session, incident.id)
    _settle((timer for timer in due if timer.kind in KINDS), at)


def page_of(session: Session, timer: Timer) -> Page:
    """The page that the timer is about."""
    return session.get_one(Page, int(timer.data["page"]))


def is_stale(session: Session, page: Page, timer: Timer, at: datetime) -> bool:
    """Whether it fires so late that a person should be asked before anybody is woken."""
    target = targets.find(session, page.target)
    stale_seconds = target.stale_seconds if target is not None else STALE_SECONDS
    return ladder.is_overdue(timer.owed_at, at, stale_seconds)


def _settle(due: Iterable[Timer], at: datetime) -> None:
    for timer in due:
        timer.state, timer.settled_at = "cancelled", at
