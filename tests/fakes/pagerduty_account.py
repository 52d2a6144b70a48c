"""A PagerDuty account on a port of its own, without the Events API: for what only sets up."""

from typing import Any
from urllib.parse import parse_qs

from tests.fakes.pagerduty_catalog import Catalog, ok
from tests.fakes.server import Answer, FakeServer, Request


class Account(Catalog, FakeServer):
    """`keys_seen` are the dedup keys of the incidents that it would find when asked."""

    def __init__(self, *args: Any, **rest: Any) -> None:
        self.keys_seen: set[str] = set()
        super().__init__(*args, **rest)

    def answer(self, request: Request) -> Answer:
        if (request.method, request.path) == ("GET", "/incidents"):
            wanted = parse_qs(request.query).get("incident_key", [""])[0]
            return ok({"incidents": [{"id": "Q1"}] if wanted in self.keys_seen else []})
        return self.catalog_answer(request) or Answer(404)
