"""Storms: a page that would only wake somebody who is being woken becomes a part of that page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import budgets as rules
from incident.storage import budgets, outbox, targets
from incident.storage.incidents import Incident
from incident.storage.pages import Page


def folded_into(
    session: Session,
    incident: Incident,
    page: Page,
    *,
    settings: Mapping[str, Any],
    kind: str,
    at: datetime,
) -> Page | None:
    """The page that a new one is folded into, or None if it goes out.

    Only while the same people are being paged for the same incident, as loudly as `settings` ask
    for, so that nobody sleeps on because of it: an incident's first page always goes out. What
    a ladder asks for is none of a storm. `kind` is who asks, in the words of rules.kind_of.
    """
    if incident.mode == "drill" or kind == rules.LADDER:
        return None
    ringing = budgets.ringing(session, incident.id, page.target)
    if ringing is None or not _wakes_as_well(session, ringing, page, settings):
        return None
    lately = at - rules.LATELY
    here = budgets.sent(session, [page.target], since=lately, incident_id=incident.id)
    on_call = {target.name: target.on_call for target in targets.every(session)}
    woken = rules.same_people(page.target, on_call)
    everywhere = budgets.sent(session, woken, since=at - rules.HOUR)
    return ringing if rules.is_spent(kind, here=here, everywhere=everywhere) else None


def folded_pages(session: Session, page: Page) -> list[Page]:
    """What was folded into this page: whoever has this one has those too."""
    return budgets.folded(session, page.id)


def _wakes_as_well(
    session: Session, ringing: Page, page: Page, settings: Mapping[str, Any]
) -> bool:
    """One that waits for an answer is no part of one that waits for none: nobody would follow."""
    if page.ack_due_at is not None and ringing.ack_due_at is None:
        return False
    sent = outbox.of_page(session, ringing.id)
    told = next((row.settings for row in sent if row.action == "trigger"), {})
    return rules.wakes_as_well(told, settings)
