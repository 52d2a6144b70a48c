"""Incidents: open one, find some, look at one, change what it is."""

from urllib.parse import urlencode

from sqlalchemy.orm import Session

from incident.api import shown
from incident.api.models.incidents import (
    Declining,
    IncidentsTold,
    IncidentTold,
    Listing,
    Merging,
    Move,
    NewIncident,
    NewSeverity,
)
from incident.api.routes import Call, Reply, endpoint
from incident.services import incidents as services
from incident.services.incidents import Opening
from incident.services.visibility import visible
from incident.storage import (
    effects,
    incident_channels,
    incidents,
    outbox,
    pages,
    roles,
    runs,
    steps,
)

PER_PAGE = 50


@endpoint("POST", "/api/incidents", body=NewIncident, answer=IncidentTold, status=201)
def open_incident(call: Call[NewIncident, None]) -> Reply:
    """Declare an incident. Its checklists begin, and what they send at once is sent."""
    asked = call.body
    opened = services.open_incident(
        call.session,
        Opening(
            title=asked.title,
            severity=asked.severity,
            summary=asked.summary,
            service=asked.service,
            mode=asked.mode,
            source="api",
            started_at=asked.started_at,
            checklists=asked.checklists,
            private=asked.private,
        ),
        actor=call.actor,
        at=call.at,
    )
    return Reply(told(call.session, opened.key), location=f"/api/incidents/{opened.key}")


@endpoint("GET", "/api/incidents", query=Listing, answer=IncidentsTold)
def index(call: Call[None, Listing]) -> IncidentsTold:
    """Incidents, newest first, fifty at a time."""
    asked = call.query
    found = incidents.newest(
        call.session,
        statuses=asked.status,
        severities=asked.severity,
        words=asked.q.strip(),
        before=incidents.id_of(asked.before) if asked.before else None,
        limit=PER_PAGE + 1,
        among=visible(call.session, call.actor),
    )
    here = found[:PER_PAGE]
    more = _next(asked, here[-1].key) if len(found) > PER_PAGE else None
    return IncidentsTold(incidents=[shown.line(row) for row in here], next=more)


@endpoint("GET", "/api/incidents/{key}", answer=IncidentTold)
def show(call: Call[None, None], key: str) -> IncidentTold:
    """One incident: where it stands, its checklists, and what was sent."""
    return told(call.session, key)


@endpoint("POST", "/api/incidents/{key}/severity", body=NewSeverity, answer=IncidentTold)
def set_severity(call: Call[NewSeverity, None], key: str) -> IncidentTold:
    """Say how bad it is. What a checklist decides by severity is asked again."""
    services.set_severity(
        call.session,
        incident_key=key,
        severity=call.body.severity,
        actor=call.actor,
        at=call.at,
    )
    return told(call.session, key)


@endpoint("POST", "/api/incidents/{key}/acceptance", body=Move, answer=IncidentTold)
def accept(call: Call[Move, None], key: str) -> IncidentTold:
    """From triage to investigating: it is an incident."""
    return _move(call, key, "accept")


@endpoint("POST", "/api/incidents/{key}/declining", body=Declining, answer=IncidentTold)
def decline(call: Call[Declining, None], key: str) -> IncidentTold:
    """A false alarm, and why."""
    return _move(call, key, "decline")


@endpoint("POST", "/api/incidents/{key}/merging", body=Merging, answer=IncidentTold)
def merge(call: Call[Merging, None], key: str) -> IncidentTold:
    """The same trouble as another incident, which goes on alone."""
    return _move(call, key, "merge", into=call.body.into)


@endpoint("POST", "/api/incidents/{key}/identification", body=Move, answer=IncidentTold)
def identify(call: Call[Move, None], key: str) -> IncidentTold:
    """The cause is known."""
    return _move(call, key, "identify")


@endpoint("POST", "/api/incidents/{key}/mitigation", body=Move, answer=IncidentTold)
def mitigate(call: Call[Move, None], key: str) -> IncidentTold:
    """People are no longer hurt by it."""
    return _move(call, key, "mitigate")


@endpoint("POST", "/api/incidents/{key}/resolution", body=Move, answer=IncidentTold)
def resolve(call: Call[Move, None], key: str) -> IncidentTold:
    """Normal service. Every page of it is called off."""
    return _move(call, key, "resolve")


@endpoint("POST", "/api/incidents/{key}/reopening", body=Move, answer=IncidentTold)
def reopen(call: Call[Move, None], key: str) -> IncidentTold:
    """It is back, or it never went."""
    return _move(call, key, "reopen")


@endpoint("POST", "/api/incidents/{key}/closing", body=Move, answer=IncidentTold)
def close(call: Call[Move, None], key: str) -> IncidentTold:
    """Nothing is left owing. Refused, by name, while something is."""
    return _move(call, key, "close")


def told(session: Session, key: str) -> IncidentTold:
    """The whole incident, in as many questions for three steps as for three hundred."""
    row = incidents.get(session, key)
    into = row.merged_into_id
    line, channel = shown.line(row), incident_channels.of_incident(session, row.id)
    return IncidentTold(
        **{name: getattr(line, name) for name in type(line).model_fields},
        summary=row.summary,
        merged_into=incidents.key_of(into) if into else None,
        roles=[shown.role(held) for held in roles.held(session, row.id)],
        effects=[shown.effect(effect) for effect in effects.of_incident(session, row.id)],
        runs=shown.runs(runs.of_incident(session, row.id), steps.of_incident(session, row.id)),
        pages=[shown.page(page) for page in pages.of_incident(session, row.id)],
        deliveries=[shown.delivery(sent) for sent in outbox.of_incident(session, row.id)],
        channel=shown.channel(channel) if channel is not None else None,
    )


def _move(
    call: Call[Move, None] | Call[Declining, None] | Call[Merging, None],
    key: str,
    action: str,
    *,
    into: str = "",
) -> IncidentTold:
    services.move(
        call.session,
        incident_key=key,
        action=action,
        actor=call.actor,
        at=call.at,
        reason=call.body.reason,
        into=into,
    )
    return told(call.session, key)


def _next(asked: Listing, before: str) -> str:
    given = {"status": asked.status, "severity": asked.severity, "q": asked.q, "before": before}
    return "/api/incidents?" + urlencode({k: v for k, v in given.items() if v}, doseq=True)
