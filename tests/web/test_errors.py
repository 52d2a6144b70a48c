"""What somebody sees when something cannot be done."""

import pytest
from sqlalchemy.exc import NoResultFound

from incident.rules.outcome import NotAllowed
from incident.web.guard import public
from tests.web.browsers import FETCHES, Browser, words


@pytest.fixture
def trouble(own_app):
    """An address where this goes wrong, as a browser finds it."""

    def ask(error, **how):
        def view():
            raise error

        own_app.add_url_rule("/trouble", "trouble", public(view), methods=["GET"])
        return Browser(own_app).get("/trouble", **how)

    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    return ask


def test_a_refusal_is_a_page_with_its_sentence(trouble):
    answer = trouble(NotAllowed("Step 1 must be done first: Take a backup"))

    assert answer.status_code == 409
    assert "Step 1 must be done first: Take a backup" in words(answer)


def test_a_script_gets_the_sentence_alone(trouble):
    answer = trouble(NotAllowed("Step 1 must be done first: <b>"), fetch=True)

    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "Step 1 must be done first: &lt;b&gt;" in answer.text


def test_what_is_not_there_is_not_found(trouble):
    answer = trouble(NoResultFound("SELECT secret FROM people"))

    assert answer.status_code == 404
    assert "There is nothing here" in words(answer)
    assert "SELECT" not in answer.text


def test_a_fault_of_ours_tells_nothing_of_its_cause(trouble, caplog):
    answer = trouble(RuntimeError("the password is hunter2"))

    assert answer.status_code == 500
    assert "Something broke here" in words(answer)
    assert "hunter2" not in answer.text
    assert "GET /trouble failed" in caplog.text


def test_an_address_that_nobody_made_is_not_found(browser):
    assert browser().get("/nix").status_code == 404


def test_a_method_that_does_not_fit_says_which_would(browser):
    answer = browser("Maya").get("/logout")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_body_over_a_megabyte_is_refused(browser):
    answer = browser("Maya").post("/profile", {"name": "x" * (1024 * 1024 + 1)})

    assert answer.status_code == 413
    assert "at most 1 MB" in words(answer)


def test_a_role_that_is_too_small_is_named(browser):
    answer = browser("Maya").get("/settings/people")

    assert answer.status_code == 403
    assert "This needs the role admin. Yours is responder." in words(answer)


@pytest.mark.parametrize("mode", ["cors", "same-origin", "no-cors"])
def test_whatever_is_not_a_navigation_never_gets_a_whole_page(mode, browser):
    headers = {**FETCHES, "Sec-Fetch-Mode": mode}

    assert "<html" not in browser().client.get("/profile", headers=headers).text


def test_a_script_that_says_what_it_is_in_the_old_way_is_understood(browser):
    headers = {"X-Requested-With": "XMLHttpRequest"}

    answer = browser().client.get("/profile", headers=headers)

    assert (answer.status_code, answer.headers["X-Login"]) == (401, "required")
