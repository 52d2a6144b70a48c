"""What becomes of a delivery after an attempt: it is done, tried again, or given up aloud."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from incident.integrations.notifier import Delivered, NotSent, Refused, Result, TryAgain
from incident.rules import alarms, backoff
from incident.rules import deliveries as rules
from incident.rules.catch_up import REASON
from incident.rules.outcome import Event
from incident.services import (
    catch_up,
    connections,
    paces,
    page_alarms,
    page_timers,
    second_tries,
    slack_health,
)
from incident.services.connections import Given
from incident.services.messages import Late, Moot, why_over
from incident.storage import allowances, lateness, outbox, sealed, timeline
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import RINGING, Page

FAULTS = 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery of ours, locked with its incident, and the page that it is about.

    `given` names the vendor's settings in the environment: with what an admin typed they say
    whether PagerDuty's answers can be heard at all. Without it nobody waits for them. `plainly`
    leaves out the alarm, in case that is what fails: then only the ladder goes on.
    """

    session: Session
    incident: Incident
    delivery: Delivery
    page: Page | None
    at: datetime
    spread: float = 0.0
    given: Given | None = None
    plainly: bool = False


def ended(attempt: Attempt, result: Result | Moot | Late) -> Event | None:
    """Write down how it went. Returns the line that tells it, if it is worth one."""
    match result:
        case TryAgain():
            return _later(attempt, result)
        case Delivered(receipt):
            return _delivered(attempt, dict(receipt))
        case Refused(reason, gone):
            return _refused(attempt, reason, gone=gone)
        case NotSent(reason):
            return _not_sent(attempt, reason)
        case Late(due):
            return _late(attempt, due)
        case Moot(reason):
            return _superseded(attempt, reason)


def _later(attempt: Attempt, result: TryAgain) -> Event | None:
    delivery, page, at = attempt.delivery, attempt.page, attempt.at
    delivery.maybe_sent = delivery.maybe_sent or result.ambiguous
    delivery.last_error = result.reason
    if page is not None and delivery.action == "trigger" and page.state not in RINGING:
        return _superseded(attempt, why_over(page))
    if backoff.too_late(at - second_tries.began_at(delivery)):
        return _refused(attempt, rules.outlived(result.reason))
    if result.is_fault and delivery.attempts >= FAULTS and _isolated(attempt):
        return _refused(attempt, result.reason)
    if delivery.integration == outbox.SLACK and not (result.crowded or result.is_fault):
        slack_health.failing(attempt.session, result.reason, at=at)
    now = outbox.database_now(attempt.session, at)
    wait = result.after or backoff.wait_before(
        delivery.attempts + 1, spread=attempt.spread, crowded=result.crowded
    )
    _heed(attempt, pause=wait if result.crowded else None)
    delivery.state, delivery.owner, delivery.lease_until = "due", None, None
    delivery.due_at = now + wait
    return rules.delayed(delivery, result.reason, wait=wait)


def _isolated(attempt: Attempt) -> bool:
    """The desk itself stumbles over this row, again and again. People are told. A page goes on
    being tried, but every half minute only; anything else ends here. Nothing waits for it."""
    if attempt.page is None:
        return True
    _alarm(attempt, alarms.STUCK, alarms.stuck(attempt.page.target))
    return False


def _delivered(attempt: Attempt, receipt: dict[str, Any]) -> Event | None:
    delivery = attempt.delivery
    _heed(attempt)
    _close(attempt, "sent")
    delivery.receipt = receipt
    _learn(attempt, receipt)
    if attempt.page is not None and delivery.action == "trigger":
        _accept(attempt, attempt.page)
    took, left_out = attempt.at - delivery.created_at, receipt.get("left_out")
    return rules.accepted(delivery, took=took, left_out=left_out)


def _learn(attempt: Attempt, receipt: dict[str, Any]) -> None:
    """Slack works, and told where a post went."""
    if attempt.delivery.integration != outbox.SLACK:
        return
    slack_health.working(attempt.session, at=attempt.at, delivery=attempt.delivery)
    now = outbox.database_now(attempt.session, attempt.at)
    channel = str(receipt.get("channel") or "")
    paces.learn(attempt.session, attempt.delivery, channel, now=now)


def _accept(attempt: Attempt, page: Page) -> None:
    """PagerDuty took it. From now on it has a minute to show it, and two to notify somebody."""
    incident, at = attempt.incident, attempt.at
    page.accepted_at = page.accepted_at or at
    incident.paged_at = incident.paged_at or at
    page_timers.cancel(attempt.session, page, at=at, kinds=("unaccepted",))
    if page.state not in ("promised", "seen"):
        return
    can_hear, can_ask = _ears(attempt)
    if page.state == "promised":
        page.state = "accepted"
        page_alarms.came_right(page)
        if can_hear:
            due_at = at + alarms.UNSEEN_AFTER
            page_timers.put(attempt.session, page, alarms.UNSEEN, due_at=due_at, at=at)
    if can_ask:
        due_at = at + alarms.UNNOTIFIED_AFTER
        page_timers.put(attempt.session, page, alarms.UNNOTIFIED, due_at=due_at, at=at)


