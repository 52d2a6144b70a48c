"""Sample incidents in every state, made by the same commands that people use, for the demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config import Config
from incident.delivery.notifiers import notifiers_for
from incident.delivery.worker import deliver_one
from incident.rules.permissions import Actor
from incident.services import effects, incidents, pages, people, roles, runs, slack_rules, steps
from incident.services import targets as target_services
from incident.services.incidents import Opening
from incident.services.slack_rules import RuleForm
from incident.services.targets import TargetForm
from incident.storage.db import transaction

OPERATOR = Actor("The demo", role="admin", source="cli")
MAYA = Actor("Maya", role="responder")
TOM = Actor("Tom", role="responder")
ADA = Actor("Ada", role="admin")
MEMBERS = {"Maya": "U0MAYA", "Tom": "U0TOM", "Ada": ""}
CHANNEL, CHANNEL_NAME = "C0EMERGENCY", "emergency"
ROUTING_KEY = "demo".ljust(32, "0")
PHONES = "Maya +49 30 5550101\nTom +49 30 5550102\nAda +49 30 5550103"


@dataclass
class Told:
    """An incident being told: each call is one command, some minutes after the one before."""

    key: str
    at: datetime
    config: Config

    def send(self) -> None:
        """What was reached is sent at the time of the telling, to the stand-ins."""
        moment = self.at + timedelta(seconds=0.4)
        for integration, make in notifiers_for(self.config).items():
            notifier = make()
            while deliver_one(
                notifier,
                integration=integration,
                owner="demo",
                clock=lambda: moment,
                public_url=self.config.public_url,
            ):
                continue

    @contextmanager
    def then(self, minutes: float = 1) -> Iterator[Session]:
        self.at += timedelta(minutes=minutes)
        with transaction() as session:
            yield session

    def tick(self, number: int, actor: Actor, value: str = "", minutes: float = 1) -> None:
        with self.then(minutes) as session:
            steps.complete(
                session,
                incident_key=self.key,
                number=number,
                actor=actor,
                at=self.at,
                value=value,
            )

    def say(self, text: str, actor: Actor, minutes: float = 1, *, key_moment: bool = False) -> None:
        with self.then(minutes) as session:
            incidents.tell(
                session,
                incident_key=self.key,
                text=text,
                actor=actor,
                at=self.at,
                key_moment=key_moment,
            )

    def take(self, role: str, actor: Actor) -> None:
        with self.then(0.5) as session:
            roles.take(session, incident_key=self.key, name=role, actor=actor, at=self.at)

    def move(self, action: str, actor: Actor, minutes: float = 1, reason: str = "") -> None:
        with self.then(minutes) as session:
            incidents.move(
                session,
                incident_key=self.key,
                action=action,
                actor=actor,
                at=self.at,
                reason=reason,
            )


def load(config: Config, now: datetime) -> None:
    """Everything a visitor finds: people, a connected target, an armed rule, six incidents."""
    _people(now)
    _connections(now)
    _closed_certificate(config, now - timedelta(days=2))
    _declined_alarm(config, now - timedelta(hours=20))
    _resolved_comments(config, now - timedelta(hours=12))
    _live_notifications(config, now - timedelta(minutes=107))
    _drill(config, now - timedelta(minutes=31))
    _triage(config, now - timedelta(minutes=12))


def _people(now: datetime) -> None:
    """Colleagues to see on the timeline. Nobody can log in as one of them."""
    for name, member in MEMBERS.items():
        email = f"{name.lower()}@example.com"
        role = "admin" if name == "Ada" else "responder"
        with transaction() as session:
            token = people.invite(session, email=email, role=role, actor=OPERATOR, at=now)
            person = people.join(
                session, token=token, name=name, zone="Europe/Berlin", password_hash="", at=now
            )
            person.slack_id = member


def _connections(now: datetime) -> None:
    with transaction() as session:
        for name, what in (("primary", "Whoever is on call first."), ("mobile", "The app team.")):
            form = TargetForm(
                routing_key=ROUTING_KEY, description=what, phones=PHONES, phones_right=True
            )
            target_services.put(session, name=name, form=form, actor=OPERATOR, at=now)
        rule = RuleForm(
            target="primary",
            channel_name=CHANNEL_NAME,
            checklist="general-incident",
            grace_seconds=30,
            armed=True,
        )
        slack_rules.put(session, channel=CHANNEL, form=rule, actor=OPERATOR, at=now)


def _opened(config: Config, opening: Opening, actor: Actor, at: datetime) -> Told:
    with transaction() as session:
        incident = incidents.open_incident(session, opening, actor=actor, at=at)
        return Told(incident.key, at, config)


def _live_notifications(config: Config, at: datetime) -> None:
    told = _opened(
        config,
        Opening(
            title="Runaway push notifications",
            severity="sev3",
            summary="Users get random notifications since midnight.",
            zone="Europe/Berlin",
            started_at=at - timedelta(minutes=20),
        ),
        MAYA,
        at,
    )
    told.take("commander", TOM)
    with told.then(2) as session:
        runs.attach(
            session,
            incident_key=told.key,
            slug="runaway-notifications",
            actor=TOM,
            at=told.at,
            confirmed=True,
        )
    told.tick(1, MAYA, minutes=4)
    told.tick(2, MAYA, "yes", minutes=3)
    with told.then(1) as session:
        incidents.set_severity(
            session, incident_key=told.key, severity="sev2", actor=TOM, at=told.at
        )
    told.say("1.2 M keys still enqueued in Redis, despite yesterday’s deploy.", MAYA, minutes=20)
    told.tick(3, MAYA, minutes=8)
    told.send()
    told.tick(5, MAYA, minutes=30)
    with told.then(2) as session:
        steps.defer(
            session,
            incident_key=told.key,
            number=6,
            actor=MAYA,
            at=told.at,
            reason="the worker class is shared",
        )
    told.tick(7, MAYA, minutes=20)


def _resolved_comments(config: Config, at: datetime) -> None:
    told = _opened(
        config,
        Opening(
            title="Comments fail to post",
            severity="sev2",
            summary="The comment form freezes after pressing Submit.",
            zone="Europe/Berlin",
            started_at=at - timedelta(hours=11),
            first_signal_at=at - timedelta(hours=10),
            checklists=("bad-deploy",),
        ),
        MAYA,
        at,
    )
    told.take("commander", ADA)
    told.tick(1, MAYA, minutes=3)
    told.tick(2, MAYA, minutes=2)
    with told.then(1) as session:
        steps.answer(session, incident_key=told.key, number=3, actor=MAYA, at=told.at, value="no")
    with told.then(1) as session:
        steps.answer(session, incident_key=told.key, number=5, actor=MAYA, at=told.at, value="no")
    told.say("The pull request dropped the user scope.", MAYA, minutes=18, key_moment=True)
    told.move("identify", MAYA)
    told.tick(7, MAYA, minutes=4)
    told.tick(8, TOM, minutes=1)
    told.tick(9, MAYA, minutes=6)
    told.tick(10, MAYA, "0", minutes=5)
    told.move("mitigate", MAYA)
    with told.then(1) as session:
        steps.override(
            session,
            incident_key=told.key,
            number=11,
            actor=MAYA,
            at=told.at,
            reason="nothing is cached here",
        )
    told.tick(12, MAYA, minutes=12)
    told.tick(13, MAYA, "yes", minutes=2)
    told.say("934 comments were affected.", MAYA, minutes=10)
    told.move("resolve", ADA, minutes=4)


def _closed_certificate(config: Config, at: datetime) -> None:
    told = _opened(
        config, Opening(title="Certificate expired on staging", severity="sev4"), TOM, at
    )
    told.say("Renewed by hand; the timer was never installed.", TOM, minutes=14)
    told.move("resolve", TOM, minutes=4)
    told.move("close", TOM, minutes=30)


def _declined_alarm(config: Config, at: datetime) -> None:
    opening = Opening(
        title="Is the site slow for anybody else?",
        status="triage",
        source="slack",
        reporter="Sam",
        slack_channel=CHANNEL,
    )
    told = _opened(config, opening, Actor("Sam", role="reporter", source="slack"), at)
    told.move("decline", MAYA, minutes=6, reason="hotel network; all figures are normal")


def _drill(config: Config, at: datetime) -> None:
    opening = Opening(title="Database primary lost", severity="sev2", mode="drill")
    told = _opened(config, opening, ADA, at)
    told.take("commander", MAYA)
    with told.then(1) as session:
        runs.attach(
            session,
            incident_key=told.key,
            slug="general-incident",
            actor=MAYA,
            at=told.at,
            confirmed=True,
        )
    told.tick(1, MAYA, minutes=2)
    told.tick(2, MAYA, minutes=3)
    with told.then(1) as session:
        effects.put_in_force(
            session,
            incident_key=told.key,
            text="Writes are read-only (pretended)",
            undo="Lift read-only",
            actor=MAYA,
            at=told.at,
        )


def _triage(config: Config, at: datetime) -> None:
    opening = Opening(
        title="Checkout p95 above 2 s",
        severity="sev3",
        status="triage",
        source="api",
        reporter="Latency monitor",
    )
    told = _opened(config, opening, Actor("Latency monitor", role="responder", source="api"), at)
    with told.then(1) as session:
        pages.page(
            session,
            incident_key=told.key,
            target="primary",
            actor=Actor("Latency monitor", role="responder", source="api"),
            at=told.at,
        )
    told.send()
