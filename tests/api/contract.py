"""The document of the API, held against the API by schemathesis."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from config import Config
from incident import api, clock
from incident.services import incidents
from incident.services.incidents import Opening
from incident.storage import db, sealed, workers
from incident.storage.db import transaction
from incident.storage.installs import Install
from incident.storage.targets import Target
from tests.api import effort
from tests.api.scripts import a_token
from tests.conftest import ADA, a_checklist

SECRET = "a secret for tests only and long enough"
INCIDENTS = 8

# The bell never ends, so no answer of it can be looked at whole.
NEVER_ENDS = "/api/incidents/{key}/bell"

# What these refuse although the document allows it: a name that names nothing, for the most part.
MAY_NAME_NOTHING = {
    ("POST", "/api/checklists"),
    ("POST", "/api/incidents/{key}/pages"),
    ("PUT", "/api/slack-rules/{channel}"),
    ("PUT", "/api/targets/{name}"),
}
ITEMS = (
    "Look at the dashboard",
    "Is Android affected? {decide}",
    "Page the mobile on-call {page=primary ack=5m}",
    "Stop: is it safe? {hold}",
)


def the_schema() -> BaseSchema:
    """Of the API alone, on whatever database is open when it is called."""
    app = Flask("contract")
    app.config["DESK"] = Config(secret_key=SECRET)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    api.hang(app)
    settings = {
        "generation": {"max-examples": effort.EXAMPLES},
        "phases": {"coverage": {"enabled": effort.EVERY_CORNER}},
    }
    config = SchemathesisConfig.from_dict(settings)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)
    return schema.exclude(path=NEVER_ENDS)


def not_asked(case: Any) -> list[str]:
    """The checks that this case cannot pass, and why it need not."""
    place = (case.method, case.operation.path)
    unknown_names = ["positive_data_acceptance"] if place in MAY_NAME_NOTHING else []
    every_text_is_markdown = case.media_type == "text/markdown"
    return unknown_names + (["negative_data_rejection"] if every_text_is_markdown else [])


@contextmanager
def a_desk(url: str) -> Iterator[str]:
    """A database with a few incidents in it, and an admin's token."""
    engine = db.connect(url)
    db.Base.metadata.create_all(engine)
    sealed.use(SECRET)
    now = clock.now()
    with transaction() as session:
        session.add(Install(code="testtest", created_at=now))
        session.add(Target(name="primary", created_at=now, updated_at=now))
        slug = a_checklist(session, *ITEMS, at=now)
        for _ in range(INCIDENTS):
            opening = Opening("Uploads are failing", checklists=[slug])
            incidents.open_incident(session, opening, actor=ADA, at=now)
    yield a_token("Ada", "admin")
    engine.dispose()


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Incidents and steps that exist, where made-up ones are allowed; and a key for each call.

    A key that was used for another request is refused, as it should be. The worker lives.
    """
    if case.operation.path == "/readyz":
        with transaction() as session:
            workers.beat(session, "w1", started_at=clock.now(), at=clock.now())
    path, headers = case.path_parameters or {}, case.headers or {}
    key, number = str(path.get("key")), path.get("number")
    if re.fullmatch("INC-[0-9]{1,9}", key, re.ASCII):
        path["key"] = f"INC-{int(key[4:]) % (INCIDENTS + 1)}"
    if isinstance(number, int) and 0 < number <= 2_000_000_000:
        path["number"] = 1 + number % len(ITEMS)
    once = headers.get("Idempotency-Key", "")
    if re.fullmatch("[!-~]{1,200}", once):
        headers["Idempotency-Key"] = once[:100] + uuid.uuid4().hex
