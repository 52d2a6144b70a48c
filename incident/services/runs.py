"""Commands on the checklists of an incident: attach one, walk on, give one up."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from incident.rules import step_claims
from incident.rules import steps as rules
from incident.rules.incidents import TEXT_LENGTH
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.words import shortened
from incident.services.record import record
from incident.services.scenes import hand_of, scene_of
from incident.services.steps import write
from incident.storage import checklists, incidents, runs, steps
from incident.storage.checklists import Revision
from incident.storage.incidents import Incident
from incident.storage.runs import Run
from incident.storage.steps import Step


def attach(
    session: Session,
    *,
    incident_key: str,
    slug: str,
    actor: Actor,
    at: datetime,
    confirmed: bool = False,
) -> Run:
    """Follow a checklist in this incident. If it sends at once, `confirmed` must say so."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    return attach_to(session, incident, slug, actor=actor, at=at, confirmed=confirmed)


def attach_to(
    session: Session,
    incident: Incident,
    slug: str,
    *,
    actor: Actor,
    at: datetime,
    confirmed: bool,
) -> Run:
    """The same for an incident that is locked already."""
    revision = _runnable(session, slug)
    if any(run.slug == slug and run.state == "active" for run in _runs(session, incident)):
        raise NotAllowed(f"“{revision.title}” is being followed here already.")
    run = Run(
        incident_id=incident.id,
        revision_id=revision.id,
        slug=slug,
        title=revision.title,
        revision=revision.number,
        attached_at=at,
        attached_by=actor.name,
    )
    session.add(run)
    session.flush()
    in_run = _copy_lines(session, incident, run, revision)
    attached = Event(
        "checklist_attached",
        f"{actor.name} attached “{run.title}”, revision {run.revision}",
        {"slug": slug, "revision": run.revision, "steps": len(in_run)},
    )
    record(session, incident, Outcome(events=(attached,)), actor=actor, at=at, steps=in_run)
    hand = hand_of(session, incident, actor, at)
    outcome = rules.begin(in_run, scene_of(incident), hand)
    if outcome.notices and not confirmed:
        raise NotAllowed(_asks_first(run, outcome))
    write(session, incident, outcome, in_run, actor=actor, at=at)
    return run


def walk_again(session: Session, incident: Incident, *, actor: Actor, at: datetime) -> None:
    """Let what answers itself answer, after something about the incident changed."""
    every_step = steps.of_incident(session, incident.id)
    for run in _runs(session, incident):
        in_run = [step for step in every_step if step.run_id == run.id]
        if run.state != "active" or not any(step.settings.get("when") for step in in_run):
            continue
        outcome = rules.begin(in_run, scene_of(incident), hand_of(session, incident, actor, at))
        write(session, incident, outcome, in_run, actor=actor, at=at)


def abandon(
    session: Session, *, incident_key: str, run_id: int, reason: str, actor: Actor, at: datetime
) -> Run:
    """Stop following a checklist. What it did stays; what it asked is asked no more."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    run = next((r for r in _runs(session, incident) if r.id == run_id), None)
    if run is None or run.state != "active":
        raise NotAllowed("That checklist is not being followed here.")
    reason = shortened(reason, TEXT_LENGTH)
    if not reason:
        raise NotAllowed("Say why you give the checklist up, in a few words.")
    run.state = "abandoned"
    event = Event(
        "checklist_abandoned", f"{actor.name} gave up “{run.title}”: {reason}", {"slug": run.slug}
    )
    in_run = steps.of_run(session, run.id)
    outcome = Outcome(events=(event,), changes=step_claims.let_go(in_run))
    record(session, incident, outcome, actor=actor, at=at, steps=in_run)
    return run


def _runs(session: Session, incident: Incident) -> list[Run]:
    return runs.of_incident(session, incident.id)


def _runnable(session: Session, slug: str) -> Revision:
    revision = checklists.published(session, slug)
    if revision is None:
        raise NotAllowed(f"There is no published checklist “{slug}”.")
    return revision


def _copy_lines(session: Session, incident: Incident, run: Run, revision: Revision) -> list[Step]:
    """One INSERT for the whole checklist, however long it is."""
    first = incident.last_number + 1
    rows: list[dict[str, Any]] = []
    for position, line in enumerate(revision.lines):
        parent = line["parent"]
        rows.append(
            {
                "incident_id": incident.id,
                "run_id": run.id,
                "number": incident.next_number(),
                "position": position,
                "kind": line["kind"],
                "title": line["title"],
                "body": line["body"],
                "settings": line["settings"],
                "section": line["section"],
                "section_slug": line["section_slug"],
                "depth": line["depth"],
                "parent": None if parent is None else first + parent,
                "branch": line["branch"],
                "state": "pending",
                "changed_seq": incident.last_seq + 1,
                "outcome_seq": 0,
            }
        )
    if rows:
        session.execute(insert(Step), rows)
    return steps.of_run(session, run.id)


def _asks_first(run: Run, outcome: Outcome) -> str:
    verbs = {"pagerduty": "page", "slack": "post to"}
    told = ", ".join(f"{verbs[n.integration]} {n.target}" for n in outcome.notices)
    return f"Attaching “{run.title}” would {told} at once. Confirm that you want this."
