"""A server of ours on 127.0.0.1 that answers as a vendor would, or misbehaves as told."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Self
from urllib.parse import urlsplit

from incident.clock import now

LARGEST_BODY = 4_000_000


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    at: datetime
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """One way to misbehave. `taken` says whether the request has its effect all the same.

    `deaf` does not even listen to the body.
    """

    answer: Answer | None = None
    taken: bool = False
    deaf: bool = False
    reset: bool = False
    close: bool = False
    hang: float = 0
    drip: float = 0
    delay_before: float = 0
    delay_after: float = 0


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer `code`. What is accepted is taken, what is refused is not."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(Answer(code, body, named), taken=200 <= code < 300)


def rate_limited(seconds: int | str = 30) -> Fault:
    return status(429, Retry_After=str(seconds))


def redirect(to: str) -> Fault:
    return status(302, Location=to)


def reset(*, taken: bool = False) -> Fault:
    """Drop the connection hard, before or after the request had its effect."""
    return Fault(reset=True, taken=taken)


def deaf() -> Fault:
    """Drop the connection hard while the body is still on its way."""
    return Fault(deaf=True, reset=True)


def close(*, taken: bool = False) -> Fault:
    """Hang up without a word."""
    return Fault(close=True, taken=taken)


def hang(seconds: float = 30, *, taken: bool = False) -> Fault:
    """Say nothing for so long, then hang up."""
    return Fault(hang=seconds, close=True, taken=taken)


def drip(interval: float = 1, *, taken: bool = True) -> Fault:
    """Answer properly, one byte at a time."""
    return Fault(drip=interval, taken=taken)


def slow(*, before: float = 0, after: float = 0) -> Fault:
    """Answer properly, but wait before or after the request has its effect."""
    return Fault(delay_before=before, delay_after=after, taken=True)


class FakeServer:
    """Serves from a thread of its own until it is stopped. Also a context manager.

    `script` holds the faults of the next requests, `always` the fault of every one after them.
    With `tls` it speaks https.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        clock: Callable[[], datetime] = now,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.clock = clock
        self.requests: list[Request] = []
        self.script: list[Fault] = []
        self.always: Fault | None = None
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler_for(self))
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, request: Request) -> Answer:
        """What the vendor would answer, with all that follows. By itself it just says yes."""
        return Answer(200)

    def noticed(self, request: Request) -> None:
        """Every request that was heard whole, whatever becomes of it.

        One whose sender died over it is in `requests`, and nothing follows from it.
        """

    def is_deaf(self) -> bool:
        with self.lock:
            following = self.script[0] if self.script else self.always
        return following is not None and following.deaf

    def fault_for(self, request: Request) -> Fault | None:
        with self.lock:
            return self.script.pop(0) if self.script else self.always


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    block_on_close = False
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the play."""


class _Exchange(BaseHTTPRequestHandler):
    fake: FakeServer
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_POST(self) -> None:
        size = min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY)
        parts = urlsplit(self.path)
        is_deaf = self.fake.is_deaf()
        request = Request(
            at=self.fake.clock(),
            method=self.command,
            path=parts.path,
            query=parts.query,
            headers=dict(self.headers.items()),
            body=b"" if is_deaf else self.rfile.read(size),
        )
        is_whole = len(request.body) == size and not is_deaf
        with self.fake.lock:
            self.fake.requests.append(request)
            if is_whole:
                self.fake.noticed(request)
        if is_whole or is_deaf:
            self._play(request, self.fake.fault_for(request) or Fault(taken=True))
        else:
            self.close_connection = True

    do_GET = do_PUT = do_POST

    def log_message(self, *_: object) -> None:
        """The list of requests is the log."""

    def _play(self, request: Request, fault: Fault) -> None:
        wait = self.fake.stopping.wait
        wait(fault.delay_before)
        answer = fault.answer or Answer(200)
        if fault.taken:
            with self.fake.lock:
                proper = self.fake.answer(request)
            answer = fault.answer or proper
        wait(fault.delay_after + fault.hang)
        if fault.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if fault.reset or fault.close:
            self.close_connection = True
            self.connection.close()
        elif fault.drip:
            self._say_slowly(answer, fault.drip)
        else:
            self._say(answer)

    def _say(self, answer: Answer) -> None:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(answer.body))}
        self.send_response(answer.status)
        for name, value in (headers | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _say_slowly(self, answer: Answer, interval: float) -> None:
        self.close_connection = True
        start = f"HTTP/1.1 {answer.status} Slowly\r\nContent-Type: application/json\r\n\r\n"
        for byte in start.encode() + answer.body:
            self.wfile.write(bytes([byte]))
            if self.fake.stopping.wait(interval):
                break


def _handler_for(fake: FakeServer) -> type[_Exchange]:
    return type("Exchange", (_Exchange,), {"fake": fake})


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()
