"""The strip: everything that must not be forgotten, in one line that is always visible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules import alarms
from incident.storage.effects import Effect
from incident.storage.incidents import Incident
from incident.storage.overviews import Overview
from incident.storage.targets import Target
from incident.web.screens.messages import Message
from incident.web.screens.runs import RunView

ALIVE_WITHIN = timedelta(seconds=15)
JUMP_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Item:
    """`since` counts up behind the text, `until` counts down. Without `href` it opens the sheet.

    `kind` tells the sender's item apart, whose `since` is kept fresh.
    """

    label: str
    text: str = ""
    tone: str = ""
    since: datetime | None = None
    until: datetime | None = None
    href: str = ""
    kind: str = ""


CALM = Item("", "Over: nobody is paged for it any more", "well")


def items(
    found: Overview,
    runs: Sequence[RunView],
    asked: Sequence[tuple[str, Message]],
    *,
    now: datetime,
) -> tuple[Item, ...]:
    """The sender is worth a word only while there is something to send."""
    last = (*_jump(found, now), _sender(found, now)) if found.incident.open else (CALM,)
    due = update(found.incident, now)
    return (*owed(found.effects, runs, asked, now=now), *due, *_health(found.targets), *last)


def owed(
    effects: Sequence[Effect],
    runs: Sequence[RunView],
    asked: Sequence[tuple[str, Message]],
    *,
    now: datetime,
) -> tuple[Item, ...]:
    """What is in effect, put off, or being paged."""
    return (*_effects(effects, now), *_deferred(runs), *_paging(asked))


def update(incident: Incident, now: datetime) -> Iterator[Item]:
    """When everybody who waits is owed news, and since when it has not come."""
    due_at, href = incident.update_due_at, f"/incidents/{incident.key}/updates"
    if due_at is not None and due_at > now:
        yield Item("Update due", "", "caution", until=due_at, href=href)
    elif due_at is not None:
        yield Item("Update overdue", "", "danger", since=due_at, href=href)


def overdue(effect: Effect, now: datetime) -> bool:
    """Whether a measure stayed in force longer than anybody meant it to."""
    longest = effect.max_seconds
    return longest is not None and now > effect.began_at + timedelta(seconds=longest)


def _effects(effects: Sequence[Effect], now: datetime) -> Iterator[Item]:
    for effect in effects:
        late = overdue(effect, now)
        yield Item(
            "Overdue" if late else "In effect",
            f"{effect.text},",
            "danger" if late else "caution",
            since=effect.began_at,
        )


def _deferred(runs: Sequence[RunView]) -> Iterator[Item]:
    deferred = [state for run in runs for state in run.states if state == "deferred"]
    if deferred:
        yield Item("Deferred", str(len(deferred)), "caution")


def _paging(asked: Sequence[tuple[str, Message]]) -> Iterator[Item]:
    for href, message in asked:
        if message.live and message.due_at is not None:
            label = f"No answer from {message.target},"
            yield Item(label, message.due, message.tone, until=message.due_at, href=href)
        elif message.live:
            yield Item(f"Paging {message.target}", message.due, message.tone, href=href)
        elif message.rings:
            is_asleep = alarms.is_asleep(message.sentence)
            label = "Nobody is at work," if is_asleep else "Nobody answered,"
            yield Item(label, "telephone them", "danger", href=href)
        elif message.failed:
            yield Item("Not paged", message.target, "danger", href=href)


def _health(targets: Sequence[Target]) -> Iterator[Item]:
    pageable = [target for target in targets if not target.proving]
    missing = [target.name for target in pageable if not target.connected]
    if len(missing) == len(pageable):
        yield Item("PagerDuty is not connected", tone="danger", href="/settings")
    elif missing:
        yield Item("", f"Not connected: {', '.join(missing)}", "quiet", href="/settings")


def _sender(found: Overview, now: datetime) -> Item:
    """A sign of life from the future is none: it is from before the clock was set back."""
    beat = found.beat_at
    is_alive = beat is not None and abs(now - beat) <= ALIVE_WITHIN
    return Item("", "", "well" if is_alive else "danger", since=beat, kind="sender")


def _jump(found: Overview, now: datetime) -> Iterator[Item]:
    jumped = found.jumped_at
    if jumped is not None and abs(now - jumped) <= JUMP_FOR:
        yield Item("Clock of the sender was set", "", "caution", since=jumped, kind="jump")
