"""The whole retro as one Markdown document, as it is exported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from incident.rules import spoken
from incident.rules.retros import figures
from incident.rules.retros.answers import outcome
from incident.rules.retros.contradictions import contradictions
from incident.rules.retros.deviations import deviations
from incident.rules.retros.escaped import contained, link, table, text
from incident.rules.retros.facts import Facts, Line
from incident.rules.retros.phases import phases
from incident.rules.retros.rows import Effect, Step


class Item(Protocol):
    """An action item as the document shows it."""

    text: str
    kind: str
    owner: str
    due_on: date | None
    state: str
    link: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the retro stands: draft or published, by whom, or why there will be none."""

    state: str
    published_at: datetime | None = None
    published_by: str = ""
    waived: str = ""


def document(
    facts: Facts,
    standing: Standing,
    sections: Sequence[tuple[str, str]],
    items: Sequence[Item],
) -> str:
    """`sections` are titles and Markdown, in order; the tables follow those they belong to."""
    tables = {
        "Response and timeline": _response(facts),
        "Fix": _effects(facts),
        "Impact": _impact(facts),
        "Learnings": _taught(facts),
        "Action items": _items(items),
    }
    parts = [_head(facts, standing), _figures(facts), _flags(facts)]
    for title, written in sections:
        parts += [f"## {title}", contained(written), *tables.get(title, [])]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(facts: Facts, standing: Standing) -> str:
    incident = facts.incident
    drill = "DRILL " if incident.mode == "drill" else ""
    level = f"SEV {incident.severity[3:]}" if incident.severity != "unset" else "SEV not set"
    told = f"{drill}{incident.key}, {level}, {incident.status}. {_standing(facts, standing)}"
    zone = f"Times are in {text(incident.zone)}."
    head = f"# {drill}{text(incident.title)}\n\n{told} {zone}"
    return "\n\n".join([head, *_together(facts)])


def _together(facts: Facts) -> list[str]:
    told = [f"{f.incident.key}, {text(f.incident.title)}" for f in facts.linked]
    return [f"Told together with {'; '.join(told)}."] if told else []


def _standing(facts: Facts, standing: Standing) -> str:
    if standing.waived:
        return f"Retro waived: {text(standing.waived)}."
    if standing.published_at is not None and standing.state == "published":
        when = spoken.moment(standing.published_at, facts.incident.zone)
        return f"Retro published {when} by {text(standing.published_by)}."
    return "Retro: draft."


def _figures(facts: Facts) -> str:
    rows = [(h.value or "not recorded", h.question or h.words) for h in figures.headlines(facts)]
    return table(("Figure", "What it is"), rows)


def _flags(facts: Facts) -> str:
    found = contradictions(facts)
    if not found:
        return ""
    flagged = "\n".join(f"> - {text(sentence)}" for sentence in found)
    return f"> **Dates that cannot all be true:**\n>\n{flagged}"


def _response(facts: Facts) -> list[str]:
    return [
        *_titled("Phases", _phases(facts)),
        *_titled("Times", _times(facts)),
        *_titled("Timeline", _timeline(facts)),
        *_steps(facts),
        *_titled("Pages", _pages(facts)),
    ]


def _titled(title: str, found: str) -> list[str]:
    return [f"### {title}", found] if found else []


def _phases(facts: Facts) -> str:
    rows = [
        (p.label, _at(facts, p.start), _at(facts, p.end), spoken.length(p.length), p.opens.text)
        for p in phases(facts)
    ]
    return table(("Phase", "From", "To", "Lasted", "Began with"), rows)


def _times(facts: Facts) -> str:
    rows = [
        (span.name, f"{span.start_words} → {span.end_words}", _length(span))
        for span in figures.spans(facts)
    ]
    return table(("Time", "From → to", "Took"), rows)


def _length(span: figures.Span) -> str:
    return spoken.length(span.length) if span.length is not None else span.question


def _timeline(facts: Facts) -> str:
    rows = [(_at(facts, line.at), _what(facts, line), line.actor) for line in facts.lines]
    return table(("When", "What", "Who"), rows)


def _what(facts: Facts, line: Line) -> str:
    """The words of the line, and that its time was put right or written down afterwards."""
    if line.written_at is not None:
        return f"{line.text} (time corrected; it said {_at(facts, line.written_at)})"
    late = (line.recorded_at - line.at).total_seconds() >= figures.WORTH_A_HEADLINE.total_seconds()
    return f"{line.text} (written down {_at(facts, line.recorded_at)})" if late else line.text


def _steps(facts: Facts) -> Iterator[str]:
    for one in (facts, *facts.linked):
        of = f" ({one.incident.key})" if one is not facts else ""
        for run in one.runs:
            rows = [_step(facts, step) for step in one.steps if step.run_id == run.id]
            found = table(("Step", "What", "Outcome", "Who", "When"), rows)
            title = f"Checklist: {text(run.title)}, revision {run.revision}{of}"
            yield from _titled(title, found)


def _step(facts: Facts, step: Step) -> tuple[str, ...]:
    said = step.value or step.reason or ""
    state = step.state.replace("_", " ")
    when = _at(facts, step.settled_at) if step.settled_at else ""
    ended = f"{state}: {said}" if said else state
    return (str(step.number), step.title, ended, step.settled_by or "", when)


def _pages(facts: Facts) -> str:
    rows = [
        (_at(facts, page.promised_at), page.target, page.requested_by, outcome(page))
        for page in facts.pages
    ]
    return table(("When", "Who was paged", "By", "What became of it"), rows)


def _effects(facts: Facts) -> list[str]:
    rows = [_effect(facts, effect) for effect in facts.effects]
    return _titled("Temporary measures", table(("Measure", "From", "To", "Lasted"), rows))


def _effect(facts: Facts, effect: Effect) -> tuple[str, ...]:
    if effect.ended_at is None:
        return (effect.text, _at(facts, effect.began_at), "still in effect", "")
    lasted = spoken.length(effect.ended_at - effect.began_at)
    return (effect.text, _at(facts, effect.began_at), _at(facts, effect.ended_at), lasted)


def _impact(facts: Facts) -> list[str]:
    seen = [(v.title, v.value, v.by, _at(facts, v.at)) for v in figures.values(facts)]
    told = [(f.label, f.value, f.actor, _at(facts, f.recorded_at)) for f in facts.figures]
    found = table(("What", "Value", "Recorded by", "When"), [*told, *seen])
    return _titled("Values recorded", found)


def _taught(facts: Facts) -> list[str]:
    rows = [
        (str(found.step or ""), found.title, found.what, found.slug) for found in deviations(facts)
    ]
    taught = table(("Step", "What", "What happened", "Checklist"), rows)
    return _titled("What the checklist taught us", taught)


def _items(items: Sequence[Item]) -> list[str]:
    rows = [
        (
            str(place),
            item.text,
            item.kind,
            item.owner,
            item.due_on.isoformat() if item.due_on else "",
            item.state,
            link(item.link),
        )
        for place, item in enumerate(items, 1)
    ]
    found = table(("No.", "What", "Kind", "Owner", "Due", "State", "Link"), rows)
    return [found] if found else ["Nobody has written down an action item."]


def _at(facts: Facts, moment: datetime) -> str:
    return spoken.moment(moment, facts.incident.zone)
