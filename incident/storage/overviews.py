"""Incidents with everything around them, in a number of questions that never grows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select, union_all
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, aliased

from incident.storage import incidents, targets, timeline
from incident.storage.checklists import Checklist, Revision
from incident.storage.effects import Effect
from incident.storage.incidents import ENDED, Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import Page
from incident.storage.retros import Retro
from incident.storage.roles import Role
from incident.storage.runs import Run
from incident.storage.steps import Step
from incident.storage.targets import Target
from incident.storage.timeline import TimelineEvent
from incident.storage.timers import Timer

NEWEST = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """One incident: who holds which role, what is in effect, each run with its steps.

    `grace` is the time that a call for help leaves before it pages, while that time runs.

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
    grace: Timer | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """A checklist that can be started, or a target that can be paged."""

    kind: str
    name: str
    title: str
    well: bool
    used_at: datetime | None


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


def of_incident(session: Session, key: str, *, after: int | None = None) -> Overview:
    """Five questions; one, when nothing came after `after`.

    The number is read first: what comes in between is told again, never lost. With `after` the
    timeline begins one line earlier, so that whoever draws it can see where a day begins.
    """
    found = _one(session, key)
    row = found.incident
    if after is not None and after >= row.last_seq:
        return found
    if after is None:
        events = timeline.newest(session, row.id, limit=NEWEST)
    else:
        events = timeline.since(session, row.id, after - 1)
    sent = _sent(session, row.id)
    return replace(
        found,
        runs=[(run, in_run) for run, in_run, _ in _followed(session, [row.id])],
        pages=list({page.id: page for _, page in sent if page is not None}.values()),
        deliveries=[delivery for delivery, _ in sent],
        events=[event for event in events if event.seq <= row.last_seq],
        targets=targets.every(session),
    )


def of_now(session: Session, *, ended: int = 8) -> list[Overview]:
    """Two questions: every incident somebody still works on, and the last few that ended."""
    lately = select(Incident.id).where(Incident.status.in_(ENDED))
    lately = lately.order_by(Incident.id.desc()).limit(ended)
    wanted = or_(Incident.status.not_in(ENDED), Incident.id.in_(lately.scalar_subquery()))
    found = _read(session, _around().where(wanted).order_by(Incident.id.desc()))
    followed = _followed(session, [one.incident.id for one in found if one.incident.open])
    return [
        replace(
            one,
            runs=[
                (run, in_run) for run, in_run, _ in followed if run.incident_id == one.incident.id
            ],
            pages=[
                page
                for run, _, asked in followed
                for page in asked
                if run.incident_id == one.incident.id
            ],
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
    ).where(Checklist.published.is_not(None), Checklist.archived_at.is_(None))
    pageable = select(
        literal("target"),
        Target.name,
        Target.description,
        Target.routing_key_id.is_not(None),
        Target.updated_at,
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


def _one(session: Session, key: str) -> Overview:
    found = _read(session, _around().where(Incident.id == incidents.id_of(key)))
    if not found:
        raise NoResultFound(f"There is no incident {key[:40]}.")
    return found[0]


def _around() -> Select[Incident, Role, Effect, Retro, Timer]:
    """Few people and few effects: multiplied they are still few rows."""
    return (
        select(Incident, Role, Effect, Retro, Timer)
        .outerjoin(Role, and_(Role.incident_id == Incident.id, Role.ended_at.is_(None)))
        .outerjoin(Effect, and_(Effect.incident_id == Incident.id, Effect.ended_at.is_(None)))
        .outerjoin(Retro, Retro.incident_id == Incident.id)
        .outerjoin(
            Timer,
            and_(Timer.incident_id == Incident.id, Timer.kind == "grace", Timer.state == "due"),
        )
    )


def _read(session: Session, query: Select[Incident, Role, Effect, Retro, Timer]) -> list[Overview]:
    found = []
    for _, group in groupby(session.execute(query), key=lambda row: row[0].id):
        rows = list(group)
        roles = {role.id: role for _, role, _, _, _ in rows if role is not None}
        effects = {effect.id: effect for _, _, effect, _, _ in rows if effect is not None}
        found.append(
            Overview(
                rows[0][0],
                roles=[roles[id] for id in sorted(roles)],
                effects=[effects[id] for id in sorted(effects)],
                retro=rows[0][3],
                grace=rows[0][4],
            )
        )
    return found


def _followed(session: Session, ids: Collection[int]) -> list[tuple[Run, list[Step], list[Page]]]:
    """The runs of these incidents, each with its steps in order and the pages they sent."""
    if not ids:
        return []
    query = (
        select(Run, Step, Page)
        .outerjoin(Step, Step.run_id == Run.id)
        .outerjoin(Page, and_(Page.incident_id == Step.incident_id, Page.step == Step.number))
        .where(Run.incident_id.in_(ids))
        .order_by(Run.incident_id, Run.id, Step.position, Page.id)
    )
    followed = []
    for _, group in groupby(session.execute(query), key=lambda row: row[0].id):
        rows = list(group)
        in_run = {step.id: step for _, step, _ in rows if step is not None}
        asked = {page.id: page for _, _, page in rows if page is not None}
        followed.append((rows[0][0], list(in_run.values()), list(asked.values())))
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
