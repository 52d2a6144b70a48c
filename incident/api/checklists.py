"""Checklists: write a draft, publish it, read what there is, as JSON and as Markdown."""

from typing import Any

from flask import Response
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.api import callers
from incident.api.bodies import MARKDOWN
from incident.api.models.checklists import (
    ChecklistLine,
    ChecklistsTold,
    ChecklistTold,
    HowToKeep,
    NewChecklist,
    WhichRevision,
)
from incident.api.routes import Call, Reply, endpoint
from incident.rules.documents import Unwritable, read, to_json, write
from incident.rules.fields import Wrong
from incident.services import checklists as services
from incident.storage import checklists
from incident.storage.checklists import Checklist, Revision

PARTS = {"source", "title", "slug", "front", "text", "settings", "sections"}


@endpoint(
    "POST",
    "/api/checklists",
    body=NewChecklist,
    query=HowToKeep,
    answer=ChecklistTold,
    status=201,
    also={200: ChecklistTold},
    takes_markdown=True,
)
def draft(call: Call[NewChecklist, HowToKeep]) -> Reply:
    """A new draft of the checklist that the document names. With `publish` it runs from now on."""
    if call.query.publish:
        callers.require_role(call.actor, "admin")
    source = _source(call.body)
    if call.query.dry_run:
        return Reply(_examined(call.session, source), status=200)
    revision = services.draft(
        call.session, source=source, actor=call.actor, at=call.at, message=call.body.message
    )
    checklist = call.session.get_one(Checklist, revision.checklist_id)
    if call.query.publish:
        revision = services.publish(
            call.session,
            slug=checklist.slug,
            number=revision.number,
            actor=call.actor,
            at=call.at,
        )
    address = f"/api/checklists/{checklist.slug}?revision={revision.number}"
    return Reply(_told(checklist, revision), location=address)


@endpoint("GET", "/api/checklists", answer=ChecklistsTold)
def index(call: Call[None, None]) -> ChecklistsTold:
    """Every checklist in use, by title."""
    return ChecklistsTold(
        checklists=[
            ChecklistLine(**{name: getattr(row, name) for name in ChecklistLine.model_fields})
            for row in checklists.every(call.session)
        ]
    )


@endpoint("GET", "/api/checklists/{slug}", query=WhichRevision, answer=ChecklistTold)
def show(call: Call[None, WhichRevision], slug: str) -> ChecklistTold:
    """One checklist as JSON: what runs now, or the revision asked for."""
    return _told(*_found(call, slug))


@endpoint("GET", "/api/checklists/{slug}.md", query=WhichRevision, media=MARKDOWN)
def show_markdown(call: Call[None, WhichRevision], slug: str) -> Response:
    """The same as it was written, byte for byte."""
    _, revision = _found(call, slug)
    return Response(revision.source, mimetype=MARKDOWN)


def _source(asked: NewChecklist) -> str:
    """The document that was sent, or the one that its parts make, or the one they change."""
    parts = asked.model_dump(include=PARTS, exclude_unset=True)
    if asked.source is not None and set(parts) == {"source"}:
        return asked.source
    try:
        return write({"sections": _sections_of(asked.source), **parts})
    except Unwritable as error:
        raise Wrong({"sections": str(error)}) from None


def _sections_of(source: str | None) -> object:
    """What is not mentioned stays as it is."""
    return to_json(read(source))["sections"] if source is not None else []


def _found(call: Call[None, WhichRevision], slug: str) -> tuple[Checklist, Revision]:
    checklist = checklists.find(call.session, slug)
    if checklist is None:
        raise NoResultFound(f"There is no checklist {slug[:100]}.")
    number = call.query.revision or checklist.published
    number = number or checklists.last_number(call.session, checklist.id)
    return checklist, checklists.revision(call.session, checklist.id, number)


def _told(checklist: Checklist, revision: Revision) -> ChecklistTold:
    return ChecklistTold(
        **{**_as_json(revision.source), "slug": checklist.slug},
        revision=revision.number,
        published=checklist.published,
        problems=revision.problems,
    )


def _examined(session: Session, source: str) -> ChecklistTold:
    examined, problems = services.examine(session, source)
    return ChecklistTold(**to_json(examined), revision=None, published=None, problems=problems)


def _as_json(source: str) -> dict[str, Any]:
    return dict(to_json(read(source)))
