"""Asks Slack one thing at a time, and reads what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from incident.integrations import waits
from incident.integrations.line import Line

PAGE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` is Slack's own word, "" when all is well. `status` is 0 when nothing came back.

    `heard` means that Slack may have done what it was asked, whatever it says now. `scopes` is
    what the token may do, where Slack told.
    """

    status: int
    error: str
    data: Mapping[str, Any] = field(default_factory=dict)
    after: timedelta | None = None
    heard: bool = False
    scopes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.error


class Client:
    """One attempt's conversation with Slack, which may take a few questions."""

    def __init__(
        self, api_url: str, token: str, *, connect_timeout: float = 3, read_timeout: float = 4
    ) -> None:
        self._api_url, self._token = api_url, token
        self._timeouts = {"connect_timeout": connect_timeout, "read_timeout": read_timeout}
        self._line = Line()

    def ask(self, method: str, **arguments: Any) -> Answer:
        """Slack's answer, or that there was none. Expected trouble is no exception."""
        from incident.integrations.slack import web

        if not (self._token.isascii() and self._token.isprintable()):
            return Answer(0, "not_allowed_token_type")
        line = self._line
        line.reached = False
        try:
            asking = web.OneRequest(self._api_url, self._token, line=line, **self._timeouts)
            status, headers, data = asking.ask(method, arguments)
        except web.NoAnswer:
            return Answer(0, "no_answer", heard=line.reached)
        finally:
            line.end()
        error = "" if data.get("ok") is True and status == 200 else _error(status, data)
        scopes = tuple(one.strip() for one in headers.get("x-oauth-scopes", "").split(",") if one)
        return Answer(
            status, error, data, after=waits.asked_for(headers), heard=True, scopes=scopes
        )

    def page_of_messages(
        self, channel: str, *, thread_ts: str = "", since: str = "", cursor: str = ""
    ) -> Answer:
        """Messages of a channel, newest first, or of a thread, oldest first; with metadata."""
        arguments: dict[str, Any] = {
            "channel": channel,
            "include_all_metadata": True,
            "limit": PAGE_LENGTH,
            "oldest": since or None,
            "cursor": cursor or None,
        }
        if thread_ts:
            return self.ask("conversations.replies", ts=thread_ts, **arguments)
        return self.ask("conversations.history", **arguments)

    def page_of_channels(self, *, cursor: str = "") -> Answer:
        return self.ask(
            "conversations.list",
            types="public_channel,private_channel",
            exclude_archived=True,
            limit=PAGE_LENGTH,
            cursor=cursor or None,
        )

    def hang_up(self) -> None:
        """Nothing more is asked after this, whatever the attempt still had in mind."""
        self._line.cut()


def _error(status: int, data: Mapping[str, Any]) -> str:
    if status == 429:
        return "ratelimited"
    said = data.get("error")
    return said[:100] if isinstance(said, str) and said else "unreadable_answer"
