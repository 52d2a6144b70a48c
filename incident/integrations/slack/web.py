"""Slack's own client, held to one request over a line that can be cut.

Imported by the first post that is sent: the library costs memory that a web process never needs.
"""

import contextlib
import functools
import json
import logging
import ssl
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from incident.integrations.line import Line

ANSWER_SIZE = 2_000_000
UNREADABLE = {"ok": False, "error": "unreadable_answer"}

# Slack reads these from a JSON body; the methods that only ask want a form.
TAKES_JSON = (
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.join",
    "views.open",
    "views.update",
)

# It logs every failed attempt as an error. The timeline tells that, in better words.
_quiet = logging.getLogger("slack_sdk")
_quiet.setLevel(logging.CRITICAL)


class NoAnswer(Exception):
    """Nothing came back."""


class OneRequest(WebClient):
    """Sends each request once, follows no redirect, and reads no endless answer."""

    def __init__(
        self, api_url: str, token: str, *, line: Line, connect_timeout: float, read_timeout: float
    ) -> None:
        super().__init__(token, api_url, retry_handlers=[], logger=_quiet)
        self._opener = OpenerDirector()
        for handler in (
            ProxyHandler(),
            UnknownHandler(),
            _Handler(line, connect_timeout, read_timeout),
        ):
            self._opener.add_handler(handler)

    def ask(self, method: str, arguments: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
        """Status, headers and data of Slack's answer, whatever it is. Raises NoAnswer."""
        answer: Any
        try:
            if method in TAKES_JSON:
                answer = self.api_call(method, json=arguments)
            else:
                answer = self.api_call(method, params=arguments)
        except SlackApiError as error:
            answer = error.response
        except (OSError, ValueError, HTTPException, SlackClientError) as error:
            raise NoAnswer from error
        return answer.status_code, answer.headers, answer.data

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """The one place where the library touches the network."""
        with self._opener.open(req) as answer:
            said = _readable(_beginning_of(answer))
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return {"status": answer.status, "headers": headers, "body": json.dumps(said)}


def _beginning_of(answer: HTTPResponse) -> bytes:
    content = b""
    with contextlib.suppress(OSError, HTTPException):
        while len(content) < ANSWER_SIZE and (piece := answer.read1(64 * 1024)):
            content += piece
    return content[:ANSWER_SIZE]


def _readable(content: bytes) -> dict[str, Any]:
    """The answer as the library expects it; it stumbles over anything but an object."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return UNREADABLE
    return said if isinstance(said, dict) else UNREADABLE


class _Watched(HTTPConnection):
    """Connects under one timeout and reads under another, over a line that can be cut."""

    line: Line
    read_timeout: float

    def connect(self) -> None:
        super().connect()
        self.line.take(self.sock)

    def ready(self) -> None:
        self.sock.settimeout(self.read_timeout)
        self.line.reached = True


class _Plain(_Watched):
    def connect(self) -> None:
        super().connect()
        self.ready()


class _Secure(HTTPSConnection, _Watched):
    """HTTPSConnection wraps in TLS what _Watched connected."""

    def connect(self) -> None:
        super().connect()
        self.ready()


class _Handler(HTTPHandler, HTTPSHandler):
    def __init__(self, line: Line, connect_timeout: float, read_timeout: float) -> None:
        super().__init__(context=trust())
        self._line = line
        self._timeouts = (connect_timeout, read_timeout)

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(functools.partial(self._dial, _Plain), req)

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(functools.partial(self._dial, _Secure, context=trust()), req)

    def _dial(self, kind: type[_Watched], host: str, **how: Any) -> HTTPConnection:
        connect_timeout, read_timeout = self._timeouts
        connection = kind(host, **how | {"timeout": connect_timeout})
        connection.line, connection.read_timeout = self._line, read_timeout
        return connection


@functools.cache
def trust() -> ssl.SSLContext:
    """Reading the authorities takes longer than a post, so it is done once."""
    return ssl.create_default_context()
