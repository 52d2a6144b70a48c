"""Checklists to choose from, and one checklist read before it is needed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from typing import Any

from incident.rules.step_kinds import KINDS
from incident.storage.checklists import Checklist, Revision
from incident.storage.overviews import Kept
from incident.web.screens.steps import marks, promise


@dataclass(frozen=True, slots=True)
class Offer:
    """A checklist that can be started. `sends` is what starting it sends at once, `wakes` the
    targets that are paged by that."""

    slug: str
    title: str
    revision: int
    steps: int
    use_when: str
    sends: str
    wakes: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelved:
    """A checklist in the list: what runs, what is only drafted, and how fresh it is."""

    slug: str
    title: str
    owner: str
    published: int | None
    draft: int | None
    use_when: str
    reviewed_at: datetime | None
    overdue: bool
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """A line of a checklist, with what it will do."""

    title: str
    body: str
    kind: str
    depth: int
    branch: str
    promise: str
    marks: tuple[str, ...]
    expect: str
    docs: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    items: tuple[ItemView, ...]


def offers(published: Iterable[tuple[Checklist, Revision]]) -> tuple[Offer, ...]:
    return tuple(_offer(checklist, revision) for checklist, revision in published)


def sections(lines: Sequence[Mapping[str, Any]]) -> tuple[Section, ...]:
    """The lines of a revision, section by section."""
    groups = groupby(lines, key=lambda line: (line["section_slug"], line["section"]))
    return tuple(Section(title, tuple(map(_item, group))) for (_, title), group in groups)


def shelf(kept: Iterable[Kept], *, now: datetime) -> tuple[Shelved, ...]:
    return tuple(_shelved(one, now) for one in kept)


def _shelved(kept: Kept, now: datetime) -> Shelved:
    front = kept.front or {}
    every = _days(front.get("review every"))
    due = kept.published_at + every if kept.published_at and every else None
    return Shelved(
        slug=kept.slug,
        title=kept.title,
        owner=kept.owner,
        published=kept.published,
        draft=kept.newest if kept.newest != kept.published else None,
        use_when=_listed(front.get("use when")),
        reviewed_at=kept.published_at,
        overdue=due is not None and due < now,
        used_at=kept.used_at,
    )


def _offer(checklist: Checklist, revision: Revision) -> Offer:
    front, at_once = revision.front, list(_at_once(revision.lines))
    return Offer(
        slug=checklist.slug,
        title=checklist.title,
        revision=revision.number,
        steps=len(revision.lines),
        use_when=_listed(front.get("use when")),
        sends=" and ".join(map(_sending, at_once)),
        wakes=tuple(str(line["settings"]["target"]) for line in at_once if line["kind"] == "page"),
        severities=tuple(str(s) for s in _list(front.get("severity"))),
    )


def _at_once(lines: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What is reached before the first step that stops: it is sent as soon as the run begins."""
    return takewhile(lambda line: KINDS[line["kind"]].sends, lines)


def _sending(line: Mapping[str, Any]) -> str:
    settings = line["settings"]
    paging = line["kind"] == "page"
    return f"page {settings['target']}" if paging else f"post to {settings['channel']}"


def _item(line: Mapping[str, Any]) -> ItemView:
    settings = line["settings"]
    return ItemView(
        title=line["title"],
        body=line["body"],
        kind=line["kind"],
        depth=line["depth"],
        branch=line["branch"] or "",
        promise=promise(line["kind"], settings),
        marks=marks(settings),
        expect=str(settings.get("expect") or ""),
        docs=str(settings.get("docs") or ""),
    )


def _listed(value: Any) -> str:
    return ", ".join(str(one) for one in _list(value))


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _days(value: Any) -> timedelta | None:
    """`90 days`, `90d` or `90`."""
    found = re.match(r"\s*(\d{1,4})", str(value or ""))
    return timedelta(days=int(found[1])) if found else None
