"""Coming in by the front door, and going out."""

import re

import pytest
from flask import Flask

from incident.services import passwords
from incident.storage import logins as login_rows
from incident.storage.db import reading
from tests.web.browsers import Browser, a_person, words

PASSWORD = "tall green horses run"


@pytest.fixture
def maya(app):
    return a_person("Maya", password_hash=passwords.hasher().hash(PASSWORD))


def test_the_right_password_leads_to_the_page_that_was_asked_for(app, maya):
    visitor = Browser(app)
    asked = visitor.get("/profile?tab=logins")

    answer = log_in(visitor, next=asked.location.partition("next=")[2])

    assert asked.location == "/login?next=/profile?tab%3Dlogins"
    assert answer.status_code == 303
    assert visitor.get("/profile").status_code == 200


def log_in(visitor, email="maya@example.com", password=PASSWORD, **more):
    return visitor.post("/login", {"email": email, "password": password, **more})