def _ears(attempt: Attempt) -> tuple[bool, bool]:
    """Whether we would hear of an incident, and of somebody being notified."""
    if attempt.given is None or attempt.plainly:
        return False, False
    try:
        access = connections.pagerduty(attempt.session, attempt.given)
    except sealed.Unreadable:
        return False, False
    return access.can_hear, access.can_ask


def _refused(attempt: Attempt, reason: str, *, gone: bool = False) -> Event | None:
    _heed(attempt)
    _close(attempt, "refused", reason)
    if gone:
        attempt.delivery.receipt = {second_tries.GONE: True}
    if _end(attempt, "refused", reason):
        _alarm(attempt, alarms.REFUSED, alarms.refused(reason))
    told = rules.refused(attempt.delivery, reason)
    return None if _was_told(attempt, reason) else told


def _was_told(attempt: Attempt, reason: str) -> bool:
    """That a second try ended like the first is no news."""
    return attempt.delivery.settings.get(second_tries.TOLD) == reason


def _not_sent(attempt: Attempt, reason: str) -> Event | None:
    _close(attempt, "not_sent", reason)
    if _end(attempt, "not_sent", reason):
        _alarm(attempt, alarms.REFUSED, alarms.refused(reason))
    told = rules.not_sent(attempt.delivery, reason)
    is_news = not (_is_old_news(attempt, told) or _was_told(attempt, reason))
    return told if is_news else None


def _is_old_news(attempt: Attempt, told: Event) -> bool:
    """That no mail is set up is said once, not for every mail."""
    if attempt.delivery.integration != rules.MAIL:
        return False
    return bool(timeline.of_kinds(attempt.session, attempt.incident.id, [told.kind]))


def _late(attempt: Attempt, due: str) -> Event:
    """Whoever is awake decides whether anybody is still to be woken: nobody else is paged."""
    reason = alarms.late(due)
    _close(attempt, "not_sent", reason)
    if _end(attempt, "not_sent", reason) and attempt.page is not None:
        page_timers.cancel(attempt.session, attempt.page, at=attempt.at)
        _alarm(attempt, alarms.STALE, alarms.stale(due))
    return rules.not_sent(attempt.delivery, reason)


def _superseded(attempt: Attempt, reason: str) -> Event | None:
    _close(attempt, "superseded", reason)
    _end(attempt, "superseded", reason)
    if reason == REASON:
        catch_up.count(attempt.session, attempt.delivery)
    return rules.superseded(attempt.delivery, reason)


def _close(attempt: Attempt, state: str, error: str | None = None) -> None:
    delivery = attempt.delivery
    delivery.state, delivery.settled_at, delivery.lease_until = state, attempt.at, None
    delivery.last_error = error


def _end(attempt: Attempt, state: str, reason: str) -> bool:
    """Only a trigger decides over its page, and only while the page may still ring."""
    page = attempt.page
    if page is None or attempt.delivery.action != "trigger" or page.state not in RINGING:
        return False
    page.state, page.reason, page.ended_at = state, reason, attempt.at
    waited_for = ("unaccepted", "unseen", "unnotified")
    page_timers.cancel(attempt.session, page, at=attempt.at, kinds=waited_for)
    return True


def _alarm(attempt: Attempt, kind: str, sentence: str) -> None:
    page, session, at = attempt.page, attempt.session, attempt.at
    if page is None or attempt.delivery.action != "trigger" or not attempt.incident.open:
        return
    if attempt.plainly:
        if attempt.incident.mode == "live" and kind not in alarms.ASKS_A_PERSON:
            page_timers.put(session, page, "rung", due_at=at, at=at)
        return
    page_alarms.raise_alarm(session, attempt.incident, page, kind=kind, sentence=sentence, at=at)


def _heed(attempt: Attempt, pause: timedelta | None = None) -> None:
    """What PagerDuty said of its limit is true of everything that goes out with the same key,
    what Slack said of all that goes the same way."""
    page = attempt.page
    if pause is not None and page is None:
        now = outbox.database_now(attempt.session, attempt.at)
        place = paces.pause(attempt.session, attempt.delivery, pause, now=now)
        if place:
            slack_health.crowded(attempt.session, place, wait=pause, at=attempt.at)
    if page is None or page.routing_key_id is None:
        return
    session, key_id = attempt.session, page.routing_key_id
    if pause is None:
        allowances.go_on(session, key_id, tried_until=attempt.delivery.lease_until)
        return
    now = outbox.database_now(session, attempt.at)
    allowances.pause(session, key_id, now=now, until=now + pause)
    lateness.postpone(session, key_id, now=now, until=now + pause)
