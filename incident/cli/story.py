"""Tells incidents that have happened: every command at its time, every message sent."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.delivery.worker import deliver_one
from incident.integrations.notifier import Notifier
from incident.rules import conditions
from incident.rules.permissions import Actor
from incident.services import effects, incidents, pages, roles, steps
from incident.services.incidents import Opening
from incident.storage import claims
from incident.storage import effects as effect_rows
from incident.storage import incidents as incident_rows
from incident.storage import steps as step_rows
from incident.storage.db import reading, transaction
from incident.storage.steps import Step

MAYA = Actor("Maya", role="admin")
TOM = Actor("Tom")
SAM = Actor("Sam")
SEEN = ("yes", "no", "0", "1204")
PACE = (35, 80, 20, 140, 55)


class Story:
    """`at` is the time of the next command. `notifiers` send what is due by then."""

    def __init__(self, notifiers: dict[str, Notifier], *, at: datetime, public_url: str) -> None:
        self.at = at
        self._notifiers = notifiers
        self._public_url = public_url
        self._told = 0

    def wait(self, **units: float) -> None:
        self.at += timedelta(**units)

    def declare(self, title: str, *, checklist: str = "", by: Actor = MAYA, **known: str) -> str:
        opening = Opening(title=title, checklists=(checklist,) if checklist else (), **known)  # type: ignore[arg-type]
        with transaction() as session:
            key = incidents.open_incident(session, opening, actor=by, at=self.at).key
        self._pass_time()
        return key

    def command(self, key: str, who: Actor) -> None:
        self._do(roles.take, key, by=who, name="commander")

    def follow(self, key: str, count: int, *, by: Actor) -> None:
        """Settle the next `count` steps as they come. Whoever is paged answers before a hold."""
        for _ in range(count):
            step = self._current(key)
            if step is None:
                return
            if step.kind == "hold":
                self._answer_pages(key, by=TOM)
            if step.kind == "decide":
                self._do(steps.answer, key, by=by, number=step.number, value=_choice(step))
            else:
                self._do(steps.complete, key, by=by, number=step.number, value=_seen(step))

    def defer(self, key: str, reason: str, *, by: Actor) -> None:
        step = self._current(key)
        if step is not None and step.kind == "hold":
            self.follow(key, 1, by=by)
            step = self._current(key)
        if step is not None:
            self._do(steps.defer, key, by=by, number=step.number, reason=reason)

    def note(self, key: str, text: str, *, by: Actor) -> None:
        self._do(incidents.tell, key, by=by, text=text)

    def move(self, key: str, action: str, *, by: Actor, **why: str) -> None:
        self._do(incidents.move, key, by=by, action=action, **why)

    def end_effects(self, key: str, *, by: Actor) -> None:
        with reading() as session:
            found = effect_rows.of_incident(session, incident_rows.id_of(key))
        for effect in found:
            if effect.ended_at is None:
                self._do(effects.end, key, by=by, effect_id=effect.id)

    def _answer_pages(self, key: str, *, by: Actor) -> None:
        with reading() as session:
            found = step_rows.of_incident(session, incident_rows.id_of(key))
        for step in found:
            if step.kind == "page" and step.state == "waiting":
                self._do(pages.acknowledge, key, by=by, number=step.number)

    def _do(self, command: Callable[..., object], key: str, *, by: Actor, **asked: object) -> None:
        with transaction() as session:
            command(session, incident_key=key, actor=by, at=self.at, **asked)
        self._pass_time()

    def _pass_time(self) -> None:
        self._told += 1
        self.wait(seconds=1.4)
        for integration, notifier in self._notifiers.items():
            while self._is_due(integration) and self._sent(integration, notifier):
                pass
        self.wait(seconds=PACE[self._told % len(PACE)])

    def _is_due(self, integration: str) -> bool:
        with reading() as session:
            due_at = claims.next_due_at(session, integration, self.at)
        return due_at is not None and due_at <= self.at

    def _sent(self, integration: str, notifier: Notifier) -> bool:
        return deliver_one(
            notifier,
            integration=integration,
            owner="story",
            clock=lambda: self.at,
            public_url=self._public_url,
        )

    def _current(self, key: str) -> Step | None:
        with reading() as session:
            return _first(session, key)


def _first(session: Session, key: str) -> Step | None:
    found = step_rows.of_incident(session, incident_rows.id_of(key))
    return next((step for step in found if step.state == "current"), None)


def _choice(step: Step) -> str:
    choices = step.settings.get("choices") or ("no",)
    return str(choices[-1])


def _seen(step: Step) -> str:
    expected = step.settings.get("expect")
    if not expected:
        return ""
    return next(value for value in SEEN if conditions.matches(str(expected), value))
