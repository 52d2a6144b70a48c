"""The scripts' door in the whole app, beside the browser's."""

import pytest

from app import create_app
from config import Config
from tests.api.conftest import SECRET
from tests.api.scripts import Script, a_token


@pytest.fixture
def script(sqlite, wall_clock, a_bell):
    url = sqlite.url.render_as_string(hide_password=False)
    return Script(create_app(Config(database_url=url, secret_key=SECRET)), a_token("Maya"))


def test_a_script_needs_no_form_token(script):
    assert script.post("/incidents", {"title": "Uploads are failing"}).status_code == 201


def test_what_is_astray_below_the_api_is_told_in_json(script):
    astray = (
        script.get("/nowhere"),
        script.call("PUT", "/incidents"),
        script.call("POST", "/readyz"),
    )

    assert [answer.status_code for answer in astray] == [404, 405, 405]
    assert {answer.mimetype for answer in astray} == {"application/problem+json"}
    assert script.app.test_client().get("/nowhere").mimetype == "text/html"


def test_the_answer_is_nobodys_to_keep(script):
    answer = script.get("/incidents")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_token_opens_no_page_of_the_browsers(script):
    page = script.app.test_client().get("/", headers={"Authorization": f"Bearer {script.token}"})

    assert page.status_code in (303, 401)
