"""What waits to go out about an incident that becomes private says no more than if asked now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import pages as rules
from incident.rules import receipts as receipt_rules
from incident.rules.catch_up import cause_of
from incident.rules.permissions import Actor
from incident.rules.receipts import Words
from incident.services import announcements, receipts
from incident.storage import outbox
from incident.storage import receipts as messages
from incident.storage.incidents import Incident
from incident.storage.outbox import PAGERDUTY, SLACK, Delivery
from incident.storage.pages import Page

ALARM, NEWS = "alarm-", "news-"


def hush(session: Session, incident: Incident, *, actor: Actor, at: datetime) -> None:
    """Pages and alarms go out all the same, without the title and the first words. What stands in
    the thread of a cry for help already, and where it was announced, is edited."""
    promised = outbox.of_incident(session, incident.id)
    _hush_thread(session, incident, promised, at=at)
    announcements.hush(session, incident, promised, actor=actor, at=at)
    for waiting in promised:
        if waiting.state != "due":
            continue
        if (waiting.integration, waiting.action) == (PAGERDUTY, "trigger"):
            _hush_page(session, incident, waiting)
        elif cause_of(waiting.dedup_key).startswith(ALARM):
            _hush_alarm(incident, waiting)


def _hush_page(session: Session, incident: Incident, trigger: Delivery) -> None:
    told = {name: said for name, said in trigger.settings.items() if name != "details"}
    trigger.settings = told
    trigger.subject = rules.summary(
        severity=incident.severity, key=incident.key, title=rules.DISCREET, what=""
    )
    page = session.get(Page, trigger.page_id) if trigger.page_id is not None else None
    if page is not None:
        page.summary = trigger.subject


def _hush_thread(
    session: Session, incident: Incident, promised: Sequence[Delivery], *, at: datetime
) -> None:
    """Questions that name the title, and how it ended and why."""
    receipts.follow(session, incident, at)
    now = receipt_rules.words(receipts.story_of(session, incident))
    for post in promised:
        if post.integration != SLACK or post.action != "post":
            continue
        last = messages.newest(session, incident.id, post.dedup_key) or post
        for told in dict.fromkeys((post, last)):
            if told is last or told.state == "due":
                _hush_told(session, incident, told, now, at=at)


def _hush_told(
    session: Session, incident: Incident, told: Delivery, now: Words, *, at: datetime
) -> None:
    """A post that waits goes out with its first words, though an edit of it is promised."""
    phase, cause = told.settings.get("phase"), cause_of(told.dedup_key)
    if phase == "question":
        _reword(session, incident, told, receipt_rules.discreet(_text_of(told)), at=at)
    elif phase == "over" and cause.startswith(NEWS):
        _reword(session, incident, told, now.text, at=at)


def _reword(
    session: Session, incident: Incident, last: Delivery, text: str, *, at: datetime
) -> None:
    """What has not gone out yet never says the old words."""
    if last.state == "due":
        subject = text.partition("\n")[0]
        last.settings, last.subject = {**last.settings, "text": text}, subject
        return
    buttons = tuple(last.settings.get("buttons") or ())
    words = Words(str(last.settings["phase"]), text, buttons)
    receipts.reword(session, incident, words, cause=cause_of(last.dedup_key), at=at)


def _text_of(delivery: Delivery) -> str:
    return str(delivery.settings.get("text") or "")


def _hush_alarm(incident: Incident, alarm: Delivery) -> None:
    titled, hidden = f"{incident.key} {incident.title}", f"{incident.key} {rules.PRIVATE}"
    alarm.subject = alarm.subject.replace(titled, hidden)
    text = _text_of(alarm).replace(titled, hidden)
    alarm.settings = {**alarm.settings, "text": text}
