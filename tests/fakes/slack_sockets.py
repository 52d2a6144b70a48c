"""Slack's side of Socket Mode: it says hello, sends envelopes, and sends again what was not taken.

with FakeSlack() as slack, FakeSockets() as sockets:
    slack.socket_url = sockets.url
"""

import itertools
import json
import threading
from contextlib import suppress
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

SECONDS = 10.0


class FakeSockets:
    """`open` are the sockets of the app, oldest first. `acknowledged` is what came back, by the
    id of its envelope. `greets`: whether a new socket is told hello; `takes`: whether one is
    let in at all.
    """

    def __init__(self) -> None:
        self.open: list[ServerConnection] = []
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.pending: dict[str, dict[str, Any]] = {}
        self.deliveries: list[tuple[str, int]] = []
        self.nonsense: list[str] = []
        self.greets = self.takes = True
        self.opened = 0
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._server = serve(
            self._meet, "127.0.0.1", 0, compression=None, process_request=self._let_in
        )
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/link/?ticket=1-2"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def send(
        self, kind: str, payload: Any, *, over: int = 0, takes_answer: bool = False, id: str = ""
    ) -> str:
        """An envelope over one of the sockets; it is known by its id from then on."""
        id = id or f"envelope-{next(self._numbers)}"
        envelope = {
            "envelope_id": id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": takes_answer,
            "retry_attempt": 0,
            "retry_reason": "",
        }
        with self._changed:
            self.pending[id] = envelope
        self._say(envelope, over)
        return id

    def send_again(self, *, over: int = 0) -> list[str]:
        """Whatever nobody acknowledged, as Slack does after a few seconds."""
        with self._changed:
            waiting = list(self.pending.values())
        for envelope in waiting:
            envelope["retry_attempt"] += 1
            envelope["retry_reason"] = "timeout"
            self._say(envelope, over)
        return [envelope["envelope_id"] for envelope in waiting]

    def say_goodbye(self, reason: str = "refresh_requested", *, over: int = 0) -> None:
        said = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}
        self._say(said, over)

    def say(self, text: str, *, over: int = 0) -> None:
        """Anything at all."""
        self.open[over].send(text)

    def drop(self, over: int = 0) -> None:
        """The line goes dead without a word."""
        with suppress(OSError):
            self.open[over].socket.shutdown(2)

    def drop_all(self) -> None:
        """All of them at once."""
        for each in list(self.open):
            with suppress(OSError):
                each.socket.shutdown(2)

    def wait_for(self, how_many: int) -> None:
        """Until so many sockets are open."""
        self._wait(lambda: len(self.open) == how_many, f"{how_many} sockets")

    def wait_for_answer(self, id: str) -> dict[str, Any]:
        self._wait(lambda: id in self.acknowledged, f"an answer to {id}")
        return self.acknowledged[id]

    def _wait(self, is_so: Any, what: str) -> None:
        with self._changed:
            assert self._changed.wait_for(is_so, SECONDS), f"waited in vain for {what}"

    def stop(self) -> None:
        self.drop_all()
        self._server.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _let_in(self, connection: ServerConnection, _request: Any) -> Any:
        return None if self.takes else connection.respond(503, "not now")

    def _say(self, said: dict[str, Any], over: int) -> None:
        if "envelope_id" in said:
            with self._changed:
                self.deliveries.append((said["envelope_id"], said["retry_attempt"]))
        self.open[over].send(json.dumps(said))

    def _meet(self, connection: ServerConnection) -> None:
        with self._changed:
            self.opened += 1
            self.open.append(connection)
            self._changed.notify_all()
        with suppress(ConnectionClosed, OSError):
            if self.greets:
                hello = {"type": "hello", "num_connections": len(self.open)}
                connection.send(json.dumps(hello | {"connection_info": {"app_id": "A0DESK"}}))
            for said in connection:
                self._hear(str(said))
        with self._changed:
            self.open.remove(connection)
            self._changed.notify_all()

    def _hear(self, said: str) -> None:
        try:
            answer = json.loads(said)
            id = answer["envelope_id"]
        except (ValueError, TypeError, KeyError):
            self.nonsense.append(said)
            return
        with self._changed:
            self.acknowledged[id] = answer
            self.pending.pop(id, None)
            self._changed.notify_all()
