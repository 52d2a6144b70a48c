"""An incident with its card in Slack, as whoever looks at it and presses sees it."""

from sqlalchemy import select

from incident.delivery.card_keeper import CardKeeper
from incident.delivery.worker import deliver_one
from incident.integrations.notifier import Delivered
from incident.integrations.slack.card_blocks import blocks
from incident.services import incidents, presses
from incident.services.hands import Press
from incident.storage import incidents as incident_rows
from incident.storage import outbox
from incident.storage.db import reading, transaction
from incident.storage.incident_channels import IncidentChannel
from incident.storage.slack_cards import SlackCard
from tests.conftest import MAYA, START
from tests.delivery.notifiers import Told
from tests.integrations.slack.validators import assert_valid

OWN = "C0INC1"


class Taking(Told):
    """Slack, taking whatever it is asked for."""

    def send(self, message):
        self.answers.append(Delivered({"channel": message.target, "ts": "1625882340.000100"}))
        return super().send(message)


class CardDesk:
    """`look` is the keeper's next look, after which Slack takes what was promised."""

    def __init__(self, key, clock):
        self.key, self.clock, self.slack = key, clock, Taking()
        self.keeper = CardKeeper(clock=clock)

    def change(self, service, actor=MAYA, **asked):
        """Somebody does something elsewhere than on the card."""
        with transaction() as session:
            service(session, incident_key=self.key, actor=actor, at=self.clock(), **asked)

    def note(self, text="Looking"):
        self.change(incidents.tell, text=text)

    def look(self, **later):
        self.keep(**later)
        self.deliver(self.slack)

    def catch_up(self):
        """Until all is said: a channel is told one thing a second."""
        self.look()
        while any(delivery.state == "due" for delivery in self.promised()):
            self.look()

    def keep(self, **later):
        self.clock.forward(**(later or {"seconds": 4}))
        self.keeper.turn()

    def deliver(self, notifier, *, integration="slack"):
        while deliver_one(
            notifier,
            integration=integration,
            owner="worker-1",
            clock=self.clock,
            public_url="https://desk.example",
        ):
            pass

    def promised(self, key=""):
        """Every wording of the card, oldest first."""
        with reading() as session:
            sent = outbox.of_incident(session, incident_rows.id_of(key or self.key))
        return [delivery for delivery in sent if "card" in delivery.settings]

    def parts(self):
        return self.promised()[-1].settings["card"]

    def text(self):
        """What can be read on the card."""
        made = blocks(self.parts(), desk="https://desk.example")
        assert_valid(made)
        told = [block.get("text") or block.get("elements", [{}])[0] for block in made]
        return "\n".join(str(one["text"]) for one in told if one.get("type") == "mrkdwn")

    def elements(self):
        rows = [part["elements"] for part in self.parts() if part["kind"] == "row"]
        return [element for row in rows for element in row]

    def labels(self):
        return [one["label"] for one in self.elements() if "label" in one]

    def button(self, label):
        return next(one for one in self.elements() if one.get("label") == label)

    def chosen(self, label):
        """An entry of the menu of the step in hand, as if it were a button."""
        menu = next(one for one in self.elements() if one.get("menu") == "overflow")
        value = next(value for value, words in menu["options"] if words == label)
        return {"action": menu["action"], "value": value}

    def press(self, button, *, member="U0MAYA", name=""):
        """What whoever pressed it sees; NotAllowed comes through."""
        pressed = Press(button["action"], button["value"], member, name)
        with transaction() as session:
            return presses.press(session, pressed, at=self.clock())

    def row(self):
        with reading() as session:
            return session.scalars(select(SlackCard)).one()


def a_channel(key, channel=OWN, *, private=False, state="open"):
    with transaction() as session:
        session.add(
            IncidentChannel(
                incident_id=incident_rows.id_of(key),
                channel=channel,
                state=state,
                private=private,
                created_at=START,
                opened_at=START,
            )
        )
