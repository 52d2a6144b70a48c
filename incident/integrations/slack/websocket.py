"""A WebSocket to Slack: texts come in and go out, and a silent line is found to be dead.

The one in slack_sdk spins when the other side hangs up, sends no more than 64 kB, and can be cut
by nobody. This is as much of RFC 6455 as a client needs.
"""

import base64
import contextlib
import hashlib
import itertools
import secrets
import socket
import struct
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from incident.integrations.line import Line

CONNECT_SECONDS = 5.0
QUIET_SECONDS = 10.0
HEAD_SIZE = 16_384
LONGEST_TEXT = 4_000_000
ACCEPTED_WITH = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

MORE, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
LAST = 0x80


class Broken(OSError):
    """The other side does not speak as it should."""


class WebSocket:
    """Open from the beginning, or there is none: what hinders it is an OSError.

    One thread reads. Any thread may send, and `close` ends the reading.
    """

    def __init__(
        self,
        address: str,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._line, self._sending = Line(), Lock()
        self._quiet_seconds = quiet_seconds
        self._heard = bytearray()
        self._pieces = bytearray()
        self._socket = _connected(urlsplit(address), connect_seconds)
        try:
            self._line.take(self._socket)
            self._shake_hands(urlsplit(address))
            self._socket.settimeout(quiet_seconds)
        except BaseException:
            self.end()
            raise

    def read(self) -> str | None:
        """The next text, or None once the connection is over, whoever ended it."""
        try:
            return self._next_text()
        except (OSError, ValueError):
            return None

    def send(self, text: str) -> None:
        self._send(TEXT, text.encode())

    def close(self) -> None:
        """Quick enough for a signal handler: nobody is waited for."""
        self._line.cut()

    def end(self) -> None:
        """By whoever read from it, when there is nothing more to read."""
        self._line.end()
        self._socket.close()

    def _next_text(self) -> str | None:
        while True:
            kind, content, whole = self._frame()
            if kind == CLOSE:
                with contextlib.suppress(OSError):
                    self._send(CLOSE, content[:2])
                return None
            if kind == PING:
                self._send(PONG, content)
            elif kind in (TEXT, BINARY, MORE):
                self._pieces += content
                if len(self._pieces) > LONGEST_TEXT:
                    raise Broken("a text without end")
                if whole:
                    text, self._pieces = self._pieces.decode(errors="replace"), bytearray()
                    return text

    def _frame(self) -> tuple[int, bytes, bool]:
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._take(8))
        if second & LAST or length > LONGEST_TEXT:
            raise Broken("a frame that no server sends")
        return first & 0x0F, self._take(length), bool(first & LAST)

    def _take(self, length: int) -> bytes:
        while len(self._heard) < length:
            self._heard += self._more()
        taken = bytes(self._heard[:length])
        del self._heard[:length]
        return taken

    def _more(self) -> bytes:
        """After a long silence the other side is asked whether it is there, and then given up."""
        try:
            heard = self._socket.recv(65_536)
        except TimeoutError:
            self._send(PING, b"")
            heard = self._socket.recv(65_536)
        if not heard:
            raise Broken("it hung up")
        return heard

    def _send(self, kind: int, content: bytes) -> None:
        """A client hides every frame behind a mask; a server that sees none hangs up."""
        mask = secrets.token_bytes(4)
        length = len(content)
        if length < 126:
            head = struct.pack("!BB", LAST | kind, LAST | length)
        elif length < 1 << 16:
            head = struct.pack("!BBH", LAST | kind, LAST | 126, length)
        else:
            head = struct.pack("!BBQ", LAST | kind, LAST | 127, length)
        masked = bytes(
            byte ^ key for byte, key in zip(content, itertools.cycle(mask), strict=False)
        )
        with self._sending:
            self._socket.sendall(head + mask + masked)

    def _shake_hands(self, address: SplitResult) -> None:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._socket.sendall(_request(address, key).encode("ascii", "strict"))
        head = self._head()
        status, _, rest = head.partition("\r\n")
        if status.split(" ")[1:2] != ["101"]:
            raise Broken(f"it answered {status[:40]!r}")
        named = (line.partition(":") for line in rest.split("\r\n"))
        headers = {name.strip().lower(): value.strip() for name, _, value in named}
        if headers.get("sec-websocket-accept") != _accepted(key):
            raise Broken("it is no WebSocket")

    def _head(self) -> str:
        while b"\r\n\r\n" not in self._heard:
            if len(self._heard) > HEAD_SIZE:
                raise Broken("it answered without end")
            self._heard += self._socket.recv(4_096) or _hung_up()
        head, _, rest = bytes(self._heard).partition(b"\r\n\r\n")
        self._heard = bytearray(rest)
        return head.decode("latin-1")


def _hung_up() -> bytes:
    raise Broken("it hung up")


def _request(address: SplitResult, key: str) -> str:
    path = f"{address.path or '/'}{'?' + address.query if address.query else ''}"
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {address.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    )
    if any("\r" in line or "\n" in line for line in lines):
        raise Broken("its address is none")
    return "\r\n".join(lines) + "\r\n\r\n"


def _accepted(key: str) -> str:
    proof = hashlib.sha1(f"{key}{ACCEPTED_WITH}".encode(), usedforsecurity=False)
    return base64.b64encode(proof.digest()).decode()


def _connected(address: SplitResult, seconds: float) -> socket.socket:
    """Through the same proxy as every other request, if there is one."""
    secure, host = address.scheme == "wss", address.hostname or ""
    if not host or address.scheme not in ("ws", "wss"):
        raise Broken("its address is none")
    port = address.port or (443 if secure else 80)
    proxy = None if proxy_bypass(host) else getproxies().get("https" if secure else "http")
    through = urlsplit(proxy) if proxy else None
    towards = (through.hostname or "", through.port or 80) if through else (host, port)
    dialled = _dial(*towards, secure=secure, seconds=seconds)
    if through:
        dialled.set_tunnel(host, port)
    try:
        dialled.connect()
    except (HTTPException, ValueError) as error:
        raise Broken(f"it is out of reach: {error}") from error
    dialled.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected: socket.socket = dialled.sock
    return connected


def _dial(host: str, port: int, *, secure: bool, seconds: float) -> HTTPConnection:
    if not secure:
        return HTTPConnection(host, port, timeout=seconds)
    from incident.integrations.slack.web import trust

    return HTTPSConnection(host, port, timeout=seconds, context=trust())
