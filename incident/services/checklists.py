"""Commands on checklists: write a draft, publish it, load the starter library."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import checklists as rules
from incident.rules.documents import Document, read, to_json
from incident.rules.documents.source import is_text
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import DESK, Actor, require
from incident.rules.words import shortened
from incident.storage import checklists, targets
from incident.storage.checklists import Checklist, Revision

SOURCE_LENGTH = 1_000_000


def draft(
    session: Session, *, source: str, actor: Actor, at: datetime, message: str = ""
) -> Revision:
    """A new revision of the checklist that the document names, not running yet.

    The same text as the newest revision is that revision again.
    """
    require(actor, "responder")
    if len(source) > SOURCE_LENGTH:
        raise NotAllowed("A checklist is at most one million characters long.")
    if not is_text(source):
        raise NotAllowed("A character in this document is not text. Take it out.")
    document = read(source)
    shown = to_json(document)
    checklist = _checklist_of(session, shown, at=at)
    number = checklists.last_number(session, checklist.id)
    if number:
        newest = checklists.revision(session, checklist.id, number)
        if newest.source == source:
            return newest
    revision = Revision(
        checklist_id=checklist.id,
        number=number + 1,
        title=shown["title"] or checklist.title,
        source=source,
        front=shown["front"],
        lines=[asdict(line) for line in rules.lines(document)],
        problems=_problems(session, document),
        message=shortened(message, 500),
        author=actor.name,
        created_at=at,
    )
    session.add(revision)
    checklist.updated_at = at
    session.flush()
    return revision


def publish(session: Session, *, slug: str, number: int, actor: Actor, at: datetime) -> Revision:
    """From now on this revision runs. Runs that have begun keep theirs."""
    require(actor, "responder")
    checklist = checklists.get(session, slug, lock=True)
    revision = checklists.revision(session, checklist.id, number)
    revision.problems = _problems(session, read(revision.source))
    blocking = [problem["sentence"] for problem in revision.problems if problem["blocks"]]
    if blocking:
        raise NotAllowed(f"This cannot be published yet. {' '.join(blocking[:5])}")
    if checklist.published == number:
        return revision
    revision.published_at, revision.published_by = at, actor.name
    checklist.published = number
    checklist.title = revision.title
    checklist.owner = str(revision.front.get("owner") or "")
    checklist.updated_at, checklist.archived_at = at, None
    return revision


def archive(session: Session, *, slug: str, actor: Actor, at: datetime) -> Checklist:
    """Out of the list. Its revisions stay, and so do the runs that follow them."""
    require(actor, "admin")
    checklist = checklists.get(session, slug, lock=True)
    checklist.archived_at = checklist.archived_at or at
    return checklist


def load_starters(session: Session, folder: Path, *, at: datetime) -> int:
    """Publish the starter library where there is no checklist at all. Returns how many."""
    if checklists.every(session):
        return 0
    sources = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))]
    for source in sources:
        revision = draft(session, source=source, actor=DESK, at=at, message="Starter library")
        slug = session.get_one(Checklist, revision.checklist_id).slug
        publish(session, slug=slug, number=revision.number, actor=DESK, at=at)
    return len(sources)


def examine(session: Session, source: str) -> tuple[Document, list[dict[str, Any]]]:
    """What a document would be, and what is wrong with it, keeping nothing."""
    document = read(source)
    return document, _problems(session, document)


def _checklist_of(session: Session, shown: Mapping[str, Any], *, at: datetime) -> Checklist:
    """The checklist that the document's slug names: it may be new."""
    title = str(shown["title"]).strip() or "Untitled checklist"
    slug = str(shown["slug"]) or rules.slug_of(title)
    checklist = checklists.find(session, slug)
    if checklist is None:
        owner = str(shown["front"].get("owner") or "")
        checklist = Checklist(slug=slug, title=title, owner=owner, created_at=at, updated_at=at)
        session.add(checklist)
        session.flush()
    return checklist


def _problems(session: Session, document: Document) -> list[dict[str, Any]]:
    names = {target.name for target in targets.pageable(session)}
    return [asdict(problem) for problem in rules.problems(document, names)]
