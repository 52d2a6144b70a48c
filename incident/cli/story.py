"""Tells incidents that have happened: every command at its time, every message sent."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.cli.voices import Message, Voices
from incident.delivery.worker import deliver_one
from incident.integrations.notifier import Notifier
from incident.rules import conditions
from incident.rules.incidents import Status
from incident.rules.permissions import Actor
from incident.services import (
    cards,
    channels,
    effects,
    incidents,
    kept_messages,
    pages,
    presses,
    roles,
    steps,
    update_clock,
    updates,
)
from incident.services.hands import Press
from incident.services.incidents import Opening
from incident.services.updates import Draft
from incident.storage import claims, timers
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

    def __init__(
        self,
        notifiers: dict[str, Notifier],
        *,
        at: datetime,
        public_url: str,
        voices: Voices | None = None,
    ) -> None:
        self.at = at
        self._voices = voices or Voices()
        self._notifiers = notifiers
        self._public_url = public_url
        self._told = 0

    def wait(self, **units: float) -> None:
        self.at += timedelta(**units)

    def declare(self, title: str, *, checklist: str = "", by: Actor = MAYA, **known: object) -> str:
        opening = Opening(title=title, checklists=(checklist,) if checklist else (), **known)  # type: ignore[arg-type]
        with transaction() as session:
            key = incidents.open_incident(session, opening, actor=by, at=self.at).key
        self._pass_time()
        return key

    def cry(self, text: str, *, channel: str, who: tuple[str, str]) -> tuple[str, Message]:
        """Somebody pulls the cord. Says which incident that opened, and what was said."""
        said = self._voices.say(text, channel=channel, who=who, at=self.at)
        self._pass_time()
        with reading() as session:
            return incident_rows.newest(session)[0].key, said

    def have_it(self, key: str, *, who: tuple[str, str]) -> None:
        """Somebody presses the button of the receipt."""
        pressed = Press("i_have_it", key, member=who[0], member_name=who[1])
        with transaction() as session:
            presses.press(session, pressed, at=self.at)
        self._pass_time()

    def say(self, text: str, *, channel: str, who: tuple[str, str]) -> Message:
        return self._voices.say(text, channel=channel, who=who, at=self.at)

    def reply(self, to: Message, text: str, *, who: tuple[str, str]) -> Message:
        place = {"channel": str(to["channel"]), "thread_ts": str(to["ts"])}
        return self._voices.say(text, who=who, at=self.at, **place)

    def keep(self, key: str, said: Message, *, by: Actor) -> None:
        """Somebody puts a message of any channel on the timeline."""
        channel, ts = str(said["channel"]), str(said["ts"])
        with transaction() as session:
            kept_messages.keep(
                session,
                key,
                channel=channel,
                ts=ts,
                by=by,
                way="shortcut",
                at=self.at,
                message=said,
            )
        self._pass_time()

    def show_card(self, key: str) -> None:
        with transaction() as session:
            cards.keep(session, incident_rows.lock(session, key), at=self.at)
        self._pass_time()

    def make_channel(self, key: str, *, by: Actor) -> None:
        self._do(channels.create, key, by=by)

    def update(self, key: str, draft: Draft, *, by: Actor) -> None:
        self._do(updates.write, key, by=by, draft=draft)

    def let_update_pass(self, key: str) -> None:
        """The time of the promised update comes, and nobody has written it."""
        with transaction() as session:
            incident = incident_rows.lock(session, key)
            for timer in timers.of_incident(session, incident.id):
                if timer.kind == update_clock.DUE:
                    self.at = max(self.at, timer.due_at)
                    update_clock.due(session, incident, timer, self.at)
                    timer.state, timer.settled_at = "fired", self.at
        self._pass_time()

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

    def grade(self, key: str, severity: str, *, by: Actor) -> None:
        self._do(incidents.set_severity, key, by=by, severity=severity)

    def move(self, key: str, action: str, *, by: Actor, **why: str) -> None:
        self._do(incidents.move, key, by=by, action=action, **why)

    def accept(self, key: str, *, by: Actor) -> None:
        """A report is taken up. Whoever answered its page may have done so already."""
        with reading() as session:
            waits = incident_rows.get(session, key).status == Status.TRIAGE
        if waits:
            self.move(key, "accept", by=by)

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
