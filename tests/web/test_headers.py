"""What every answer tells the browser."""

import pytest

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


def test_only_https_is_made_to_stay(sqlite, build_app):
    plain = Browser(build_app(sqlite)).get("/nix")
    safe = Browser(build_app(sqlite, base_url="https://desk.example.com")).get("/nix")

    assert "Strict-Transport-Security" not in plain.headers
    assert safe.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_every_page_says_its_letters(browser):
    assert browser().get("/login").content_type == "text/html; charset=utf-8"


def test_a_proxy_is_believed_only_if_it_is_trusted(sqlite, build_app):
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    maya = a_person("Maya")

    alone = Browser(build_app(sqlite), maya)
    alone.get("/profile", headers=forwarded)
    behind = build_app(sqlite, trusted_proxies=1)

    with behind.test_request_context(headers=forwarded) as context:
        assert context.request.remote_addr is None
    assert behind.wsgi_app.x_for == 1
