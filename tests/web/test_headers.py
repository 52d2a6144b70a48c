"""What every answer tells the browser."""

import pytest

from incident.services import passwords
from incident.storage import logins
from incident.storage.db import reading
from tests.web.browsers import Browser, a_person

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
PAGES = ["/login", "/nix", "/settings", "/settings/people", "/assets/x/index.css", "/static/x"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("name", ["", "Maya"])
def test_every_answer_is_hardened(name, address, browser):
    headers = browser(name).get(address).headers

    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


def test_a_refused_form_is_hardened_too(browser):
    answer = browser("Maya").client.post("/logout")

    assert answer.status_code == 403
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_a_page_is_stored_nowhere(browser):
    assert browser("Maya").get("/profile").headers["Cache-Control"] == "no-store"


def test_a_style_sheet_is_the_same_for_everybody(browser):
    answer = browser("Maya").get("/assets/x/index.css")

    assert answer.status_code == 200
    assert "Cookie" not in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers


def test_only_https_is_made_to_stay(sqlite, build_app):
    plain = Browser(build_app(sqlite)).get("/nix")
    safe = Browser(build_app(sqlite, base_url="https://desk.example.com")).get("/nix")

    assert "Strict-Transport-Security" not in plain.headers
    assert safe.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_every_page_says_its_letters(browser):
    assert browser().get("/login").content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_proxy_is_believed_only_as_far_as_it_is_trusted(proxies, address, sqlite, build_app):
    password = "tall green horses run"
    maya = a_person("Maya", password_hash=passwords.hasher().hash(password))
    browser = Browser(build_app(sqlite, trusted_proxies=proxies))

    browser.post(
        "/login",
        {"email": maya.email, "password": password},
        headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"},
    )

    with reading() as session:
        assert logins.of_person(session, maya.id)[0].address == address
