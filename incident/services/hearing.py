"""What PagerDuty tells us of our pages: each thing has its effect once, in any order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import alarms
from incident.rules import heard as rules
from incident.rules.heard import Heard
from incident.rules.outcome import Event
from incident.rules.permissions import Actor
from incident.services import (
    followups,
    ladder,
    page_alarms,
    page_timers,
    privacy,
    proofs,
    receipts,
    rungs,
)
from incident.storage import incidents, outbox, pages, timeline
from incident.storage import proofs as proof_rows
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE, RINGING, Page
from incident.storage.proofs import TestEvent

PAGERDUTY = ladder.PAGERDUTY
SAME_MOMENT = timedelta(seconds=60)
UNTOLD = ("promised", "accepted")

Effect = Callable[[Session, Incident, Page, Heard, datetime], None]


def hear(session: Session, heard: Heard, *, at: datetime) -> Page | TestEvent | None:
    """What it was about; None if that is nothing of ours. Hearing it again changes nothing.

    It may be older than what we know, or come before the answer to our own request.
    """
    test = proof_rows.test_by_key(session, heard.dedup_key) if heard.dedup_key else None
    if test is not None:
        test = proof_rows.get_test(session, test.id, lock=True)
        proofs.heard(session, test, heard, at=at)
        return test
    page = pages.told_of(session, heard.dedup_key, heard.pagerduty_id)
    if page is None:
        return None
    incident = incidents.lock(session, incidents.key_of(page.incident_id))
    session.refresh(page)
    if incident.mode != "drill":
        _take_in(session, incident, page, _not_ahead(heard, at), at)
    return page


def _not_ahead(heard: Heard, at: datetime) -> Heard:
    """Their clock may be ahead of ours; nothing has happened yet that is still to come."""
    return replace(heard, occurred_at=min(heard.occurred_at or at, at))


def _take_in(session: Session, incident: Incident, page: Page, heard: Heard, at: datetime) -> None:
    if _is_another(page, heard):
        _end_another(session, incident, page, heard, at)
        return
    _see(session, incident, page, heard, at)
    effect = EFFECTS.get(heard.kind)
    if effect is not None and incident.open:
        effect(session, incident, page, heard, at)
    if incident.open:
        names = rules.woken(heard)
        privacy.let_in_paged(session, incident, page, names, actor=PAGERDUTY, at=at)
    receipts.follow(session, incident, at)


def _is_another(page: Page, heard: Heard) -> bool:
    """Whether PagerDuty opened a new incident for a page that was over."""
    if heard.kind != "triggered" or page.state not in ("resolved", "superseded"):
        return False
    if page.pagerduty_id and heard.pagerduty_id:
        return page.pagerduty_id != heard.pagerduty_id
    over = page.ended_at
    return page.state == "superseded" or over is None or _moment(heard, over) > over


def _end_another(
    session: Session, incident: Incident, page: Page, heard: Heard, at: datetime
) -> None:
    """A trigger that was held up somewhere came after the end: it must wake nobody any more."""
    why = page.reason or f"it is {page.state}"
    text = rules.another(page.target, why)
    data = {"pagerduty_id": heard.pagerduty_id}
    if _was_told(session, incident, page, "page_reappeared", text, heard):
        return
    _say(session, incident, page, "page_reappeared", text, heard, at, data=data)
    sent = outbox.of_page_locked(session, page.id)
    for trigger in (delivery for delivery in sent if delivery.action == "trigger"):
        trigger.maybe_sent = True
    followups.tell_pagerduty(session, incident, page, "resolve", actor=PAGERDUTY, at=at)


def _see(session: Session, incident: Incident, page: Page, heard: Heard, at: datetime) -> None:
    """Whatever is told of an incident proves that there is one."""
    if heard.pagerduty_id and page.pagerduty_id is None:
        page.pagerduty_id, page.pagerduty_url = heard.pagerduty_id, heard.url or None
    if page.seen_at is not None or not heard.pagerduty_id:
        return
    page.seen_at = _moment(heard, at)
    page_timers.cancel(session, page, at=at, kinds=("unseen",))
    if page.state in UNTOLD:
        page.state = "seen"
        _calm(page, alarms.unseen(page.target))
        _say(session, incident, page, "page_seen", rules.seen(page.target), heard, at)


def _notified(session: Session, incident: Incident, page: Page, heard: Heard, at: datetime) -> None:
    text = rules.notified(heard, page.target)
    if page.notified_at is None:
        page.notified_at, page.notified_whom = _moment(heard, at), rules.whom(heard)
        page_timers.cancel(session, page, at=at, kinds=("unnotified",))
        if page.state in (*UNTOLD, "seen"):
            page.state = "notified"
            _calm(page, alarms.unseen(page.target), alarms.unnotified(page.target))
    if not _was_told(session, incident, page, "page_notified", text):
        _say(session, incident, page, "page_notified", text, heard, at)


def _acknowledged(
    session: Session, incident: Incident, page: Page, heard: Heard, at: datetime
) -> None:
    """Only a person is awake: what a service acknowledged, we told it ourselves. What lapsed, or
    led to nothing, is heard again from PagerDuty's log and does not count a second time."""
    ends = ("page_unacknowledged", page_alarms.UNATTENDED)
    if not heard.who or any(_is_outdated(session, incident, page, k, heard) for k in ends):
        return
    ladder.answered(
        session,
        incident,
        page,
        who=heard.who,
        actor=PAGERDUTY,
        at=at,
        occurred_at=heard.occurred_at,
    )


