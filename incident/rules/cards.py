"""The live card in Slack: what it says of an incident as it is now, and what can be pressed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from incident.rules import card_parts as parts
from incident.rules import card_steps, spoken
from incident.rules.card_parts import Part, Span
from incident.rules.card_steps import RunSeen
from incident.rules.words import shortened

TITLE_LENGTH = 300
LINE_LENGTH = 250
PEOPLE_LENGTH = 500
AT_MOST = 5
MINUTE, MINUTES = timedelta(minutes=1), timedelta(minutes=5)
TOOK = {
    "promised": "it is on its way to PagerDuty",
    "accepted": "PagerDuty took it, nobody has answered",
    "seen": "PagerDuty opened it, nobody has answered",
    "notified": "somebody was notified, nobody has answered",
}


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A page that somebody should answer. `then` follows at `due_at` unless somebody does."""

    id: int
    target: str
    state: str
    step: int | None = None
    due_at: datetime | None = None
    then: str = "the telephones"


@dataclass(frozen=True, slots=True)
class EffectSeen:
    text: str
    began_at: datetime
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What must be read at once, in capitals, and whom to telephone instead."""

    heading: str
    reasons: Sequence[str] = ()
    phones: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """An incident as its card tells it. `last_word` is how it ended, empty while it has not."""

    key: str
    title: str
    status: str
    severity: str = "unset"
    drill: bool = False
    commander: str = ""
    runs: Sequence[RunSeen] = ()
    pages: Sequence[PageSeen] = ()
    effects: Sequence[EffectSeen] = ()
    deferred: int = 0
    awake: Sequence[str] = ()
    alarm: Alarm | None = None
    update_due_at: datetime | None = None
    update_owed_by: str = ""
    last_word: str = ""

    @property
    def path(self) -> str:
        return f"/incidents/{self.key}"


@dataclass(frozen=True, slots=True)
class Card:
    """`text` is what a notification and a screen reader say. At `next_at` it reads otherwise,
    although nothing happens until then."""

    text: str
    parts: Sequence[Part]
    next_at: datetime | None = None
    ended: bool = False


def card(story: Story, at: datetime) -> Card:
    """How the card reads at `at`. Between two of its `next_at` it reads the same."""
    ended = bool(story.last_word)
    told = _ended(story) if ended else _live(story, at)
    next_at = None if ended else _next_at(story, at)
    return Card(_in_a_breath(story), tuple(told), next_at, ended)


def hidden(story: Story) -> Card:
    """Where not everybody may see the incident: that it is there, and the way to it."""
    text = f"{_drill(story)}{story.key} is private"
    told = parts.text(parts.bold(text), parts.plain(". "), parts.way(story.path, "Open the desk"))
    return Card(text, (told,), ended=bool(story.last_word))


def moved(story: Story, channel: str) -> Card:
    """What is left where the card stood before."""
    text = f"{_drill(story)}{story.key} is worked on elsewhere"
    told = parts.text(
        parts.bold(text),
        parts.plain(": "),
        parts.channel(channel),
        parts.plain(" · "),
        parts.way(story.path, "Open the desk"),
    )
    return Card(text, (told,), ended=bool(story.last_word))


def one_line(text: str, longest: int = LINE_LENGTH) -> str:
    return shortened(" ".join(text.split()), longest)


def _in_a_breath(story: Story) -> str:
    said = f"{_heading(story)}: {one_line(story.title, TITLE_LENGTH)}"
    if story.alarm is not None:
        return f"{said}. {story.alarm.heading}"
    step = next((run.step for run in story.runs if run.step is not None), None)
    if step is None or story.last_word:
        return said
    return f"{said}. Step {step.number}: {one_line(step.title)}"


def _live(story: Story, at: datetime) -> Iterator[Part]:
    yield _head(story)
    if story.alarm is not None:
        yield _alarm(story.alarm)
    yield from _paging(story, at)
    for run in story.runs[:AT_MOST]:
        yield from card_steps.told(run, story.key)
    if not story.runs:
        way = parts.way(story.path, "Attach one in the desk")
        yield parts.text(parts.plain("No checklist is followed yet. "), way)
    yield from _owed(story, at)
    update = parts.button("Write the update", "update", story.key)
    yield parts.row(parts.button("Page…", "card_page", story.key), update)


def _ended(story: Story) -> Iterator[Part]:
    yield _head(story)
    yield parts.text(parts.plain(one_line(story.last_word, TITLE_LENGTH)))
    if story.effects:
        yield parts.text(*_effects(story.effects, None))
    if story.deferred:
        yield parts.note(parts.plain(_deferred(story.deferred)))


def _head(story: Story) -> Part:
    commander = f"Commander: {one_line(story.commander)}"
    last = commander if story.commander else "Nobody commands yet"
    return parts.text(
        parts.bold(_heading(story)),
        parts.plain("\n"),
        parts.way(story.path, one_line(story.title, TITLE_LENGTH) or "No title"),
        parts.plain(f"\n{last}"),
    )


def _heading(story: Story) -> str:
    severity = "severity not set" if story.severity == "unset" else story.severity.upper()
    return f"{_drill(story)}{story.key} · {severity} · {story.status}"


def _drill(story: Story) -> str:
    return "DRILL " if story.drill else ""


def _alarm(alarm: Alarm) -> Part:
    reasons = [one_line(reason) for reason in alarm.reasons[:AT_MOST]]
    why = f": {'; '.join(reasons)}" if reasons else ""
    phones = [f"{one_line(name, 80)} {one_line(phone, 40)}" for name, phone in alarm.phones[:10]]
    numbered = [f"{place}. {phone}" for place, phone in enumerate(phones, 1)]
    call = ["Telephone, in this order:", *numbered] if numbered else [_NO_PHONES]
    return parts.text(parts.bold(alarm.heading), parts.plain("\n".join([f"{why}.", *call])))


_NO_PHONES = "No telephone numbers are kept: call whoever you know."


def _paging(story: Story, at: datetime) -> Iterator[Part]:
    for page in story.pages[:AT_MOST]:
        yield parts.text(*_page(page, at))
    buttons = [_take(story, page) for page in story.pages[:AT_MOST]]
    if buttons:
        yield parts.row(*buttons)


def _page(page: PageSeen, at: datetime) -> Iterator[Span]:
    where = f"Step {page.step}: paging" if page.step is not None else "Paging"
    yield parts.bold(f"{where} {one_line(page.target)}")
    yield parts.plain(f": {TOOK.get(page.state, 'nobody has answered')}.")
    if page.due_at is not None:
        yield parts.plain(" Unless somebody does by ")
        yield parts.moment(page.due_at)
        yield parts.plain(f" ({_ahead(page.due_at, at)}): {one_line(page.then)}.")


def _take(story: Story, page: PageSeen) -> dict[str, str]:
    label = "I have it" if len(story.pages) == 1 else f"I have it: {page.target}"
    return parts.button(label, "card_have", f"{story.key}:{page.id}", style="primary")


def _owed(story: Story, at: datetime) -> Iterator[Part]:
    """What must not be forgotten."""
    if story.effects:
        yield parts.text(*_effects(story.effects, at))
    if story.update_due_at is not None:
        yield parts.text(*_update(story, story.update_due_at, at))
    said = [_deferred(story.deferred)] if story.deferred else []
    awake = shortened(", ".join(story.awake), PEOPLE_LENGTH)
    if awake:
        said.append(f"Awake: {awake}")
    elif not story.pages and story.alarm is None:
        said.append("Nobody is being paged")
    if said:
        yield parts.note(parts.plain(" · ".join(said)))


def _effects(effects: Sequence[EffectSeen], at: datetime | None) -> Iterator[Span]:
    """Without `at` nobody tells any more how long it has been."""
    for place, effect in enumerate(effects[:AT_MOST]):
        late = at is not None and effect.overdue_at is not None and effect.overdue_at <= at
        if place > 0:
            yield parts.plain("\n")
        yield parts.bold("OVERDUE" if late else "In effect")
        yield parts.plain(f": {one_line(effect.text)}, since ")
        yield parts.moment(effect.began_at)
        if at is not None:
            yield parts.plain(f" ({spoken.length(at - effect.began_at)})")
    if len(effects) > AT_MOST:
        yield parts.plain(f"\nand {len(effects) - AT_MOST} more in effect")


def _update(story: Story, due_at: datetime, at: datetime) -> Iterator[Span]:
    owed_by = f" from {story.update_owed_by}" if story.update_owed_by else ""
    if due_at <= at:
        yield parts.bold(f"Update overdue{owed_by}")
        yield parts.plain(", since ")
        yield parts.moment(due_at)
        return
    yield parts.plain(f"Update due{owed_by} at ")
    yield parts.moment(due_at)
    yield parts.plain(f" ({_ahead(due_at, at)})")


def _deferred(count: int) -> str:
    return f"{count} {'step' if count == 1 else 'steps'} deferred"


def _ahead(due_at: datetime, at: datetime) -> str:
    """Said once a minute at most: the moment beside it is exact."""
    left = due_at - at
    if left <= timedelta():
        return "now"
    return "within a minute" if left <= MINUTE else f"in {ceil(left / MINUTE)} min"


def _next_at(story: Story, at: datetime) -> datetime | None:
    """When a countdown has to be told anew: each minute of a page, else every few."""
    pages = [page.due_at for page in story.pages if page.due_at is not None]
    moments = [_next_of(due_at, at, MINUTE) for due_at in pages if due_at > at]
    if story.update_due_at is not None and story.update_due_at > at:
        moments.append(_next_of(story.update_due_at, at, MINUTES))
    if story.effects:
        moments.append(at + MINUTES)
    late = [effect.overdue_at for effect in story.effects if effect.overdue_at is not None]
    return min([*moments, *(moment for moment in late if moment > at)], default=None)


def _next_of(due_at: datetime, at: datetime, pace: timedelta) -> datetime:
    """The next whole step before the end, and the end itself."""
    left = due_at - at
    return due_at if left <= MINUTE else at + min(pace, left - MINUTE)
