"""Rows as the API shows them. Each takes rows that were read; none of them asks for more."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from incident.api.models.channels import ChannelTold
from incident.api.models.deliveries import DeliveryTold
from incident.api.models.effects import EffectTold
from incident.api.models.events import EventTold
from incident.api.models.incidents import IncidentLine, Times
from incident.api.models.pages import AnswerTold, PageTold
from incident.api.models.roles import RoleTold
from incident.api.models.steps import ClaimTold, OutcomeTold, RunTold, StepTold
from incident.storage.effects import Effect
from incident.storage.incident_channels import IncidentChannel
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import Page
from incident.storage.roles import Role
from incident.storage.runs import Run
from incident.storage.steps import Step
from incident.storage.timeline import TimelineEvent


def line(incident: Incident) -> IncidentLine:
    return IncidentLine(
        key=incident.key,
        title=incident.title,
        status=incident.status,
        severity=incident.severity,
        mode=incident.mode,
        service=incident.service,
        private=incident.private,
        seq=incident.last_seq,
        update_due_at=incident.update_due_at,
        times=Times(**{name: getattr(incident, name) for name in Times.model_fields}),
    )


def channel(row: IncidentChannel) -> ChannelTold:
    return ChannelTold(
        name=row.name, state=row.state, reason=row.reason, private=row.private, link=row.address
    )


def run(row: Run, steps: Sequence[Step]) -> RunTold:
    return RunTold(
        checklist=row.slug,
        revision=row.revision,
        title=row.title,
        state=row.state,
        steps=[step(found) for found in steps],
    )


def runs(rows: Sequence[Run], steps: Iterable[Step]) -> list[RunTold]:
    by_run: dict[int, list[Step]] = {row.id: [] for row in rows}
    for found in steps:
        by_run[found.run_id].append(found)
    return [run(row, by_run[row.id]) for row in rows]


def step(row: Step) -> StepTold:
    return StepTold(
        number=row.number,
        title=row.title,
        kind=row.kind,
        state=row.state,
        current=row.state == "current",
        due_at=due_at(row),
        outcome=OutcomeTold(
            value=row.value, reason=row.reason, by=row.settled_by, at=row.settled_at
        ),
        claim=_claim(row),
        section=row.section,
        parent=row.parent,
        branch=row.branch,
        reached_at=row.reached_at,
        settings=dict(row.settings),
        seq=row.outcome_seq,
    )


def _claim(row: Step) -> ClaimTold | None:
    if row.claimed_by is None:
        return None
    return ClaimTold(by=row.claimed_by, at=row.claimed_at, active_at=row.claim_active_at)


def due_at(row: Step) -> datetime | None:
    """When the step should be settled: its time box, or the answer that it waits for."""
    if row.state == "current":
        return _later(row.current_since, row.settings, "within")
    if row.state == "waiting":
        return _later(row.reached_at, row.settings, "ack")
    return None


def event(row: TimelineEvent) -> EventTold:
    return EventTold(**{name: getattr(row, name) for name in EventTold.model_fields})


def role(row: Role) -> RoleTold:
    return RoleTold(role=row.name, person=row.person, since=row.taken_at, until=row.ended_at)


def effect(row: Effect) -> EffectTold:
    within = {"max": row.max_seconds}
    return EffectTold(
        id=row.id,
        text=row.text,
        undo=row.undo,
        step=row.step,
        began_at=row.began_at,
        began_by=row.began_by,
        due_at=_later(row.began_at, within, "max"),
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def page(row: Page) -> PageTold:
    plain = set(PageTold.model_fields) - {"answers"}
    return PageTold(
        **{name: getattr(row, name) for name in plain},
        answers=[AnswerTold(name=str(one["name"]), at=one.get("at")) for one in row.answers],
    )


def delivery(row: Delivery) -> DeliveryTold:
    return DeliveryTold(**{name: getattr(row, name) for name in DeliveryTold.model_fields})


def _later(since: datetime | None, settings: Mapping[str, object], name: str) -> datetime | None:
    seconds = settings.get(name)
    if since is None or not isinstance(seconds, int):
        return None
    return since + timedelta(seconds=seconds)
