"""Coming in by the front door, and going out."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, event

from incident.services import passwords
from incident.services.passwords import Hasher
from incident.storage import logins as rows
from incident.storage import people
from incident.storage.db import reading
from tests.web.browsers import FETCHES, Browser, a_person, action, hidden, words

PASSWORD = "tall green horses run"
STRANGER = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.com"}


@pytest.fixture
def maya(app, wall_clock):
    return a_person("Maya", password_hash=passwords.hasher().hash(PASSWORD))


def log_in(browser, email="maya@example.com", password=PASSWORD, base_url=None, headers=(), **more):
    form = {"email": email, "password": password, **more}
    return browser.post("/login", form, base_url=base_url, headers=dict(headers))


def cookie_of(answer, name):
    return next((c for c in answer.headers.getlist("Set-Cookie") if c.startswith(name)), "")


def test_the_page_that_was_asked_for_survives_the_log_in(app, maya):
    browser = Browser(app)
    asked = urlsplit(browser.get("/profile?tab=1&of=Maya%20B").location)

    answer = log_in(browser, next=parse_qs(asked.query)["next"][0])

    assert asked.path == "/login"
    assert (answer.status_code, answer.location) == (303, "/profile?tab=1&of=Maya%20B")
    assert browser.get("/profile").status_code == 200


@pytest.mark.parametrize("next_page", ["//evil.com", "https://evil.com", "/\\evil.com", ""])
def test_a_log_in_never_leads_elsewhere(next_page, app, maya):
    assert log_in(Browser(app), next=next_page).location == "/"


def test_whoever_is_logged_in_is_led_on_from_the_log_in_page(app, maya):
    answer = Browser(app, maya).get("/login?next=/profile")

    assert (answer.status_code, answer.location) == (303, "/profile")


def test_unknown_wrong_and_disabled_get_the_very_same_answer(app, maya, wall_clock):
    a_person("Tom", password_hash=passwords.hasher().hash(PASSWORD), disabled_at=wall_clock())

    answers = [
        log_in(Browser(app), "nobody@example.com"),
        log_in(Browser(app), "maya@example.com", "something else"),
        log_in(Browser(app), "tom@example.com"),
    ]

    assert [answer.status_code for answer in answers] == [401] * 3
    assert len({words(answer) for answer in answers}) == 1


def test_the_address_that_was_typed_is_kept_and_the_password_is_not(app, maya):
    page = log_in(Browser(app), password="something else").text

    assert 'value="maya@example.com"' in page
    assert "something else" not in page


def test_the_cookie_is_shut_to_scripts_and_other_sites(app, maya):
    cookie = cookie_of(log_in(Browser(app)), "ic_session")

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_over_https_the_cookies_are_secure_and_bound_to_the_host(sqlite, build_app):
    address = "https://desk.example.com"
    browser = Browser(build_app(sqlite, base_url=address))
    a_person("Maya", password_hash=passwords.hasher().hash(PASSWORD))
    token = hidden(browser.get("/login", base_url=address).text, "csrf_token")

    answer = log_in(
        browser, csrf_token=token, base_url=address, headers={"Referer": f"{address}/login"}
    )

    assert answer.status_code == 303
    assert "Secure" in cookie_of(answer, "__Host-ic_session")
    assert "Secure" in cookie_of(answer, "__Host-ic_device")


def test_a_log_in_changes_the_token_and_the_old_cookie_is_worth_nothing(app, maya):
    browser = Browser(app, maya)
    before = browser.client.get_cookie("ic_session").value

    log_in(browser)
    after = browser.client.get_cookie("ic_session").value
    thief = Browser(app)
    thief.client.set_cookie("ic_session", before)

    assert before != after
    assert thief.get("/profile").status_code == 303
    assert browser.get("/profile").status_code == 200


def test_logging_out_kills_the_token_and_clears_what_was_stored(app, maya):
    browser = Browser(app, maya)
    before = browser.client.get_cookie("ic_session").value

    answer = browser.post("/logout")
    thief = Browser(app)
    thief.client.set_cookie("ic_session", before)

    assert (answer.status_code, answer.location) == (303, "/login")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert thief.get("/profile").status_code == 303


def test_a_password_that_is_right_after_five_wrong_ones_has_to_wait_a_second(app, maya, wall_clock):
    browser = Browser(app)
    [log_in(browser, password="something else") for _ in range(5)]

    early = log_in(browser)
    wall_clock.forward(seconds=1)
    later = log_in(browser)

    assert (early.status_code, early.headers["Retry-After"]) == (429, "1")
    assert "Try again in 1 s" in words(early)
    assert later.status_code == 303


def test_a_browser_that_logged_in_once_does_not_wait_for_a_stranger(app, maya):
    owner, stranger = Browser(app), Browser(app)
    log_in(owner)
    owner.post("/logout")
    [log_in(stranger, password="something else") for _ in range(30)]

    assert log_in(stranger).status_code == 429
    assert log_in(owner).status_code == 303


def test_a_mark_that_somebody_made_up_is_ignored(app, maya):
    browser = Browser(app)
    browser.client.set_cookie("ic_device", "made.up")

    assert log_in(browser).status_code == 303


def test_a_weak_hash_is_made_anew_at_log_in(app, maya, monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", Hasher(time_cost=2, memory_cost=16))

    log_in(Browser(app))

    with reading() as session:
        assert "m=16,t=2" in people.get(session, maya.id).password_hash
    assert log_in(Browser(app)).status_code == 303


def test_a_form_from_another_site_cannot_log_anybody_in(app, maya):
    form = {"email": "maya@example.com", "password": PASSWORD}

    answer = Browser(app).client.post("/login", data=form, headers=STRANGER)

    assert answer.status_code == 403
    assert "out of date" in words(answer)


def test_a_form_that_could_not_be_saved_is_sent_after_logging_in_by_its_writers_own_press(
    app, maya
):
    browser = Browser(app)
    lost = browser.post("/profile", {"name": "Maya B.", "phone": "+49 30 1234567", "zone": "UTC"})
    carried = {name: hidden(lost.text, name) for name in ("kept", "send_to", "next")}

    shown = log_in(browser, **carried)
    sent = browser.post(action(shown.text), {"name": "Maya B.", "zone": "UTC"})

    assert lost.status_code == 401
    assert "nothing was saved" in words(lost)
    assert "Maya B." in shown.text
    assert (sent.status_code, sent.location) == (303, "/profile")
    with reading() as session:
        assert people.get(session, maya.id).name == "Maya B."


def test_no_password_is_ever_kept_in_a_form(app, maya):
    form = {"current_password": PASSWORD, "new_password": "another one of mine"}

    lost = Browser(app).post("/profile/password", form)

    assert lost.status_code == 401
    assert PASSWORD not in lost.text
    assert "another one" not in lost.text


def test_what_another_site_sent_is_not_kept(app, maya):
    lost = Browser(app).post("/profile", {"name": "Evil"}, headers=STRANGER)

    assert lost.status_code == 401
    assert "Evil" not in lost.text


def test_a_script_gets_a_sentence_and_a_sign_never_a_log_in_page(app, maya):
    answer = Browser(app).client.get("/profile", headers=FETCHES)

    assert (answer.status_code, answer.headers["X-Login"]) == (401, "required")
    assert "<html" not in answer.text
    assert "logged out" in words(answer)


def test_a_script_with_a_stale_token_is_told_to_reload(app, maya):
    browser = Browser(app, maya)

    answer = browser.client.post("/profile", data={"name": "X"}, headers=FETCHES)

    assert (answer.status_code, answer.headers["X-Login"]) == (403, "stale")
    assert "<html" not in answer.text


def test_a_script_may_send_the_token_in_its_header(app, maya):
    answer = Browser(app, maya).post("/profile", {"name": "Maya B.", "zone": "UTC"}, fetch=True)

    assert answer.status_code == 303


def test_a_stale_form_comes_back_with_what_was_typed(app, maya):
    browser = Browser(app, maya)

    answer = browser.post("/profile", {"csrf_token": "stale", "name": "Maya B."})

    assert answer.status_code == 403
    assert "Maya B." in answer.text
    assert "Send it now" in answer.text


def test_a_form_that_stays_open_for_days_can_still_be_sent(app, maya, wall_clock):
    browser = Browser(app, maya)
    token = browser.csrf_token()

    wall_clock.forward(days=3)
    answer = browser.post("/profile", {"csrf_token": token, "name": "Maya B.", "zone": "UTC"})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("role", "away", "status"),
    [
        ("responder", timedelta(days=29), 200),
        ("responder", timedelta(days=30), 303),
        ("viewer", timedelta(hours=11), 200),
        ("viewer", timedelta(hours=13), 303),
    ],
)
def test_a_login_lasts_as_long_as_its_role_says(role, away, status, app, wall_clock):
    browser = Browser(app, a_person("Sam", role))

    wall_clock.forward(seconds=away.total_seconds())

    assert browser.get("/profile").status_code == status


def test_who_it_is_costs_one_question(app, maya):
    browser = Browser(app, maya)
    asked = []
    listen = event.listens_for(Engine, "before_cursor_execute")
    hear = listen(lambda _c, _cursor, statement, *_rest: asked.append(statement))

    browser.get("/logout")
    event.remove(Engine, "before_cursor_execute", hear)

    who, rest = asked[:2], asked[2:]
    assert [s.split()[0] for s in who] == ["BEGIN", "SELECT"]
    assert [s.split()[0] for s in rest] == ["BEGIN", "SELECT"]
    assert "proofs" in rest[1]


def test_the_last_sign_of_life_is_noted_once_a_minute(app, maya, wall_clock):
    browser = Browser(app, maya)
    began = wall_clock()

    browser.get("/profile")
    assert _seen_at(maya) == began
    wall_clock.forward(seconds=61)
    browser.get("/profile")

    assert _seen_at(maya) == wall_clock()


def test_one_own_browser_can_be_logged_out_from_another(app, maya):
    here, there = Browser(app, maya), Browser(app, maya)
    with reading() as session:
        other = rows.of_person(session, maya.id)[0].id

    here.post(f"/profile/logins/{other}/ending")

    assert there.get("/profile").status_code == 303
    assert here.get("/profile").status_code == 200


def test_logging_out_everywhere_else_leaves_this_browser(app, maya):
    here, there = Browser(app, maya), Browser(app, maya)

    here.post("/profile/logins/ending")

    assert there.get("/profile").status_code == 303
    assert here.get("/profile").status_code == 200


def test_somebody_elses_browser_cannot_be_logged_out(app, maya):
    hers, his = Browser(app, maya), Browser(app, a_person("Tom"))
    with reading() as session:
        login_id = rows.of_person(session, maya.id)[0].id

    his.post(f"/profile/logins/{login_id}/ending")

    assert hers.get("/profile").status_code == 200


def _seen_at(person):
    with reading() as session:
        return rows.of_person(session, person.id)[0].seen_at
