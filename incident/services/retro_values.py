"""A retro as plain values: what a script reads."""

from datetime import UTC, datetime, timedelta
from typing import Any

from incident.rules.retros import figures
from incident.rules.retros.answers import outcome
from incident.rules.retros.contradictions import contradictions
from incident.rules.retros.deviations import deviations
from incident.rules.retros.facts import Facts
from incident.rules.retros.gaps import gaps, silences
from incident.rules.retros.phases import phases
from incident.rules.retros.updates import discipline
from incident.services.retro_reading import Reading, Section
from incident.storage.retros import ActionItem


def values_of(reading: Reading, *, owed: bool) -> dict[str, Any]:
    incident, standing, facts = reading.incident, reading.standing, reading.facts
    return {
        "key": incident.key,
        "title": incident.title,
        "severity": incident.severity,
        "status": incident.status,
        "mode": incident.mode,
        "state": standing.state,
        "published_at": _time(standing.published_at if standing.state == "published" else None),
        "published_by": standing.published_by if standing.state == "published" else None,
        "owed": owed,
        "waived": incident.retro_waived,
        "times": {name: _time(moment) for name, moment in facts.times.items()},
        "figures": _figures(facts),
        "spans": [_span(span) for span in figures.spans(facts)],
        "gaps": _gaps(facts),
        "silences": _silences(facts),
        "updates": _updates(facts),
        "phases": _phases(facts),
        "contradictions": list(contradictions(facts)),
        "sections": [_section(section) for section in reading.sections],
        "pages": _pages(facts),
        "effects": _effects(facts),
        "values": _recorded(facts),
        "deviations": [
            {"kind": d.kind, "step": d.step, "title": d.title, "what": d.what, "checklist": d.slug}
            for d in deviations(facts)
        ],
        "action_items": [item_values(item) for item in reading.items],
    }


def item_values(item: ActionItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "text": item.text,
        "kind": item.kind,
        "step": item.step,
        "owner": item.owner,
        "due_on": item.due_on.isoformat() if item.due_on else None,
        "state": item.state,
        "link": item.link,
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": section.title,
        "text": section.text,
        "version": section.version,
        "edited": section.edited,
        "updated_at": _time(section.updated_at),
        "updated_by": section.updated_by or None,
        "questions": section.questions,
        "new_facts": list(section.new_facts),
        "gone_facts": list(section.gone_facts),
    }


def _figures(facts: Facts) -> list[dict[str, Any]]:
    return [
        {"value": h.value or None, "what": h.words, "question": h.question or None}
        for h in figures.headlines(facts)
    ]


def _span(span: figures.Span) -> dict[str, Any]:
    return {
        "name": span.name,
        "from": span.start_words,
        "to": span.end_words,
        "seconds": _seconds(span.length),
        "question": span.question or None,
    }


def _gaps(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "name": gap.name,
            "from": _time(gap.start.at),
            "to": _time(gap.end.at) if gap.end else None,
            "seconds": _seconds(gap.length),
        }
        for gap in gaps(facts)
    ]


def _silences(facts: Facts) -> list[dict[str, Any]]:
    return [
        {"from": _time(s.start), "to": _time(s.end), "seconds": _seconds(s.length)}
        for s in silences(facts)
    ]


def _updates(facts: Facts) -> dict[str, Any] | None:
    """Nothing where none was ever owed."""
    kept = discipline(facts)
    if kept is None:
        return None
    return {
        "written": kept.written,
        "due": kept.due,
        "on_time": kept.on_time,
        "longest_silence_seconds": _seconds(kept.longest),
    }


def _phases(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "name": phase.label,
            "from": _time(phase.start),
            "to": _time(phase.end),
            "seconds": _seconds(phase.length),
        }
        for phase in phases(facts)
    ]


def _pages(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "target": page.target,
            "step": page.step,
            "requested_by": page.requested_by,
            "promised_at": _time(page.promised_at),
            "acknowledged_at": _time(page.acknowledged_at),
            "acknowledged_by": page.acknowledged_by,
            "state": page.state,
            "outcome": outcome(page),
        }
        for page in facts.pages
    ]


def _effects(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "text": effect.text,
            "step": effect.step,
            "began_at": _time(effect.began_at),
            "ended_at": _time(effect.ended_at),
        }
        for effect in facts.effects
    ]


def _recorded(facts: Facts) -> list[dict[str, Any]]:
    told = [{"what": f.label, "value": f.value, "source": f.source} for f in facts.figures]
    seen = [
        {"what": v.title, "value": v.value, "source": f"step {v.step}"}
        for v in figures.values(facts)
    ]
    return [*told, *seen]


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def _time(moment: datetime | None) -> str | None:
    """UTC, to the second, or nothing."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
