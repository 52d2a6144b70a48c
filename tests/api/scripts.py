"""A script that calls the API, for tests."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from incident import api, clock
from incident.services import tokens
from incident.storage.db import transaction
from tests.conftest import ADA


class Script:
    """Calls with its token. Addresses below /api may leave that out."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.app = app
        self.token = token
        self._client = app.test_client(use_cookies=False)

    def get(self, address: str, **how: Any) -> TestResponse:
        return self.call("GET", address, **how)

    def post(self, address: str, body: Any = None, *, key: str = "", **how: Any) -> TestResponse:
        """A POST of JSON. `key` is the Idempotency-Key."""
        headers = {**how.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        return self.call("POST", address, json={} if body is None else body, headers=headers, **how)

    def put(self, address: str, body: Any) -> TestResponse:
        return self.call("PUT", address, json=body)

    def patch(self, address: str, body: Any) -> TestResponse:
        return self.call("PATCH", address, json=body)

    def call(self, method: str, address: str, **how: Any) -> TestResponse:
        headers = dict(how.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        path = address if address.startswith(api.OURS) else f"/api{address}"
        return self._client.open(path, method=method, headers=headers, **how)


def a_token(name: str, role: str = "responder") -> str:
    with transaction() as session:
        return tokens.create(session, name=name, role=role, actor=ADA, at=clock.now())
