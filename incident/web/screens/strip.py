"""The strip: everything that must not be forgotten, in one line that is always visible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.storage.effects import Effect
from incident.storage.targets import Target
from incident.web.screens.messages import Message
from incident.web.screens.runs import RunView


@dataclass(frozen=True, slots=True)
class Item:
    """`since` counts up behind the text, `until` counts down. Without `href` it opens the sheet."""

    label: str
    text: str = ""
    tone: str = ""
    since: datetime | None = None
    until: datetime | None = None
    href: str = ""


def items(
    effects: Sequence[Effect],
    runs: Sequence[RunView],
    asked: Sequence[tuple[str, Message]],
    targets: Sequence[Target],
    *,
    now: datetime,
) -> tuple[Item, ...]:
    return (*owed(effects, runs, asked, now=now), _health(targets))


def owed(
    effects: Sequence[Effect],
    runs: Sequence[RunView],
    asked: Sequence[tuple[str, Message]],
    *,
    now: datetime,
) -> tuple[Item, ...]:
    """What is in effect, put off, or being paged."""
    return (*_effects(effects, now), *_deferred(runs), *_paging(asked))


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
        if message.failed:
            yield Item("Not paged", message.target, "danger", href=href)
        elif message.again:
            label = f"Paging {message.target}"
            yield Item(label, message.due, "caution", until=message.due_at, href=href)


def _health(targets: Sequence[Target]) -> Item:
    connected = [target for target in targets if target.connected]
    if not connected:
        return Item("PagerDuty is not connected", tone="danger", href="/settings")
    if len(connected) < len(targets):
        missing = ", ".join(target.name for target in targets if not target.connected)
        return Item("", f"Not connected: {missing}", "quiet", href="/settings")
    return Item("", "PagerDuty is connected", "well")
