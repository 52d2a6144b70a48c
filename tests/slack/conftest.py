"""A channel that is a pull-cord, people who write in it, and what the desk makes of it."""

import json
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

import incident.clock
from app import create_app
from config import Config
from incident.delivery.asides import ASIDES
from incident.delivery.scheduler import Scheduler
from incident.storage import db, incidents, outbox, pages, signals, timeline
from incident.storage.db import reading, transaction
from incident.storage.outbox import Delivery
from incident.storage.people import Person
from incident.storage.signals import Signal
from incident.storage.slack_rules import SlackRule
from tests.conftest import START, Clock, a_checklist, connect_target
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.fakes.slack_events import (
    A_CHANNEL,
    a_button_press,
    a_change_event,
    a_deletion_event,
    a_mention_event,
    a_message_event,
    signed,
)

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
KEY = "only-for-tests-6b1f8e2d9c4a70535b02"
PHONES = [{"name": "Maya", "phone": "+1 555 0100"}, {"name": "Tom", "phone": "+1 555 0101"}]


class Desk:
    """The desk as Slack sees it: what is said and pressed goes in, what it posts comes out."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        self.app, self.clock = app, clock
        self._stamps = 0

    def stamp(self) -> str:
        self._stamps += 1
        return f"{int(self.clock().timestamp())}.{self._stamps:06}"

    def says(self, text: str = "Uploads are failing", **fields: Any) -> str:
        """Somebody writes in the channel. Returns the ts of the message."""
        fields.setdefault("ts", self.stamp())
        assert self.send(a_message_event(text, **fields)) == 200
        return str(fields["ts"])

    def mentions(self, text: str, **fields: Any) -> None:
        assert self.send(a_mention_event(text, **fields)) == 200

    def edits(self, text: str, *, ts: str, before: str = "Uploads") -> None:
        assert self.send(a_change_event(text, before=before, ts=ts, at=self.stamp())) == 200

    def deletes(self, text: str, *, ts: str) -> None:
        assert self.send(a_deletion_event(text, ts=ts, at=self.stamp())) == 200

    def send(self, payload: Any, **headers: str) -> int:
        return self.post("/slack/events", json.dumps(payload).encode(), **headers).status_code

    def presses(self, button: dict[str, str], *, user: str = "U0SAM", name: str = "sam") -> None:
        """A button as it stands in one of our messages."""
        payload = a_button_press(
            button["action"], button["value"], user=user, user_name=name, thread_ts="1.1"
        )
        body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
        kind = "application/x-www-form-urlencoded"
        assert self.post("/slack/actions", body, content_type=kind).status_code == 200

    def post(
        self, path: str, body: bytes, *, content_type: str = "application/json", **headers: str
    ) -> Any:
        given = signed(body, SECRET, self.clock()) | headers
        client = self.app.test_client()
        return client.post(path, data=body, headers=given, content_type=content_type)

    def wait(self, **units: float) -> None:
        """Time passes, and what is due happens."""
        self.clock.forward(**units)
        Scheduler(clock=self.clock).sweep()

    def receipt(self, key: str = "INC-1") -> Delivery:
        """How the receipt reads now."""
        return self.said(key, "/receipt/")[-1]

    def said(self, key: str, about: str = "") -> list[Delivery]:
        """What we promised to say in Slack about this incident."""
        with reading() as session:
            found = outbox.of_incident(session, incidents.id_of(key))
        return [d for d in found if d.integration == "slack" and about in d.intent_key]

    def pages(self, key: str = "INC-1") -> list[tuple[str, str, int]]:
        with reading() as session:
            found = pages.of_incident(session, incidents.id_of(key))
        return [(page.target, page.state, page.generation) for page in found]

    def lines(self, key: str = "INC-1") -> list[str]:
        with reading() as session:
            return [event.text for event in timeline.since(session, incidents.id_of(key), 0)]

    def incidents(self) -> list[str]:
        with reading() as session:
            return [f"{row.key} {row.status}" for row in incidents.newest(session)][::-1]

    def states(self) -> list[str]:
        """What became of everything that came in."""
        with reading() as session:
            return list(session.scalars(select(Signal.state).order_by(Signal.id)))

    def reasons(self) -> list[str]:
        with reading() as session:
            return [row.reason for row in signals.newest(session)][::-1]


def text_of(delivery: Delivery) -> str:
    return str(delivery.settings["text"])


def labels(delivery: Delivery) -> list[str]:
    return [button["label"] for button in delivery.settings["buttons"]]


def button(delivery: Delivery, label: str) -> dict[str, str]:
    return next(b for b in delivery.settings["buttons"] if b["label"] == label)


def a_rule(**fields: Any) -> None:
    given = {"channel": A_CHANNEL, "channel_name": "#emergency", "target": "primary"}
    given |= {"armed": True, "checklist": "", "created_at": START, "updated_at": START} | fields
    with transaction() as session:
        session.add(SlackRule(**given))


def a_responder(name: str = "Maya", slack_id: str = "U0MAYA", role: str = "responder") -> None:
    with transaction() as session:
        session.add(
            Person(
                name=name,
                email=f"{name.lower()}@example.org",
                role=role,
                slack_id=slack_id,
                created_at=START,
            )
        )


def general_checklist() -> str:
    with transaction() as session:
        return a_checklist(session, "Say that you have it", "Look at the first report")


@pytest.fixture(scope="session")
def slack_app() -> Flask:
    """Built once: only the database below it is another in every test."""
    config = Config(secret_key=KEY, slack_signing_secrets=f"old,{SECRET}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "connect", lambda _url: None)
        return create_app(config)


@pytest.fixture
def desk(
    database: Engine, slack_app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Desk]:
    """A desk with an armed rule for #emergency, a connected target, and Maya to answer."""
    monkeypatch.setattr(incident.clock, "now", clock)
    monkeypatch.setattr(outbox, "database_now", lambda _session, process_now: process_now)

    def build(*, connected: bool = True, **rule: Any) -> Desk:
        if connected:
            connect_target("primary", phones=PHONES)
        a_responder()
        a_rule(**rule)
        return Desk(slack_app, clock)

    return build


@pytest.fixture
def room(desk: Callable[..., Desk], clock: Clock) -> Iterator[Callable[..., Any]]:
    """The same desk with Slack's stand-in behind it: what Slack is asked aside is asked there."""
    from tests.slack.rooms import Room

    slack = FakeSlack(clock=clock)
    config = Config(secret_key=KEY, slack_api_url=slack.api_url, slack_bot_token=A_TOKEN)

    def build(**rule: Any) -> Room:
        found = Room(desk(**rule), slack)
        ASIDES.serve(config)
        found.lets_slack_answer()
        return found

    yield build
    ASIDES.serve(Config(secret_key=KEY))
    slack.stop()


@pytest.fixture
def one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes by the clock that the test moves."""
    monkeypatch.setattr(outbox, "database_now", lambda _session, process_now: process_now)


@pytest.fixture
def card(database: Engine, an_incident: Any, clock: Clock) -> Any:
    """An incident that follows these items in a channel of its own, and its card."""

    from tests.slack.card_desk import CardDesk, a_channel

    def make(*items: str, channel: bool = True, **opening: Any) -> Any:
        connect_target("primary", phones=PHONES)
        a_responder()
        key = an_incident(*items, **opening)
        if channel:
            a_channel(key)
        desk = CardDesk(key, clock)
        desk.look()
        return desk

    return make
