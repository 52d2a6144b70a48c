"""Who will be woken: whom a target stands for at this moment, and how old that knowledge is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident.storage.targets import Target


@dataclass(frozen=True, slots=True)
class Sleeper:
    """Somebody on call, and where they are."""

    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Wake:
    """A target that may be paged. `as_of` is None where nobody has told us who is on call."""

    target: str
    description: str
    zone: str
    connected: bool
    everyone: bool
    people: tuple[Sleeper, ...]
    as_of: datetime | None
    trouble: str = ""

    @property
    def hours(self) -> str:
        """The zone of whoever is woken, else the target's; empty where they are in several."""
        zones = {person.zone for person in self.people} or {self.zone}
        return zones.pop() if len(zones) == 1 else ""


def wakes(targets: Sequence[Target], troubles: Mapping[str, str]) -> tuple[Wake, ...]:
    """Everybody who can be offered. `troubles` says by target why a page might wake nobody."""
    return tuple(_wake(t, troubles.get(t.name, "")) for t in targets if not t.proving)


def _wake(target: Target, trouble: str) -> Wake:
    return Wake(
        target=target.name,
        description=target.description,
        zone=target.zone,
        connected=target.connected,
        everyone=target.everyone,
        people=tuple(_sleeper(person, target.zone) for person in target.on_call),
        as_of=target.on_call_at,
        trouble=trouble,
    )


def _sleeper(person: Mapping[str, Any], zone: str) -> Sleeper:
    return Sleeper(str(person.get("name") or "Somebody"), str(person.get("zone") or zone))
