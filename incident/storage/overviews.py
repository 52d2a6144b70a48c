"""Incidents with everything around them, in a number of questions that never grows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, aliased

from incident.storage import incidents, pages, people, targets, timeline
from incident.storage.checklists import Checklist, Revision
from incident.storage.effects import Effect
from incident.storage.incident_channels import IncidentChannel
from incident.storage.incidents import ENDED, Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import Page
from incident.storage.people import Person
from incident.storage.retros import Retro
from incident.storage.roles import Role
from incident.storage.runs import Run
from incident.storage.steps import Step
from incident.storage.targets import Target
from incident.storage.timeline import TimelineEvent
from incident.storage.timers import Timer
from incident.storage.visits import Visit
from incident.storage.workers import Worker

NEWEST = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """One incident: who holds which role, what is in effect, each run with its steps.

    `channel` is its own one in Slack. `grace` is the time that a call for help leaves before it
    pages, while that time runs. `reachable` is filled in only where a page is in trouble.
    `beat_at` is when whoever sends last gave a sign of life; its clock last jumped at `jumped_at`.
    `backups` is every target's. `visit` is how far the person who asks has followed it.

    When nothing came after what was asked for, only `incident` is filled in.
    """

    incident: Incident
    roles: Sequence[Role] = ()
    effects: Sequence[Effect] = ()
    runs: Sequence[tuple[Run, Sequence[Step]]] = ()
    pages: Sequence[Page] = ()
    deliveries: Sequence[Delivery] = ()
    events: Sequence[TimelineEvent] = ()
    targets: Sequence[Target] = ()
    retro: Retro | None = None
    channel: IncidentChannel | None = None
    visit: Visit | None = None
    grace: Timer | None = None
    reachable: Sequence[Person] = ()
    telephoned: Sequence[TimelineEvent] = ()
    beat_at: datetime | None = None
    jumped_at: datetime | None = None
    backups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """A checklist that can be started, or a target that can be paged."""

    kind: str
    name: str
    title: str
    well: bool
    used_at: datetime | None
    backup: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A checklist on the shelf. `newest` may be a draft beyond the one that is published."""

    slug: str
    title: str
    owner: str
    published: int | None
    newest: int
    front: Mapping[str, Any] | None
    published_at: datetime | None
    used_at: datetime | None


def of_incident(
    session: Session, key: str, *, after: int | None = None, person_id: int | None = None
) -> Overview:
    """Five questions, seven while a page is in trouble; one, when nothing came after `after`.

    The number is read first: what comes in between is told again, never lost. With `after` the
    timeline begins one line earlier, so that whoever draws it can see where a day begins.
    """
    found = _one(session, key, person_id)
    row = found.incident
    if after is not None and after >= row.last_seq:
        return found
    if after is None:
        events = timeline.newest(session, row.id, limit=NEWEST)
    else:
        events = timeline.since(session, row.id, after - 1)
    sent, pageable = _sent(session, row.id), targets.every(session)
    asked = list({page.id: page for _, page in sent if page is not None}.values())
    troubled = any(map(_in_trouble, asked))
    return replace(
        found,
        runs=_followed(session, [row.id]),
        pages=asked,
        deliveries=[delivery for delivery, _ in sent],
        events=[event for event in events if event.seq <= row.last_seq],
        targets=pageable,
        backups={target.name: target.backup for target in pageable},
        reachable=people.reachable(session) if troubled else (),
        telephoned=timeline.beginning_with(session, row.id, "Telephoned ") if troubled else (),
    )


def of_now(session: Session, *, among: ColumnElement[bool], ended: int = 8) -> list[Overview]:
    """Three questions: every incident somebody still works on, and the last few that ended;
    `among` those that may be seen."""
    lately = select(Incident.id).where(among, Incident.status.in_(ENDED))
    lately = lately.order_by(Incident.id.desc()).limit(ended)
    wanted = or_(Incident.status.not_in(ENDED), Incident.id.in_(lately.scalar_subquery()))
    found = _read(session, _around().where(among, wanted).order_by(Incident.id.desc()))
    still_open = [one.incident.id for one in found if one.incident.open]
    followed, asked = _followed(session, still_open), pages.of_incidents(session, still_open)
    return [
        replace(
            one,
            runs=[pair for pair in followed if pair[0].incident_id == one.incident.id],
            pages=[page for page in asked if page.incident_id == one.incident.id],
        )
        for one in found
    ]


