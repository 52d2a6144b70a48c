"""Style sheets and scripts: joined once, named by what they hold, kept for ever, asking nothing."""

import gzip
import re

import pytest

from incident.web import assets
from tests.house.code import ROOT
from tests.sqlcount import counted


def test_the_style_sheets_are_one_and_keep_their_layers(app):
    sheet = assets.joined(ROOT / "static" / "css")

    assert "@import" not in sheet
    assert sheet.index("@layer reset, tokens, base, components, utilities;") < 200
    assert "@layer tokens {" in sheet


def test_every_style_sheet_is_in_the_joined_one():
    index = (ROOT / "static/css/index.css").read_text()
    files = {path.name for path in (ROOT / "static/css").glob("*.css")} - {"index.css"}

    assert set(re.findall(r'url\("([\w-]+\.css)"\)', index)) == files


def test_an_asset_is_kept_for_ever_under_its_fingerprint_and_costs_no_question(app, browser):
    visitor = browser()
    address = app.jinja_env.globals["asset"]("index.css")

    with counted() as statements:
        answer = visitor.get(address)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == assets.FOR_EVER
    assert statements == []


def test_a_fingerprint_of_yesterday_gets_todays_file_but_not_for_ever(browser):
    answer = browser().get("/assets/000000000000/js/index.js")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_an_asset_is_sent_small_to_whoever_can_read_it(app, browser):
    address = app.jinja_env.globals["asset"]("index.css")

    answer = browser().get(address, headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).startswith(b"@layer reset")


def test_a_page_that_names_a_file_we_do_not_have_fails_at_once(app):
    with pytest.raises(KeyError, match="There is no fonts.css"):
        app.jinja_env.globals["asset"]("fonts.css")


@pytest.mark.parametrize("name", ["../app.py", "js/../../config.py", "css/tokens.css", "x.js"])
def test_nothing_else_can_be_asked_for(browser, name):
    assert browser().get(f"/assets/000000000000/{name}").status_code == 404
