"""Looks at everything that a page passes through, without sending one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incident.integrations.pagerduty import account
from incident.integrations.pagerduty.account import Asking
from incident.integrations.pagerduty.rest import RestRefused, RestUnreachable
from incident.rules import proofs as rules
from incident.rules.proofs import AHEAD, Finding, Service, Shift, Ways

PEOPLE_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target that has to work."""

    name: str
    service_id: str
    connected: bool
    zone: str


@dataclass(slots=True)
class Seen:
    """What a round came to. `on_call` is by target; `whole` says that everything was asked."""

    findings: list[Finding] = field(default_factory=list)
    on_call: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    whole: bool = True


def look(rest: Asking | None, wanted: Sequence[Wanted], *, at: datetime) -> Seen:
    """Every target's key; and what PagerDuty says about it, where there is a token to ask with."""
    seen = Seen([rules.of_key(one.name, connected=one.connected) for one in wanted])
    if rest is None:
        seen.findings.append(Finding("pagerduty", "token", False, NOBODY_TO_ASK))
        return seen
    try:
        _ask(rest, wanted, seen, at=at)
        seen.findings.append(Finding("pagerduty", "token"))
    except RestRefused as refused:
        seen.findings.append(_refused(refused))
        seen.whole = False
    except RestUnreachable as silent:
        sentence = f"PagerDuty's REST API does not answer: {silent}"
        seen.findings.append(Finding("pagerduty", "token", False, sentence))
        seen.whole = False
    return seen


NOBODY_TO_ASK = (
    "There is no REST token, so nobody can say who is on call. Give one in Settings, PagerDuty."
)


def look_at_webhook(
    rest: Asking, number: str, url: str, before: Mapping[str, Any], *, at: datetime
) -> Finding:
    """Whether PagerDuty still tells us. It is switched on again once a day, not for ever."""
    found = account.subscription(rest, number)
    if found is None:
        return _webhook("The webhook is gone from PagerDuty. Make it again: Settings, PagerDuty.")
    if found.url != url:
        return _webhook(
            f"PagerDuty tells {found.url}, and this desk is at {url}. Make the webhook again in "
            "Settings, PagerDuty."
        )
    if found.is_on:
        return Finding("pagerduty", "webhook")
    enabled_at = before.get("enabled_at")
    if enabled_at and at - datetime.fromisoformat(enabled_at) < AHEAD:
        return _webhook(
            "PagerDuty has switched the webhook off twice within a day, because it got no answer "
            f"from {url}. See that it is reachable from outside, then make it again."
        )
    account.switch_on(rest, number)
    return _webhook(
        "PagerDuty had switched the webhook off, because it got no answer. It is on again now.",
        enabled_at=at.isoformat(),
    )


def _webhook(sentence: str, **data: str) -> Finding:
    return Finding("pagerduty", "webhook", False, sentence, data=data)


def _ask(rest: Asking, wanted: Sequence[Wanted], seen: Seen, *, at: datetime) -> None:
    asked = _Asked(rest, at)
    account.owner(rest)
    for one in wanted:
        for finding in _of_target(asked, one, seen, at=at):
            seen.findings.append(finding)


def _of_target(asked: "_Asked", one: Wanted, seen: Seen, *, at: datetime) -> Iterator[Finding]:
    service = asked.service(one.service_id) if one.service_id else None
    yield rules.of_service(one.name, one.service_id, service)
    if service is None:
        return
    shifts = asked.shifts(service.policy)
    yield from rules.of_on_call(one.name, service, shifts, at=at, zone=one.zone)
    ways = asked.ways(shifts)
    if shifts:
        yield rules.of_reach(one.name, shifts, ways)
    seen.on_call[one.name] = rules.as_kept(rules.first_woken(shifts, at), ways)


class _Asked:
    """Asks PagerDuty everything once, however many targets want to know it."""

    def __init__(self, rest: Asking, at: datetime) -> None:
        self._rest, self._at = rest, at
        self._services: dict[str, Service | None] = {}
        self._shifts: dict[str, list[Shift]] = {}
        self._ways: dict[str, Ways] = {}

    def service(self, number: str) -> Service | None:
        if number not in self._services:
            self._services[number] = account.service(self._rest, number)
        return self._services[number]

    def shifts(self, policy: str) -> list[Shift]:
        if policy not in self._shifts:
            until = self._at + AHEAD
            found = account.shifts(self._rest, policy, since=self._at, until=until)
            self._shifts[policy] = found
        return self._shifts[policy]

    def ways(self, shifts: Sequence[Shift]) -> dict[str, Ways]:
        people = list(dict.fromkeys(shift.person for shift in shifts))[:PEOPLE_AT_MOST]
        for person in people:
            if person not in self._ways:
                self._ways[person] = account.ways(self._rest, person)
        return {person: self._ways[person] for person in people}


def _refused(refused: RestRefused) -> Finding:
    """A token that is not taken any more is grave: nobody hears who answered a page."""
    if refused.status == 401:
        sentence = (
            "PagerDuty does not take the REST token any more (401): nobody knows who is on call, "
            "nor who answered. Give a new one in Settings, PagerDuty."
        )
        return Finding("pagerduty", "token", False, sentence, grave=True)
    sentence = f"PagerDuty refused to say who is on call ({refused.status}): {refused}"
    return Finding("pagerduty", "token", False, sentence)
