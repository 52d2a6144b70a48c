"""What waits to go out about an incident that becomes private says no more than if asked now."""

from sqlalchemy.orm import Session

from incident.rules import pages as rules
from incident.rules.catch_up import cause_of
from incident.storage import outbox
from incident.storage.incidents import Incident
from incident.storage.outbox import PAGERDUTY, Delivery
from incident.storage.pages import Page

ALARM = "alarm-"


def hush(session: Session, incident: Incident) -> None:
    """Pages and alarms go out all the same, without the title and the first words."""
    for waiting in outbox.of_incident(session, incident.id):
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


def _hush_alarm(incident: Incident, alarm: Delivery) -> None:
    titled, hidden = f"{incident.key} {incident.title}", f"{incident.key} {rules.PRIVATE}"
    alarm.subject = alarm.subject.replace(titled, hidden)
    text = str(alarm.settings.get("text") or "").replace(titled, hidden)
    alarm.settings = {**alarm.settings, "text": text}
