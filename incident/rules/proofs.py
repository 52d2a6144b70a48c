"""What the checks of the pager path find, each as a sentence that says what to do about it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from incident.rules import spoken

AHEAD = timedelta(hours=24)
SHUT = {"disabled": "disabled", "maintenance": "in maintenance"}
CAN_WAKE = ("push_notification_contact_method", "phone_contact_method", "sms_contact_method")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check came to. `sentence` is empty when all is well.

    `grave`: because of it a page would wake nobody, or somebody too late.
    """

    subject: str
    name: str
    ok: bool = True
    sentence: str = ""
    grave: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """A PagerDuty service. `policy` is its escalation policy, by id and by name."""

    id: str
    name: str
    status: str
    policy: str
    policy_name: str


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's turn. Without a beginning it began long ago, without an end it lasts."""

    person: str
    name: str
    email: str
    zone: str
    level: int
    start: datetime | None = None
    end: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody can be reached: whether any of it wakes them, and their telephone."""

    wakes: bool
    phone: str = ""


def subject_of(target: str) -> str:
    return f"target {target}"


def of_key(target: str, *, connected: bool) -> Finding:
    if connected:
        return Finding(subject_of(target), "key")
    sentence = (
        f"{target} has no routing key: pages to it are not sent. "
        "Choose its service in Settings, PagerDuty."
    )
    return Finding(subject_of(target), "key", False, sentence, grave=True)


def of_service(target: str, service_id: str, service: Service | None) -> Finding:
    """Whether the service is there, and takes pages."""
    subject = subject_of(target)
    if not service_id:
        sentence = (
            f"Nobody knows which PagerDuty service {target} belongs to, so who is on call cannot "
            "be checked. Choose it in Settings, PagerDuty."
        )
        return Finding(subject, "service", False, sentence)
    if service is None:
        sentence = (
            f"PagerDuty has no service {service_id} any more, or the token may not see it. "
            f"Choose another for {target} in Settings, PagerDuty."
        )
        return Finding(subject, "service", False, sentence, grave=True)
    if service.status in SHUT:
        sentence = (
            f"The service {service.name} of {target} is {SHUT[service.status]}: a page to it wakes "
            "nobody. Open it in PagerDuty and end that."
        )
        return Finding(subject, "service", False, sentence, grave=True)
    return Finding(subject, "service", data={"service": service.name})


def of_on_call(
    target: str, service: Service, shifts: Sequence[Shift], *, at: datetime, zone: str
) -> Iterator[Finding]:
    """Whether somebody is on call now, and goes on being so for a day."""
    subject, gap = subject_of(target), first_gap(shifts, since=at)
    if gap == at:
        sentence = (
            f"The policy {service.policy_name} has nobody on call now: a page to {target} wakes "
            "nobody. Put somebody on its schedule in PagerDuty."
        )
        yield Finding(subject, "on_call", False, sentence, grave=True)
        return
    yield Finding(subject, "on_call")
    if gap is None:
        yield Finding(subject, "next_day")
        return
    sentence = (
        f"The policy {service.policy_name} has nobody on call from {_said(gap, at, zone)}. "
        f"Fill the gap in PagerDuty before then, or a page to {target} wakes nobody."
    )
    yield Finding(subject, "next_day", False, sentence, grave=True, data={"gap": gap.isoformat()})


def of_reach(target: str, shifts: Sequence[Shift], ways: Mapping[str, Ways]) -> Finding:
    """Whether everybody who takes a turn has something that rings. An e-mail wakes nobody."""
    silent = {s.person: s.name for s in shifts if s.person in ways and not ways[s.person].wakes}
    if not silent:
        return Finding(subject_of(target), "reach")
    names = ", ".join(sorted(silent.values()))
    is_one = len(silent) == 1
    sentence = (
        f"{names} {'is' if is_one else 'are'} on call for {target} without an app, a telephone or "
        f"SMS in PagerDuty, so nothing rings. Add one in {'their' if is_one else 'each'} profile."
    )
    return Finding(subject_of(target), "reach", False, sentence, grave=True)


def first_gap(shifts: Iterable[Shift], *, since: datetime) -> datetime | None:
    """The first moment within a day when it is nobody's turn."""
    reached, until = since, since + AHEAD
    for shift in sorted(shifts, key=lambda shift: shift.start or since):
        if shift.start is not None and shift.start > reached:
            break
        if shift.end is None:
            return None
        reached = max(reached, shift.end)
    return reached if reached < until else None


def first_woken(shifts: Sequence[Shift], at: datetime) -> list[Shift]:
    """Whose telephones ring first: those on the lowest level that has anybody now."""
    now = [shift for shift in shifts if shift.covers(at)]
    lowest = min((shift.level for shift in now), default=0)
    by_person = {shift.person: shift for shift in now if shift.level == lowest}
    return list(by_person.values())


def as_kept(shifts: Sequence[Shift], ways: Mapping[str, Ways]) -> list[dict[str, str]]:
    """As a target keeps who is on call."""
    return [
        {
            "name": shift.name,
            "email": shift.email,
            "phone": ways[shift.person].phone if shift.person in ways else "",
            "zone": shift.zone,
            "until": shift.end.isoformat() if shift.end else "",
        }
        for shift in shifts
    ]


def _said(moment: datetime, at: datetime, zone: str) -> str:
    name = moment.astimezone(spoken.of(zone)).strftime("%Z")
    return f"{spoken.stamp(moment, zone, beside=at)} {name}"
