"""Somebody who uses the desk over HTTP, and repeats what was not answered."""

import http.client
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

PATIENCE = 20.0


@dataclass
class Client:
    """Comes in by a token, through the door for scripts."""

    port: int
    token: str = ""

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "", timeout: float = 10
    ) -> tuple[int, Any]:
        """One request. Raises OSError or HTTPException when nobody answers."""
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        content: bytes | None = None
        if isinstance(body, str):
            headers["Content-Type"], content = "text/markdown", body.encode()
        elif body is not None:
            headers["Content-Type"], content = "application/json", json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(said) if said[:1] in (b"{", b"[") else said.decode()

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/healthz", timeout=1)[0] == 200
        except OSError:
            return False

    def insist(self, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        """Repeat the same request until somebody answers, as a browser or a script would."""
        key = key or uuid.uuid4().hex
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                status, said = self.ask(method, path, body, key=key)
            except (OSError, http.client.HTTPException):
                status, said = 0, "nobody answered"
            if 200 <= status < 300:
                return said
            if status >= 400 and status not in (429, 503):
                raise AssertionError(f"{method} {path} was answered {status}: {said}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path}: {status} {said}")
            time.sleep(0.02)
