"""The alarm about a page that wakes nobody: on screen, in Slack, by mail, and up the ladder."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import alarms as rules
from incident.rules.catch_up import cause_of
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.pages import PRIVATE
from incident.rules.permissions import DESK
from incident.services import page_timers, receipts
from incident.services.record import record
from incident.storage import outbox, pages, people, steps, targets, timeline
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import LIVE, Page
from incident.storage.targets import RoutingKey, Target
from incident.storage.timers import Timer

ALARM, CAUSE = "page_alarm", "alarm"
UNATTENDED = "page_unattended"
RINGS_ANEW = ("page_unacknowledged", "page_reopened", UNATTENDED)
CLIMBABLE = (*LIVE, "refused", "not_sent")
# The line about the delivery itself says the same.
SAID_ALREADY = (rules.REFUSED, rules.STALE)
TOLD_BY_THE_RECEIPT = (rules.REFUSED, rules.EXHAUSTED, rules.ASLEEP)


def raise_alarm(
    session: Session, incident: Incident, page: Page, *, kind: str, sentence: str, at: datetime
) -> bool:
    """Tell everybody that this page is in trouble. Once for a page and a kind; False afterwards,
    unless it rings anew since: then nobody has it again.

    Where it will wake nobody, whoever comes next on the ladder is paged at once: by its timer, so
    that whatever goes wrong there takes nothing of this back. `incident` must be locked. A drill
    alarms nobody.
    """
    turn = _turn(session, incident, page, kind)
    if incident.mode == "drill" or not turn:
        return False
    page.alarm, page.alarm_at = sentence, at
    target = targets.find(session, page.target)
    found = (
        _post(session, incident, page, target, kind, sentence),
        _mail(session, incident, page, target, kind, sentence, at),
    )
    notices = tuple(replace(notice, turn=turn) for notice in found if notice is not None)
    text = rules.goes_to(n.target for n in notices) if kind in SAID_ALREADY else sentence
    data = {"page": page.id, "kind": kind, "target": page.target}
    event = Event(ALARM, text, data, step=page.step, key_moment=True)
    in_run = steps.of_run_with(session, incident.id, page.step) if page.step else []
    record(session, incident, Outcome((event,), notices), actor=DESK, at=at, steps=in_run)
    if incident.open and page.state in CLIMBABLE and kind not in rules.ASKS_A_PERSON:
        why = rules.reason_of(sentence) if page.state in LIVE else ""
        page_timers.put(session, page, "rung", due_at=at, at=at, why=why)
    return True


def came_right(page: Page) -> None:
    """It got further after all. That it was in trouble stays on the timeline."""
    page.alarm, page.alarm_at = "", None


def is_answered(session: Session, delivery: Delivery) -> bool:
    """Whether somebody has the page that this message is an alarm about, or all is over: what
    waited out an outage would send people to their telephones for nothing."""
    page, _ = _about(session, delivery)
    if page is None:
        return False
    rungs = pages.of_cause(session, page.incident_id, page.cause)
    answers = [one.acknowledged_at for one in rungs if one.acknowledged_at is not None]
    is_over = not session.get_one(Incident, page.incident_id).open
    return is_over or any(answer >= delivery.created_at for answer in answers)


def is_outdated(session: Session, delivery: Delivery) -> bool:
    """Whether PagerDuty has taken the page that this alarm says it has not. What is amiss with it
    now, if anything, is an alarm of its own."""
    page, kind = _about(session, delivery)
    return page is not None and kind == rules.UNACCEPTED and page.accepted_at is not None


def _about(session: Session, delivery: Delivery) -> tuple[Page | None, str]:
    """The page that this message is an alarm about, if it is one, and the kind of alarm."""
    cause, number, kind = (*cause_of(delivery.dedup_key).split("-", 2), "", "")[:3]
    page = session.get(Page, int(number)) if cause == CAUSE and number.isdigit() else None
    return page, kind


def unaccepted(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """PagerDuty had a minute and has not taken the page. What is found hours later is asked about
    when it is sent, or when its time to be answered is over."""
    page = page_timers.page_of(session, timer)
    if not incident.open or page.state != "promised":
        return
    if page_timers.is_stale(session, page, timer, at):
        return
    sentence = rules.unaccepted(page.target, _last_error(session, page))
    raise_alarm(session, incident, page, kind=rules.UNACCEPTED, sentence=sentence, at=at)


def unseen(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """It took the page a minute ago, and nothing was heard of an incident."""
    page = page_timers.page_of(session, timer)
    if not incident.open or page.state != "accepted" or page.seen_at is not None:
        return
    sentence = rules.unseen(page.target)
    raise_alarm(session, incident, page, kind=rules.UNSEEN, sentence=sentence, at=at)


def unnotified(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """It took the page two minutes ago, and nothing says that it notified anybody."""
    page = page_timers.page_of(session, timer)
    if not incident.open or page.state not in LIVE or page.notified_at is not None:
        return
    sentence = rules.unnotified(page.target)
    raise_alarm(session, incident, page, kind=rules.UNNOTIFIED, sentence=sentence, at=at)


def _turn(session: Session, incident: Incident, page: Page, kind: str) -> int:
    """How often this alarm goes out, with this time; 0 if it is out already."""
    told = timeline.of_kinds(session, incident.id, [ALARM, *RINGS_ANEW])
    about = [line for line in told if line.data.get("page") == page.id]
    raised = [line.seq for line in about if line.data.get("kind") == kind]
    anew = [line.seq for line in about if line.kind in RINGS_ANEW]
    is_out = bool(raised) and max(raised) > max(anew, default=0)
    return 0 if is_out else len(raised) + 1


def _last_error(session: Session, page: Page) -> str:
    """What the vendor said of this page, or of another one with the same key."""
    trigger = next((d for d in outbox.of_page(session, page.id) if d.action == "trigger"), None)
    if trigger is not None and trigger.last_error:
        return trigger.last_error
    key = session.get(RoutingKey, page.routing_key_id) if page.routing_key_id else None
    return rules.CROWDED if key is not None and key.paused_until is not None else ""


def _post(
    session: Session,
    incident: Incident,
    page: Page,
    target: Target | None,
    kind: str,
    sentence: str,
) -> Notice | None:
    """Where the incident speaks, else where the target's people read. Not what the receipt of a
    cry for help says aloud just now."""
    told = receipts.is_of_cord(page) and kind in TOLD_BY_THE_RECEIPT
    if told and incident.slack_thread and receipts.cries(session, incident):
        return None
    where: Mapping[str, object] = {}
    channel = incident.slack_channel or (target.slack_channel if target else "")
    if incident.slack_channel and incident.slack_thread:
        where = {"thread_ts": incident.slack_thread}
    if not channel:
        return None
    text = f"{incident.key} {_title(incident)}\n{sentence}"
    return Notice(
        integration="slack",
        action="post",
        target=channel,
        subject=sentence,
        cause=f"{CAUSE}-{page.id}-{kind}",
        settings={
            "channel": channel,
            "text": text,
            "path": f"/incidents/{incident.key}",
            **where,
        },
    )


def _title(incident: Incident) -> str:
    """An alarm is read by people who may not see a private incident."""
    return PRIVATE if incident.private else incident.title


def _mail(
    session: Session,
    incident: Incident,
    page: Page,
    target: Target | None,
    kind: str,
    sentence: str,
    at: datetime,
) -> Notice | None:
    """One mail to every responder and admin who may come in."""
    to = [person.email for person in people.responders(session)]
    if not to:
        return None
    phones = tuple((str(p["name"]), str(p["phone"])) for p in target.phones) if target else ()
    text = rules.mail_text(
        sentence=sentence, title=f"{incident.key} {_title(incident)}", phones=phones
    )
    subject = rules.mail_subject(
        severity=incident.severity, key=incident.key, title=_title(incident), sentence=sentence
    )
    return Notice(
        integration="email",
        action="mail",
        target=rules.people(len(to)),
        subject=subject,
        cause=f"{CAUSE}-{page.id}-{kind}",
        settings={
            "to": to,
            "text": text,
            "at": at.isoformat(),
            "path": f"/incidents/{incident.key}",
        },
    )
