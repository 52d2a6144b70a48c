"""Storms: a page that would only wake somebody who is being woken becomes a part of that page."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import budgets as rules
from incident.storage import budgets
from incident.storage.incidents import Incident
from incident.storage.pages import Page


def folded_into(
    session: Session, incident: Incident, *, target: str, kind: str, at: datetime
) -> Page | None:
    """The page that a new one to `target` is folded into, or None if it goes out.

    Only while the same people are being paged for the same incident, so that nobody sleeps on
    because of it: an incident's first page always goes out. What
    a ladder asks for is none of a storm. `kind` is who asks, in the words of rules.kind_of.
    """
    if incident.mode == "drill" or kind == rules.LADDER:
        return None
    ringing = budgets.ringing(session, incident.id, target)
    if ringing is None:
        return None
    lately = at - rules.LATELY
    here = budgets.sent(session, target, since=lately, incident_id=incident.id)
    everywhere = budgets.sent(session, target, since=at - rules.HOUR)
    return ringing if rules.is_spent(kind, here=here, everywhere=everywhere) else None


def folded_pages(session: Session, page: Page) -> list[Page]:
    """What was folded into this page: whoever has this one has those too."""
    return budgets.folded(session, page.id)
