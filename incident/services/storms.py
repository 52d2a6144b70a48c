"""Whoever has a page has what was folded into it, too."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor
from incident.services import budgets
from incident.services import steps as step_services
from incident.storage import pages
from incident.storage.incidents import Incident
from incident.storage.pages import RINGING, Page


def take_along(
    session: Session,
    incident: Incident,
    asked: Sequence[Page],
    *,
    who: str,
    by: Actor,
    moment: datetime,
    at: datetime,
) -> None:
    """Answer for every page that the budget folded into these. `incident` must be locked.

    One that was asked for again since is left to the page that rings for it.
    """
    for folded in [page for ringing in asked for page in budgets.folded_pages(session, ringing)]:
        newest = pages.of_cause(session, incident.id, folded.cause)[-1]
        if folded.state != "superseded" or newest.id != folded.id:
            continue
        folded.state, folded.acknowledged_at, folded.acknowledged_by = "acknowledged", moment, who
        number = folded.step
        if number is not None and step_services.is_waiting(session, incident, number):
            step_services.acknowledge_step(
                session, incident, number, actor=by, at=at, occurred_at=moment
            )


def ringing_instead(session: Session, incident: Incident, number: int) -> Page | None:
    """The page that rings in place of the one of step `number`, if that was folded into it."""
    of_step = [page for page in pages.of_incident(session, incident.id) if page.step == number]
    if not of_step or of_step[-1].state != "superseded" or of_step[-1].held_by_id is None:
        return None
    cause = session.get_one(Page, of_step[-1].held_by_id).cause
    rungs = pages.of_cause(session, incident.id, cause)
    return next((page for page in reversed(rungs) if page.state in RINGING), None)
