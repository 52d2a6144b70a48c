"""Pulling the cord: an incident opens for a cry, and wakes whoever the channel's rule names."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import cord as rules
from incident.rules import cries
from incident.rules.incidents import Status
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import DESK, Actor
from incident.rules.signals import Signal as Said
from incident.services import incidents, pages, receipts, runs
from incident.services.incidents import Opening
from incident.services.members import actor_for
from incident.services.record import record
from incident.storage import pages as page_rows
from incident.storage import slack_rules, steps, targets, timers
from incident.storage.incidents import Incident
from incident.storage.slack_rules import SlackRule
from incident.storage.timers import Timer

GRACE = "grace"
DETAIL_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Pull:
    """Whom a channel wakes, and how. It stays known when the rule is changed or removed."""

    channel: str
    target: str
    checklist: str = ""
    grace_seconds: int = 30


def pull_of(rule: SlackRule) -> Pull:
    return Pull(rule.channel, rule.target, rule.checklist, rule.grace_seconds)


def pull_by(rule: SlackRule, said: Said, at: datetime) -> Pull:
    """The cord as these words pull it at this time: an urgent one has no grace."""
    grace = cries.grace(rule, cries.words_of(said), at)
    return replace(pull_of(rule), grace_seconds=grace)


def grace_end(pull: Pull, received_at: datetime) -> datetime:
    """Until when a cry heard at `received_at` may be called off before it pages."""
    return received_at + timedelta(seconds=pull.grace_seconds)


def open_for(
    session: Session, pull: Pull, said: Said, *, at: datetime, received_at: datetime
) -> Incident:
    """An incident in triage for a cry. It pages when the grace ends, or at once without one.

    The grace counts from when we heard the cry: what was read late is paged the sooner. What was
    read hours late is left to the end of the grace, which asks a human first.
    """
    target = targets.find(session, pull.target)
    incident = _opened(session, pull, said, at=at)
    nobody_to_wait_for = target is None or not target.connected
    due_at = grace_end(pull, received_at)
    is_urgent = rules.waits_for_nothing(pull.grace_seconds, due_at, at)
    if is_urgent or nobody_to_wait_for:
        page(session, incident, pull, actor=DESK, why="a call for help in Slack", at=at)
    else:
        set_timer(session, incident, GRACE, str(incident.id), pull, due_at=due_at, at=at)
    receipts.post(session, incident, at=at)
    return incident


def open_late(
    session: Session, pull: Pull, said: Said, *, due_at: datetime, at: datetime
) -> tuple[Incident, Timer]:
    """An incident for a cry that we hear so late that its grace is long over. It has no receipt
    yet, and nobody is paged."""
    incident = _opened(session, pull, said, at=at)
    return incident, set_timer(
        session, incident, GRACE, str(incident.id), pull, due_at=due_at, at=at
    )


def open_at_once(
    session: Session, pull: Pull, said: Said, *, actor: Actor, why: str, at: datetime
) -> Incident:
    """The same for a cry that has waited enough: it pages now."""
    incident = _opened(session, pull, said, at=at)
    page(session, incident, pull, actor=actor, why=why, at=at)
    receipts.post(session, incident, at=at)
    return incident


def open_plainly(session: Session, pull: Pull, said: Said, *, why: str, at: datetime) -> Incident:
    """An incident and its page, and nothing else that could go wrong."""
    actor = actor_for(session, said.said_by, said.said_by_name)
    opening = _opening(session, pull, said, actor)
    incident = incidents.open_incident(session, opening, actor=actor, at=at)
    page(session, incident, pull, actor=DESK, why=why, at=at)
    return incident


def page(
    session: Session, incident: Incident, pull: Pull, *, actor: Actor, why: str, at: datetime
) -> None:
    """Wake the cord's target, as a new page. Earlier ones that are still unsent are dropped."""
    cause = f"rule-{pull.channel}"
    generation = page_rows.last_generation(session, incident.id, cause) + 1
    notice = rules.page_notice(
        key=incident.key,
        title=incident.title,
        severity=incident.severity,
        target=pull.target,
        channel=pull.channel,
        generation=generation,
        reporter=incident.reporter,
        details=_details(session, incident),
    )
    data = {"target": pull.target, "generation": generation}
    event = Event("page_requested", f"{actor.name} paged {pull.target}: {why}", data)
    reason = f"{actor.name} paged again"
    follows = pages.drop_unsent(session, incident, cause, reason, actor=actor, at=at)
    notice = replace(notice, follows=follows)
    record(session, incident, Outcome((event,), (notice,)), actor=actor, at=at)


