"""What the record itself has to say in each section. A line that begins with > asks a person."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from incident.rules import spoken
from incident.rules.progress import StepState
from incident.rules.retros import figures
from incident.rules.retros.answers import answered
from incident.rules.retros.deviations import deviations
from incident.rules.retros.escaped import text
from incident.rules.retros.facts import Facts, Line
from incident.rules.retros.gaps import Gap, gaps, silences
from incident.rules.retros.moments import moments
from incident.rules.retros.phases import phases

SECTIONS = {
    "summary": "Summary",
    "context": "Context",
    "problem": "Problem",
    "detection": "Detection",
    "response": "Response and timeline",
    "fix": "Fix",
    "impact": "Impact",
    "learnings": "Learnings",
    "actions": "Action items",
}
WORTH_A_QUESTION = timedelta(minutes=15)
MOST = 30
MOST_TURNS = 7


def draft(facts: Facts) -> dict[str, str]:
    """Every section, by name."""
    return {name: write(facts) for name, write in WRITERS.items()}


def questions(markdown: str) -> list[str]:
    """What a section still asks."""
    lines = (line.removeprefix(">").strip() for line in markdown.splitlines() if line[:1] == ">")
    return [line for line in lines if line.endswith(("?", "it."))]


def _summary(facts: Facts) -> str:
    said = text(facts.incident.summary)
    asked = "" if said else _ask("What happened, in two or three sentences, for a stranger?")
    return _paragraphs([said, _course(facts), asked])


def _course(facts: Facts) -> str:
    """From beginning to end in one sentence."""
    begun = facts.times["started"]
    told = [f"It began {_at(facts, begun)}"] if begun else []
    first = [m for m in moments(facts) if m.name in ("reported", "posted")][:1]
    turns = [m for m in moments(facts) if m.name in ("mitigated", "reopened", "resolved")]
    for moment in [*first, *turns[:MOST_TURNS]]:
        is_end = begun is not None and moment.name in ("mitigated", "resolved")
        after = f" after {spoken.length(moment.at - begun)}" if is_end and begun else ""
        subject = "was" if told else "It was"
        told.append(f"{subject} {moment.name} {_at(facts, moment.at)}{after}")
    return f"{'; '.join(told)}." if told else ""


def _context(facts: Facts) -> str:
    incident = facts.incident
    service = [f"Service: {text(incident.service)}"] if incident.service else []
    followed = [
        f"Checklist followed: {text(run.title)}, revision {run.revision}"
        for one in (facts, *facts.linked)
        for run in one.runs
    ]
    service += [
        f"Told together with {other.incident.key}: {text(other.incident.title)}"
        for other in facts.linked
    ]
    asked = _ask("What does this part do for people, and how does it behave normally?")
    return _paragraphs([_list([*service, *followed, *_roles(facts)]), asked])


def _roles(facts: Facts) -> Iterator[str]:
    for line in facts.lines:
        if line.kind in ("role_taken", "role_handed_over"):
            role, person = str(line.data.get("role")), str(line.data.get("person"))
            yield f"{text(role).capitalize()}: {text(person)}, from {_at(facts, line.at)}"


def _problem(facts: Facts) -> str:
    causes = [_told(facts, line) for line in facts.lines if line.kind == "incident_identified"]
    asked = ["What did people see?", "What set it off, and what else contributed?"]
    return _paragraphs([_list(causes), _ask(*asked)])


def _detection(facts: Facts) -> str:
    signal = [
        f"{text(m.text)}, {_at(facts, m.at)}" for m in moments(facts) if m.name == "reported"
    ][:1]
    waits = [_gap(facts, gap) for gap in gaps(facts)]
    pages = [answered(page, facts) for page in facts.pages]
    asked = [_why(gap) for gap in gaps(facts) if gap.length >= WORTH_A_QUESTION]
    asked += [] if facts.pages else [figures.unpaged(facts)]
    asked.append("What should have told us first, and sooner?")
    return _paragraphs([_list([*signal, *waits, *pages]), _ask(*asked)])


def _gap(facts: Facts, gap: Gap) -> str:
    ends = _at(facts, gap.end.at, beside=gap.start.at) if gap.end else "the end of the record"
    when = f"from {_at(facts, gap.start.at)} to {ends}"
    return f"**{gap.name}: {spoken.length(gap.length)}**, {when}"


def _why(gap: Gap) -> str:
    """The question that a wait asks."""
    waited = spoken.length(gap.length)
    if gap.end is None:
        return f"It was {gap.start.name}, and nobody ever answered. Why not?"
    if gap.start.name == "posted":
        return f"It was posted, and for {waited} nobody was reached. Why did nothing page?"
    if gap.start.name == "paged":
        return f"The page waited {waited}. Who was asleep, and who should have been next?"
    if gap.start.name == "seen":
        return f"It was seen, and for {waited} nobody else was told. What held that back?"
    return f"The report waited {waited}. Who would have had to look, and where?"


def _response(facts: Facts) -> str:
    told = [_told(facts, line) for line in facts.lines if line.key_moment or line.moment]
    named = {(gap.start.at, gap.until) for gap in gaps(facts)}
    asked = [
        f"Nothing is recorded from {_at(facts, silence.start)} to "
        f"{_at(facts, silence.end, beside=silence.start)} ({spoken.length(silence.length)}). "
        "What was happening, and who knew?"
        for silence in silences(facts)
        if (silence.start, silence.end) not in named
    ]
    return _paragraphs([_list(_few(told)), _list(_people(facts)), _ask(*asked[:MOST])])


def _people(facts: Facts) -> list[str]:
    """Who settled how many steps."""
    every_step = [step for one in (facts, *facts.linked) for step in one.steps]
    by = Counter(s.settled_by for s in every_step if s.settled_by and s.state != "pending")
    return [
        f"{text(name)} settled {count} step{'s' if count > 1 else ''}"
        for name, count in by.most_common()
    ]


def _fix(facts: Facts) -> str:
    kinds = ("incident_mitigated", "incident_reopened", "incident_resolved")
    told = [_told(facts, line) for line in facts.lines if line.kind in kinds]
    measures = [_effect(facts, place) for place in range(len(facts.effects))]
    asked = "Which of this is the lasting fix, and what was only there to stop the bleeding?"
    return _paragraphs([_list(told), _list(measures), _ask(asked)])


def _effect(facts: Facts, place: int) -> str:
    effect = facts.effects[place]
    since = f"{text(effect.text)}: in effect from {_at(facts, effect.began_at)}"
    if effect.ended_at is None:
        return f"{since}, and still"
    lasted = spoken.length(effect.ended_at - effect.began_at)
    return f"{since} for {lasted}, until {text(effect.ended_by or '')} undid it"


def _impact(facts: Facts) -> str:
    lasting = [f"{h.value} {h.words}" for h in figures.broken(facts) if h.value]
    levels = [
        f"{spoken.length(interval.length)} at {_severity(interval.severity)}"
        for interval in figures.severities(facts)
    ]
    counted = [f"{text(f.label)}: {text(f.value)}{_from(f.source)}" for f in facts.figures]
    seen = [
        f"{text(v.title)}: {text(v.value)}, seen by {text(v.by)} {_at(facts, v.at)}"
        for v in figures.values(facts)
    ]
    asked = [f"{question} Nobody recorded it." for _, question in figures.unanswered(facts)]
    asked += [figures.BLANKS["started"]] if facts.times["started"] is None else []
    return _paragraphs([_list([*counted, *seen, *lasting, *levels]), _ask(*asked)])


def _learnings(facts: Facts) -> str:
    asked = [_believed(facts, p.length, p.start) for p in phases(facts) if "Thought" in p.label]
    found = deviations(facts)
    if found:
        told = "once" if len(found) == 1 else f"{len(found)} times"
        asked.append(f"We left the checklist {told}: was the checklist wrong, or were we?")
    asked += [
        "What went well?",
        "What went badly?",
        "Where were we lucky?",
        "What surprised us, and why?",
    ]
    return _ask(*asked)


def _believed(facts: Facts, lasted: timedelta, since: datetime) -> str:
    return (
        f"For {spoken.length(lasted)} from {_at(facts, since)} it was thought to be over. "
        "What made us believe so, and what would have told us otherwise?"
    )


def _actions(facts: Facts) -> str:
    owed = [
        f"Step {s.number} is still deferred: {text(s.title)}"
        for s in facts.steps
        if s.state == StepState.DEFERRED
    ]
    owed += [f"Still in effect: {text(e.text)}" for e in facts.effects if e.ended_at is None]
    return _list(owed)


WRITERS: dict[str, Callable[[Facts], str]] = {
    "summary": _summary,
    "context": _context,
    "problem": _problem,
    "detection": _detection,
    "response": _response,
    "fix": _fix,
    "impact": _impact,
    "learnings": _learnings,
    "actions": _actions,
}


def _told(facts: Facts, line: Line) -> str:
    return f"{_at(facts, line.at)}: {text(line.text)}"


def _at(facts: Facts, moment: datetime, beside: datetime | None = None) -> str:
    zone = facts.incident.zone
    if beside is not None and spoken.day(beside, zone) == spoken.day(moment, zone):
        return spoken.clock(moment, zone)
    return spoken.moment(moment, zone)


def _severity(name: str) -> str:
    return f"SEV {name[3:]}" if name.startswith("sev") else "no severity"


def _from(source: str) -> str:
    return f" ({text(source)})" if source else ""


def _few(told: list[str]) -> list[str]:
    if len(told) <= MOST:
        return told
    return [*told[:MOST], f"and {len(told) - MOST} more, in the timeline"]


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _ask(*asked: str) -> str:
    return "\n>\n".join(f"> {question}" for question in asked)


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)
