"""Setting the desk up, accepting an invitation, choosing a new password."""

import pytest

from incident.rules.permissions import DESK
from incident.services import passwords, people
from incident.storage import people as rows
from incident.storage.db import reading, transaction
from tests.web.browsers import Browser, a_person, words

PASSWORD = "tall green horses run"
MAYA = {"name": "Maya", "email": "Maya@example.com", "zone": "UTC", "password": PASSWORD}


@pytest.fixture
def setup_token(app, wall_clock):
    with transaction() as session:
        return people.setup_link(session, wall_clock())


@pytest.fixture
def invitation(app, wall_clock):
    a_person("Ada", "admin")
    with transaction() as session:
        return people.invite(
            session, email="tom@example.com", role="responder", actor=DESK, at=wall_clock()
        )


def person_of(email):
    with reading() as session:
        return rows.by_email(session, email)


@pytest.mark.parametrize("page", ["/profile", "/settings", "/settings/targets", "/login"])
def test_while_nobody_has_an_account_every_page_leads_to_setting_up(page, app):
    answer = Browser(app).get(page)

    assert (answer.status_code, answer.location) == (303, "/setup")


def test_the_page_for_setting_up_says_where_the_link_is_and_tells_it_to_nobody(app, setup_token):
    page = Browser(app).get("/setup")

    assert "terminal" in words(page)
    assert setup_token not in page.text


def test_the_link_makes_the_first_admin_and_logs_them_in(app, setup_token):
    browser = Browser(app)

    answer = browser.post(f"/setup/{setup_token}", MAYA)

    assert (answer.status_code, answer.location) == (303, "/")
    assert person_of("maya@example.com").role == "admin"
    assert browser.get("/settings/people").status_code == 200


def test_afterwards_the_link_and_the_page_are_gone(app, setup_token):
    Browser(app).post(f"/setup/{setup_token}", MAYA)

    stranger = Browser(app)

    assert stranger.get(f"/setup/{setup_token}").status_code == 409
    assert stranger.post(f"/setup/{setup_token}", MAYA).status_code == 409
    assert stranger.get("/setup").location == "/"
    assert stranger.get("/profile").location == "/login?next=/profile"


def test_looking_at_a_link_does_not_use_it_up(app, setup_token):
    [Browser(app).get(f"/setup/{setup_token}") for _ in range(3)]

    assert Browser(app).post(f"/setup/{setup_token}", MAYA).status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "short", "At least 12 characters"),
        ("password", "maya@example.com", "too close to your name"),
        ("name", " ", "name that others know you by"),
        ("email", "maya", "Write an e-mail address"),
        ("zone", "Mars", "Choose a zone"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    field, value, sentence, app, setup_token
):
    answer = Browser(app).post(f"/setup/{setup_token}", {**MAYA, field: value})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert f'id="{field}-error"' in answer.text
    assert PASSWORD not in answer.text
    assert person_of("maya@example.com") is None


def test_an_invitation_makes_an_account_with_its_address_and_role(app, invitation):
    browser = Browser(app)

    page = browser.get(f"/invitations/{invitation}")
    answer = browser.post(f"/invitations/{invitation}", {**MAYA, "name": "Tom"})

    assert "tom@example.com" in words(page)
    assert answer.status_code == 303
    assert person_of("tom@example.com").role == "responder"
    assert person_of("maya@example.com") is None


def test_nobody_makes_themselves_an_admin_by_adding_a_field(app, invitation):
    Browser(app).post(f"/invitations/{invitation}", {**MAYA, "role": "admin", "id": "1"})

    assert person_of("tom@example.com").role == "responder"


def test_an_invitation_that_was_used_says_whom_to_ask(app, invitation):
    Browser(app).post(f"/invitations/{invitation}", MAYA)

    answer = Browser(app).get(f"/invitations/{invitation}")

    assert answer.status_code == 409
    assert "Ask an admin for a new one" in words(answer)


def test_a_reset_link_changes_the_password_and_ends_every_other_login(app, wall_clock):
    maya = a_person("Maya", password_hash=passwords.hasher().hash("an old one of hers"))
    left_open, browser = Browser(app, maya), Browser(app)
    with transaction() as session:
        token = people.offer_reset(session, person_id=maya.id, actor=DESK, at=wall_clock())

    answer = browser.post(f"/resets/{token}", {"password": PASSWORD})

    assert answer.status_code == 303
    assert browser.get("/profile").status_code == 200
    assert left_open.get("/profile").status_code == 303
    assert passwords.hasher().fits(PASSWORD, person_of("maya@example.com").password_hash)


def test_links_tell_other_sites_nothing_and_are_not_stored(app, invitation):
    answer = Browser(app).get(f"/invitations/{invitation}")

    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