def pull_in(timer: Timer) -> Pull:
    """What the cord was when it was pulled."""
    data = timer.data
    return Pull(
        channel=str(data["channel"]),
        target=str(data["target"]),
        checklist=str(data["checklist"]),
        grace_seconds=int(data["seconds"]),
    )


def pull_for(session: Session, incident: Incident) -> Pull:
    """The cord of this incident's channel; where the rule is gone, what it was."""
    rule = slack_rules.find(session, incident.slack_channel or "")
    if rule is not None:
        return pull_of(rule)
    grace = receipts.grace_of(session, incident)
    if grace is not None:
        return pull_in(grace)
    for asked in page_rows.of_incident(session, incident.id):
        if receipts.is_of_cord(asked):
            return Pull(incident.slack_channel or "", asked.target)
    raise NotAllowed(f"{incident.key} has no target. Page from its screen.")


def set_timer(
    session: Session,
    incident: Incident,
    kind: str,
    name: str,
    pull: Pull,
    *,
    due_at: datetime,
    at: datetime,
) -> Timer:
    data = {
        "channel": pull.channel,
        "target": pull.target,
        "checklist": pull.checklist,
        "seconds": pull.grace_seconds,
        "signal": name,
    }
    timer = Timer(
        incident_id=incident.id,
        kind=kind,
        name=f"{kind}-{name}",
        data=data,
        due_at=due_at,
        set_at=at,
    )
    return timers.set_anew(session, timer)


def _opened(session: Session, pull: Pull, said: Said, *, at: datetime) -> Incident:
    actor = actor_for(session, said.said_by, said.said_by_name)
    opening = _opening(session, pull, said, actor)
    incident = incidents.open_incident(session, opening, actor=actor, at=at)
    receipts.tell(session, incident, "report_received", said, "called for help", actor=actor, at=at)
    _attach(session, incident, pull.checklist, at=at)
    return incident


def _opening(session: Session, pull: Pull, said: Said, actor: Actor) -> Opening:
    target = targets.find(session, pull.target)
    is_longer = said.text.strip() not in ("", said.title)
    return Opening(
        title=said.title,
        summary=said.text if is_longer else "",
        status=Status.TRIAGE,
        source="slack",
        reporter=actor.name,
        zone=target.zone if target else "UTC",
        first_signal_at=rules.written_at(said.ts) if said.kind == "edit" else said.occurred_at,
        slack_channel=said.channel,
        slack_thread=said.thread_ts or said.ts,
        slack_link=said.link or None,
    )


def _attach(session: Session, incident: Incident, slug: str, *, at: datetime) -> None:
    """A checklist that is missing, or that would page by itself, must not hold up the page."""
    if not slug:
        return
    try:
        with session.begin_nested():
            runs.attach_to(session, incident, slug, actor=DESK, at=at, confirmed=False)
    except NotAllowed as refusal:
        event = Event("checklist_not_attached", f"“{slug}” was not attached: {refusal}")
        record(session, incident, Outcome((event,)), actor=DESK, at=at)


def _details(session: Session, incident: Incident) -> dict[str, str]:
    """What the page itself carries, for somebody who has only a phone."""
    current = steps.of_incident(session, incident.id)
    first = next((step.title for step in current if step.state == "current"), "")
    return {
        "first report": (incident.summary or incident.title)[:DETAIL_LENGTH],
        "reported by": incident.reporter,
        "slack": incident.slack_link or "",
        "first step": first,
    }
