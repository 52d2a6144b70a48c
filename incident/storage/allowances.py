"""What each routing key may still send, and until when PagerDuty wants to hear nothing from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from incident.rules import budgets
from incident.storage.targets import RoutingKey


@dataclass(frozen=True, slots=True)
class Free:
    """From when on a key may send a page (or the end of one), and from when on a note."""

    pages: datetime
    notes: datetime


def held_back(session: Session, now: datetime) -> Mapping[int, Free]:
    """The keys that may not send everything just now."""
    suspects = select(RoutingKey).where(
        or_(RoutingKey.paused_until > now, RoutingKey.allowance < budgets.KEPT_FOR_PAGES + 1)
    )
    found = {key.id: _free(key, now) for key in session.scalars(suspects)}
    return {number: free for number, free in found.items() if free.notes > now}


def take(session: Session, key_id: int, now: datetime, *, until: datetime) -> bool:
    """Count one event against the key; False if it may send none after all.

    After a pause one event tries alone whether PagerDuty takes any again: the others wait for
    it, `until` its claim lapses.
    """
    key = _locked(session, key_id)
    left = budgets.allowance(key.allowance, key.allowance_at, now)
    if left < 1 or (key.paused_until is not None and key.paused_until > now):
        return False
    key.allowance, key.allowance_at = left - 1, now
    if key.paused_until is not None:
        key.paused_until = until
    return True


def pause(session: Session, key_id: int, *, now: datetime, until: datetime) -> None:
    """PagerDuty said "too many". Afterwards it begins slowly."""
    key = _locked(session, key_id)
    key.paused_until = until
    key.allowance, key.allowance_at = 0.0, now


def go_on(session: Session, key_id: int, *, tried_until: datetime | None) -> None:
    """The event that tried alone has an answer other than "too many"."""
    if tried_until is None or session.get_one(RoutingKey, key_id).paused_until != tried_until:
        return
    key = _locked(session, key_id)
    if key.paused_until == tried_until:
        key.paused_until = None


def _free(key: RoutingKey, now: datetime) -> Free:
    begins = max(key.paused_until or now, now)
    moments = (
        budgets.free_at(key.allowance, key.allowance_at, now, needed=needed)
        for needed in (1.0, budgets.KEPT_FOR_PAGES + 1)
    )
    pages, notes = (max(moment, begins) for moment in moments)
    return Free(pages, notes)


def _locked(session: Session, key_id: int) -> RoutingKey:
    """Not against new pages, which only name it."""
    return session.scalars(
        select(RoutingKey)
        .where(RoutingKey.id == key_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
