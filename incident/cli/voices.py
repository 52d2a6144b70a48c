"""What people said in Slack: it stands in the stand-in's channel, and the desk hears it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from incident.delivery import inbox

TEAM = "T0DESK"
PATIENCE = 5.0

Message = Mapping[str, Any]


@dataclass(slots=True)
class Voices:
    """`controls` is the address where the stand-in takes what people say; without one they are
    heard by the desk alone."""

    controls: str = ""
    said: list[Message] = field(default_factory=list)

    def say(
        self, text: str, *, channel: str, who: tuple[str, str], at: datetime, thread_ts: str = ""
    ) -> Message:
        """`who` are a member's id and name. The desk hears it at once."""
        ts = f"{int(at.timestamp())}.{len(self.said) + 1:06}"
        member, name = who
        message = {
            "type": "message",
            "user": member,
            "text": text,
            "ts": ts,
            "event_ts": ts,
            "team": TEAM,
            "channel": channel,
            "channel_type": "channel",
            "user_profile": {"display_name": name},
        } | ({"thread_ts": thread_ts} if thread_ts else {})
        self.said.append(message)
        self._show(message)
        self._tell(message, at)
        return message

    def _show(self, message: Message) -> None:
        if not self.controls:
            return
        place = "/".join(part for part in (message["channel"], message.get("thread_ts")) if part)
        said = {"text": message["text"], "user": message["user"], "place": place}
        form = urlencode(said | {"ts": message["ts"]}).encode()
        with urlopen(f"{self.controls}/messages", form, PATIENCE):  # noqa: S310 - our own stand-in
            pass

    def _tell(self, message: Message, at: datetime) -> None:
        payload = {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev-story-{message['ts']}",
            "event_time": int(at.timestamp()),
            "event": message,
        }
        inbox.receive(json.dumps(payload).encode(), payload, at=at)