def _unacknowledged(
    session: Session, incident: Incident, page: Page, heard: Heard, at: datetime
) -> None:
    """It may come before the "I have it" that it takes back: then that one will not count."""
    if ladder.went_stale(session, incident, page, at=at, occurred_at=heard.occurred_at):
        return
    if page.state not in RINGING:
        return
    if not _is_outdated(session, incident, page, "page_unacknowledged", heard):
        text = rules.lapsed_already(page.target)
        _say(session, incident, page, "page_unacknowledged", text, heard, at)


def _resolved(session: Session, incident: Incident, page: Page, heard: Heard, at: datetime) -> None:
    """Over there, not here. If nobody had said "I have it", nobody has it now."""
    if page.state not in (*RINGING, "acknowledged"):
        return
    if _is_outdated(session, incident, page, "page_reopened", heard):
        return
    if page.state == "acknowledged":
        text = rules.resolved(heard, page.target, answered=True)
        _say(session, incident, page, "page_resolved", text, heard, at, key_moment=True)
    elif not _alarm_unanswered(session, incident, page, heard, at):
        return
    if page.state != "exhausted":
        page.state, page.reason, page.ended_at = "resolved", rules.ended(heard), heard.occurred_at
        page_timers.cancel(session, page, at=at)


def _alarm_unanswered(
    session: Session, incident: Incident, page: Page, heard: Heard, at: datetime
) -> bool:
    """It rings no more, and nobody has it: so whoever comes next is paged. False if told before."""
    text = rules.resolved(heard, page.target, answered=False)
    if page.state not in LIVE and _was_told(session, incident, page, page_alarms.ALARM, text):
        return False
    page_alarms.came_right(page)
    if page.state in LIVE:
        why = f"{page.target} was resolved {rules.THERE} and nobody has it"
        ladder.climb(session, incident, page, why=why, actor=PAGERDUTY, at=at)
    page_alarms.raise_alarm(session, incident, page, kind=alarms.RESOLVED, sentence=text, at=at)
    return True


def _reopened(session: Session, incident: Incident, page: Page, heard: Heard, at: datetime) -> None:
    if page.state != "resolved" or (page.ended_at and _moment(heard, at) <= page.ended_at):
        return
    page.state, page.reason, page.ended_at = "notified" if page.notified_at else "seen", None, None
    page.acknowledged_at, page.acknowledged_by, page.answers = None, None, []
    if page.ack_seconds:
        page.ack_due_at = at + timedelta(seconds=page.ack_seconds)
        page_timers.put(session, page, "rung", due_at=page.ack_due_at, at=at)
    text = rules.reopened(heard, page.target)
    _say(session, incident, page, "page_reopened", text, heard, at, key_moment=True)


def _moved(session: Session, incident: Incident, page: Page, heard: Heard, at: datetime) -> None:
    text, kind = rules.moved(heard, page.target), f"page_{heard.kind}"
    if not _was_told(session, incident, page, kind, text, heard):
        _say(session, incident, page, kind, text, heard, at)


def _annotated(
    session: Session, incident: Incident, page: Page, heard: Heard, at: datetime
) -> None:
    """What we wrote there ourselves stands here already."""
    sent = outbox.of_page(session, page.id)
    ours = [str(delivery.settings.get("text")) for delivery in sent if delivery.action == "note"]
    text = rules.noted(heard)
    if not heard.text or heard.text in ours:
        return
    if not _was_told(session, incident, page, "page_noted", text, heard):
        _say(session, incident, page, "page_noted", text, heard, at)


def _exhausted(
    session: Session, incident: Incident, page: Page, heard: Heard, at: datetime
) -> None:
    if page.state in LIVE:
        sentence = rules.exhausted(page.target)
        page_alarms.raise_alarm(
            session, incident, page, kind=alarms.EXHAUSTED, sentence=sentence, at=at
        )


def _calm(page: Page, *sentences: str) -> None:
    """It got further after all than the alarm said."""
    unaccepted = alarms.unaccepted(page.target)
    if page.alarm in sentences or page.alarm.startswith(unaccepted):
        page_alarms.came_right(page)


def _is_outdated(session: Session, incident: Incident, page: Page, kind: str, heard: Heard) -> bool:
    """Whether we know already of a later `kind`, which undid this or is the same."""
    told = timeline.of_kinds(session, incident.id, [kind])
    return any(
        line.data.get("page") == page.id and line.occurred_at >= _moment(heard, line.occurred_at)
        for line in told
    )


def _was_told(
    session: Session,
    incident: Incident,
    page: Page,
    kind: str,
    text: str,
    heard: Heard | None = None,
) -> bool:
    """Webhook and log tell the same in the same words, at most moments apart."""
    return any(
        line.data.get("page") == page.id
        and line.text == text
        and (
            heard is None or abs(line.occurred_at - _moment(heard, line.occurred_at)) <= SAME_MOMENT
        )
        for line in timeline.of_kinds(session, incident.id, [kind])
    )


def _say(
    session: Session,
    incident: Incident,
    page: Page,
    kind: str,
    text: str,
    heard: Heard,
    at: datetime,
    *,
    data: Mapping[str, object] | None = None,
    key_moment: bool = False,
) -> None:
    about = {"page": page.id, "target": page.target, **(data or {})}
    moment = _moment(heard, at)
    event = Event(kind, text, about, page.step, occurred_at=moment, key_moment=key_moment)
    actor = Actor(heard.who, role="system", source="pagerduty") if heard.who else PAGERDUTY
    rungs.say(session, incident, event, actor=actor, at=at)


def _moment(heard: Heard, otherwise: datetime) -> datetime:
    return heard.occurred_at or otherwise


EFFECTS: Mapping[str, Effect] = {
    "notified": _notified,
    "acknowledged": _acknowledged,
    "unacknowledged": _unacknowledged,
    "resolved": _resolved,
    "reopened": _reopened,
    "escalated": _moved,
    "reassigned": _moved,
    "annotated": _annotated,
    "exhausted": _exhausted,
}
