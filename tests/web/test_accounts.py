"""Everybody who has an account, as admins see them."""

import re

import pytest

from incident.storage import people
from incident.storage.db import reading
from tests.web.browsers import Browser, a_person, words


@pytest.fixture
def ada(app, wall_clock):
    return Browser(app, a_person("Ada", "admin"))


@pytest.fixture
def maya(app, wall_clock):
    return a_person("Maya")


def address_on(answer):
    return re.search(r"<code>(http[^<]+)</code>", answer.text)[1]


def test_an_invitation_is_a_link_that_is_shown_once(ada):
    answer = ada.post("/settings/people/invitations", {"email": "tom@x.y", "role": "viewer"})

    address = address_on(answer)
    assert address.startswith("http://127.0.0.1:8000/invitations/")
    assert address.rpartition("/")[2] not in ada.get("/settings/people").text
    assert "tom@x.y, viewer" in words(ada.get("/settings/people"))


def test_links_lead_to_the_public_address_whatever_host_was_asked(sqlite, build_app):
    app = build_app(sqlite, base_url="http://desk.example.com/")
    ada = Browser(app, a_person("Ada", "admin"))

    answer = ada.post(
        "/settings/people/invitations",
        {"email": "tom@x.y", "role": "viewer"},
        headers={"X-Forwarded-Host": "evil.com"},
    )

    assert address_on(answer).startswith("http://desk.example.com/invitations/")


def test_an_address_that_is_none_is_refused_beside_its_field(ada):
    answer = ada.post("/settings/people/invitations", {"email": "tom", "role": "viewer"})

    assert answer.status_code == 422
    assert "Write an e-mail address" in words(answer)
    assert 'value="tom"' in answer.text


def test_a_withdrawn_invitation_opens_nothing(app, ada):
    answer = ada.post("/settings/people/invitations", {"email": "tom@x.y", "role": "viewer"})
    ada.post("/settings/people/invitations/withdrawal", {"email": "tom@x.y"})

    link = address_on(answer).removeprefix("http://127.0.0.1:8000")

    assert Browser(app).get(link).status_code == 409


def test_a_link_for_a_new_password_is_made_by_an_admin(app, ada, maya):
    answer = ada.post(f"/settings/people/{maya.id}/reset")

    link = address_on(answer).removeprefix("http://127.0.0.1:8000")
    assert Browser(app).post(link, {"password": "eleven geese in a row"}).status_code == 303


def test_whoever_is_disabled_is_out_at_the_next_request(app, ada, maya):
    hers = Browser(app, maya)

    ada.post(f"/settings/people/{maya.id}/disabling")

    assert hers.get("/profile").status_code == 303
    assert "disabled" in words(ada.get("/settings/people"))


def test_whoever_is_enabled_again_has_to_log_in_again(app, ada, maya):
    hers = Browser(app, maya)
    ada.post(f"/settings/people/{maya.id}/disabling")
    ada.post(f"/settings/people/{maya.id}/enabling")

    assert hers.get("/profile").status_code == 303
    assert Browser(app, maya).get("/profile").status_code == 200


def test_an_admin_can_log_somebody_out_everywhere(app, ada, maya):
    hers = Browser(app, maya)

    ada.post(f"/settings/people/{maya.id}/logout")

    assert hers.get("/profile").status_code == 303


def test_a_new_role_counts_at_the_next_request(app, ada, maya):
    hers = Browser(app, maya)
    assert hers.get("/settings/people").status_code == 403

    ada.post(f"/settings/people/{maya.id}/role", {"role": "admin"})

    assert hers.get("/settings/people").status_code == 200


@pytest.mark.parametrize(("press", "form"), [("disabling", {}), ("role", {"role": "viewer"})])
def test_the_last_admin_cannot_go(press, form, ada):
    answer = ada.post(f"/settings/people/{ada.person.id}/{press}", form)

    assert answer.status_code == 409
    assert "last admin" in words(answer)
    with reading() as session:
        assert len(people.active_admins(session)) == 1


def test_a_role_there_is_not_is_refused(ada, maya):
    answer = ada.post(f"/settings/people/{maya.id}/role", {"role": "king"})

    assert answer.status_code == 409
    assert "Choose one of: viewer, responder, admin" in words(answer)


def test_somebody_who_is_not_there_is_not_found(ada):
    assert ada.post("/settings/people/99/disabling").status_code == 404
