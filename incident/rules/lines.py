"""The steps of a run, in order, as a checklist document sets them out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from incident.rules.attributes import DURATIONS, seconds
from incident.rules.documents import Document, to_json
from incident.rules.documents.slugs import slug_of
from incident.rules.step_kinds import KINDS

Shown = Mapping[str, Any]

RENAMED = {"page": "target", "post": "channel"}
TITLE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One step to be. `parent` is the place of the line it hangs under, `branch` the answer.

    `settings` are what rules and screens go by: durations in seconds, a page's `target`, a
    post's `channel`, the `choices` of a question, and `written_kind` when the kind as written
    is not automatic and runs as `do`.
    """

    title: str
    kind: str
    body: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    section: str = ""
    section_slug: str = ""
    mode: str = ""
    depth: int = 0
    parent: int | None = None
    branch: str | None = None


def lines(document: Document) -> tuple[Line, ...]:
    """Every step of the document, in reading order."""
    found: list[Line] = []
    for section in _sections(to_json(document)["sections"]):
        _add(found, section["steps"], _Place(section))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item stands."""

    section: Shown
    depth: int = 0
    parent: int | None = None
    branch: str | None = None


def _sections(sections: Any) -> Iterator[Shown]:
    for section in sections:
        yield section
        yield from _sections(section["sections"])


def _add(found: list[Line], items: Sequence[Shown], place: _Place) -> None:
    for item in items:
        found.append(_line(item, place))
        here = len(found) - 1
        for child in item["children"]:
            if child["kind"] == "choice":
                inside = _Place(place.section, place.depth + 1, here, _words(child["text"]))
                _add(found, child["children"], inside)
            else:
                _add(found, [child], _Place(place.section, place.depth + 1, here))


def _line(item: Shown, place: _Place) -> Line:
    title, _, body = str(item["text"]).partition("\n")
    written = str(item["kind"])
    settings = _settings(item, written)
    return Line(
        title=title.strip()[:TITLE_LENGTH] or "See below",
        kind=written if written in KINDS else "do",
        body=body.strip("\n"),
        settings=settings,
        section=place.section["title"],
        section_slug=slug_of(str(place.section["title"])),
        mode=next((m for m in ("do-confirm", "parallel") if m in place.section["settings"]), ""),
        depth=place.depth,
        parent=place.parent,
        branch=place.branch,
    )


def _settings(item: Shown, written: str) -> dict[str, Any]:
    """The attributes under the names and in the units that the rules use."""
    settings: dict[str, Any] = {}
    for name, value in item["settings"].items():
        length = seconds(str(value)) if name in DURATIONS else None
        settings[RENAMED.get(name, name)] = value if length is None else length
    for kind in ("decide", "choose", "hold"):
        settings.pop(kind, None)
    if written not in KINDS and written in ("wait", "sense", "guard", "query"):
        settings["written_kind"] = written
    if written == "decide":
        choices = [_words(child["text"]) for child in item["children"] if child["kind"] == "choice"]
        settings["choices"] = choices or ["yes", "no"]
    return settings


def _words(text: str) -> str:
    return " ".join(text.partition("\n")[0].split())
