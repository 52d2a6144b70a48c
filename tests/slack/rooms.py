"""People who work from Slack: what they type, press and fill in, and what only they see."""

import json
import urllib.parse
from typing import Any

from incident.delivery.asides import ASIDES
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_events import A_CHANNEL, a_button_press
from tests.fakes.slack_requests import a_command, a_message_shortcut, a_submission
from tests.slack.conftest import Desk

FORM = "application/x-www-form-urlencoded"
Answer = dict[str, Any] | None


class Room:
    """A workspace with Slack's stand-in behind it. `told` is what the last request was answered."""

    def __init__(self, desk: Desk, slack: FakeSlack) -> None:
        self.desk, self.slack = desk, slack
        self.told: Answer = None

    def types(self, text: str, *, user: str = "U0MAYA", **fields: Any) -> str:
        """Somebody types /inc and this; what they see at once."""
        given = {"user_id": user, "user_name": user[2:].lower()} | self._asking() | fields
        self._sends("/slack/commands", dict(a_command(text, **given)))
        return said_in(self.told)

    def chooses(self, shortcut: str, message: dict[str, Any], **fields: Any) -> str:
        """Somebody calls a shortcut on a message; what only they see of it."""
        self._interacts(a_message_shortcut(shortcut, message, **self._asking(), **fields))
        return self.whispered

    def presses(self, label: str, *, user: str = "U0MAYA", within: Answer = None) -> str:
        """Somebody presses a button below the last answer that only they see."""
        pressed = button_in(within or self.told or self.slack.replies_by_url[-1], label)
        action, value = pressed["action_id"], pressed["value"]
        payload = a_button_press(action, value, user=user, **self._asking())
        payload["container"]["is_ephemeral"] = True
        self._interacts(payload)
        return self.whispered

    def fills_in(
        self, *, user: str = "U0MAYA", view: dict[str, Any] | None = None, **values: Any
    ) -> Answer:
        """Somebody sends the dialog that is open, or was, filled in like this."""
        named = {"user": user, "user_name": user[2:].lower()}
        self._interacts(a_submission(view or self.view, values, **named))
        if (self.told or {}).get("response_action") == "update":
            self.slack.change_view(self.view, self.told["view"])
        return self.told

    @property
    def view(self) -> dict[str, Any]:
        """The dialog that was opened last, as it reads now."""
        return self.slack.views[-1]

    @property
    def words_of_view(self) -> str:
        return said_in(self.view)

    @property
    def whispered(self) -> str:
        """What only the one who asked was told afterwards."""
        return said_in(self.slack.replies_by_url[-1]) if self.slack.replies_by_url else ""

    def lets_slack_answer(self) -> None:
        """Whatever is asked of Slack aside is done."""
        while ASIDES.do_one():
            pass

    def _asking(self) -> dict[str, str]:
        asked_at = self.slack.trigger()
        return {"trigger_id": asked_at, "response_url": self.slack.response_url()}

    def _interacts(self, payload: dict[str, Any]) -> None:
        self._sends("/slack/actions", {"payload": json.dumps(payload)})

    def _sends(self, path: str, form: dict[str, str]) -> None:
        answer = self.desk.post(path, urllib.parse.urlencode(form).encode(), content_type=FORM)
        assert answer.status_code == 200, answer.data
        self.told = answer.get_json() if answer.data else None
        self.lets_slack_answer()


def said_in(answer: Answer) -> str:
    """The words of a message or a dialog, without its buttons."""
    view = (answer or {}).get("view") or answer or {}
    blocks = [block for block in view.get("blocks", []) if block["type"] == "section"]
    return "\n".join(block["text"]["text"] for block in blocks)


def labels_in(answer: Answer) -> list[str]:
    return [button["text"]["text"] for button in _buttons(answer)]


def button_in(answer: Answer, label: str) -> dict[str, Any]:
    return next(button for button in _buttons(answer) if button["text"]["text"] == label)


def _buttons(answer: Answer) -> list[dict[str, Any]]:
    rows = [block for block in (answer or {})["blocks"] if block["type"] == "actions"]
    return [element for row in rows for element in row["elements"]]


CHANNEL = A_CHANNEL
