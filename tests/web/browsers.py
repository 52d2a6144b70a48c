"""A browser that behaves: it keeps cookies, sends the CSRF token, and says that it navigates."""

import re
from html import unescape
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from incident import clock
from incident.services import logins
from incident.services.logins import Caller
from incident.storage import people
from incident.storage.db import transaction
from incident.storage.people import Person

NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
FETCHES = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
RAW_TOKEN = "0123456789abcdef0123456789abcdef01234567"


class Browser:
    """One browser. `fetch` makes it a script's request instead of somebody's press."""

    def __init__(self, app: Flask, person: Person | None = None) -> None:
        self.app = app
        self.person = person
        self.client = app.test_client()
        if person is not None:
            self._log_in(person)

    def get(self, address: str, *, fetch: bool = False, **rest: Any) -> TestResponse:
        headers = {**(FETCHES if fetch else NAVIGATES), **rest.pop("headers", {})}
        return self.client.get(address, headers=headers, **rest)

    def post(
        self, address: str, data: Any = None, *, fetch: bool = False, **rest: Any
    ) -> TestResponse:
        """Sends a form as a page of ours would, with the token in its header or its field."""
        headers = {**(FETCHES if fetch else NAVIGATES), **rest.pop("headers", {})}
        form = dict(data or {})
        if fetch:
            headers["X-CSRFToken"] = self.csrf_token()
        elif "csrf_token" not in form:
            form["csrf_token"] = self.csrf_token()
        return self.client.post(address, data=form, headers=headers, **rest)

    def csrf_token(self) -> str:
        with self.client.session_transaction() as session:
            raw = session.setdefault("csrf_token", RAW_TOKEN)
        return str(URLSafeTimedSerializer(self.app.secret_key or "", "wtf-csrf-token").dumps(raw))

    def _log_in(self, person: Person) -> None:
        with transaction() as rows:
            token = logins.open_for(
                rows, person, caller=Caller("127.0.0.1", "Firefox on Linux"), at=clock.now()
            )
        with self.client.session_transaction() as session:
            session["_user_id"] = token
            session.permanent = True


def a_person(name: str = "Maya", role: str = "responder", **fields: Any) -> Person:
    """Somebody with an account; the same name is the same person."""
    email = f"{name.lower()}@example.com"
    with transaction() as session:
        person = people.by_email(session, email)
        if person is None:
            person = Person(name=name, email=email, role=role, created_at=clock.now(), **fields)
            session.add(person)
    return person


def words(response: TestResponse) -> str:
    """The text of a page, without its tags and with single blanks."""
    text = re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))
    return " ".join(text.split())


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"The page has no field {name}."
    return unescape(found[1])


def action(page: str) -> str:
    """Where the page's form is sent to."""
    found = re.search(r'<form class="form" method="post" action="([^"]+)"', page)
    assert found, "The page has no form."
    return unescape(found[1])