def beside(session: Session) -> list[Beside]:
    """One question: what can be started, and whom we can page."""
    used = select(func.max(Run.attached_at)).where(Run.slug == Checklist.slug).scalar_subquery()
    startable = select(
        literal("checklist").label("kind"),
        Checklist.slug.label("name"),
        Checklist.title.label("title"),
        literal(True).label("well"),
        used.label("used_at"),
        literal("").label("backup"),
    ).where(Checklist.published.is_not(None), Checklist.archived_at.is_(None))
    pageable = select(
        literal("target"),
        Target.name,
        Target.description,
        Target.routing_key_id.is_not(None),
        Target.updated_at,
        Target.backup,
    ).where(Target.proving.is_(False))
    rows = session.execute(union_all(startable, pageable))
    return sorted((Beside(*row) for row in rows), key=lambda one: one.title or one.name)


def shelf(session: Session) -> list[Kept]:
    """One question: every checklist in use, and what is to be known without opening it."""
    any_revision = aliased(Revision)
    newest = select(func.max(any_revision.number))
    newest = newest.where(any_revision.checklist_id == Checklist.id)
    used = select(func.max(Run.attached_at)).where(Run.slug == Checklist.slug)
    rows = session.execute(
        select(
            Checklist.slug,
            Checklist.title,
            Checklist.owner,
            Checklist.published,
            newest.scalar_subquery(),
            Revision.front,
            Revision.published_at,
            used.scalar_subquery(),
        )
        .outerjoin(
            Revision,
            and_(Revision.checklist_id == Checklist.id, Revision.number == Checklist.published),
        )
        .where(Checklist.archived_at.is_(None))
        .order_by(Checklist.title)
    )
    return [Kept(*row) for row in rows]


def _one(session: Session, key: str, person_id: int | None) -> Overview:
    found = _read(session, _around(person_id).where(Incident.id == incidents.id_of(key)))
    if not found:
        raise NoResultFound(f"There is no incident {key[:40]}.")
    return found[0]


def _around(person_id: int | None = None) -> Select[Any]:
    """Few people and few effects: multiplied they are still few rows."""
    beat, jumped = _latest(Worker.beat_at), _latest(Worker.jumped_at)
    return (
        select(Incident, Role, Effect, Retro, IncidentChannel, Visit, Timer, beat, jumped)
        .outerjoin(Role, and_(Role.incident_id == Incident.id, Role.ended_at.is_(None)))
        .outerjoin(Effect, and_(Effect.incident_id == Incident.id, Effect.ended_at.is_(None)))
        .outerjoin(Retro, Retro.incident_id == Incident.id)
        .outerjoin(IncidentChannel, IncidentChannel.incident_id == Incident.id)
        .outerjoin(Visit, and_(Visit.incident_id == Incident.id, Visit.person_id == person_id))
        .outerjoin(
            Timer,
            and_(Timer.incident_id == Incident.id, Timer.kind == "grace", Timer.state == "due"),
        )
    )


def _latest(column: Any) -> ScalarSelect[Any]:
    """Of all workers. A part of a question that is asked anyhow."""
    return select(func.max(column)).scalar_subquery()


def _read(session: Session, query: Select[Any]) -> list[Overview]:
    found = []
    for _, group in groupby(session.execute(query), key=lambda row: row[0].id):
        rows = list(group)
        roles = {row[1].id: row[1] for row in rows if row[1] is not None}
        effects = {row[2].id: row[2] for row in rows if row[2] is not None}
        _, _, _, retro, channel, visit, grace, beat_at, jumped_at = rows[0]
        found.append(
            Overview(
                rows[0][0],
                roles=[roles[id] for id in sorted(roles)],
                effects=[effects[id] for id in sorted(effects)],
                retro=retro,
                channel=channel,
                visit=visit,
                grace=grace,
                beat_at=beat_at,
                jumped_at=jumped_at,
            )
        )
    return found


def _in_trouble(page: Page) -> bool:
    """Whether somebody may have to be telephoned instead."""
    return bool(page.alarm) or page.state in ("refused", "not_sent", "exhausted")


def _followed(session: Session, ids: Collection[int]) -> list[tuple[Run, list[Step]]]:
    """The runs of these incidents, each with its steps in order."""
    if not ids:
        return []
    query = (
        select(Run, Step)
        .outerjoin(Step, Step.run_id == Run.id)
        .where(Run.incident_id.in_(ids))
        .order_by(Run.incident_id, Run.id, Step.position)
    )
    followed = []
    for _, group in groupby(session.execute(query), key=lambda row: row[0].id):
        rows = list(group)
        followed.append((rows[0][0], [step for _, step in rows if step is not None]))
    return followed


def _sent(session: Session, incident_id: int) -> list[tuple[Delivery, Page | None]]:
    """Everything promised to the outside, a page's beside its page."""
    query = (
        select(Delivery, Page)
        .outerjoin(Page, Page.id == Delivery.page_id)
        .where(Delivery.incident_id == incident_id)
        .order_by(Delivery.id)
    )
    return [(delivery, page) for delivery, page in session.execute(query)]
