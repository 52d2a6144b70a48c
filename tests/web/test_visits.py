"""The card for whoever comes back to an incident, and the mark that it goes by."""

import re

import pytest
from sqlalchemy.exc import OperationalError

from incident.services import incidents, privacy, steps, visits
from incident.storage import visits as visit_rows
from incident.storage.db import reading, transaction
from tests.conftest import ADA, TOM
from tests.services.looks import the
from tests.web.browsers import Browser, words

KEY = "INC-1"
PAGE = f"/incidents/{KEY}"
VISIT = f"{PAGE}/visit"


@pytest.fixture
def maya(browser, an_incident):
    """Maya, who had step 1 of INC-1 before her, and nothing that came after."""
    an_incident("Look at the graph", "Restart the workers", "Look again")
    maya = browser("Maya")
    look(maya)
    return maya


def look(browser, **place):
    """What the script of an open page says."""
    form = {"seq": str(the(KEY).last_seq), "step": "1"} | place
    assert browser.post(VISIT, form, fetch=True).status_code == 204


def tell(text, clock):
    with transaction() as session:
        incidents.tell(session, incident_key=KEY, text=text, actor=TOM, at=clock())


def complete(number, clock):
    with transaction() as session:
        steps.complete(session, incident_key=KEY, number=number, actor=TOM, at=clock())


def card(browser, address=PAGE):
    page = browser.get(address).get_data(as_text=True)
    found = re.search(r'<form class="resume".*?</form>', page, re.DOTALL)
    return found[0] if found else ""


def said(browser, address=PAGE):
    return " ".join(re.sub(r"<[^>]+>", " ", card(browser, address)).split())


def seen(person):
    with reading() as session:
        return visit_rows.find(session, the(KEY).id, person.id)


def test_there_is_no_card_on_the_first_visit(browser, an_incident):
    an_incident("Look")

    assert card(browser("Maya")) == ""


def test_there_is_no_card_when_nothing_happened(maya, wall_clock):
    wall_clock.forward(hours=3)

    assert card(maya) == ""


def test_there_is_no_card_within_ninety_seconds(maya, wall_clock):
    complete(1, wall_clock)
    wall_clock.forward(seconds=90)

    assert card(maya) == ""


def test_whoever_comes_back_is_told_where_they_were_and_what_happened(maya, wall_clock):
    wall_clock.forward(minutes=14)
    complete(1, wall_clock)

    assert said(maya) == (
        "You were on step 1, Look at the graph , since 02:00 . Since you left at 02:00 : "
        "02:14 Tom completed step 1: Look at the graph Continue at step 2 Enter"
    )


def test_another_device_is_told_at_once(maya, wall_clock):
    complete(1, wall_clock)

    assert "Tom completed step 1" in said(Browser(maya.app, maya.person))


def test_what_the_card_does_not_tell_is_counted_and_on_the_timeline(maya, wall_clock):
    for number in range(9):
        tell(f"line {number}", wall_clock)
    wall_clock.forward(minutes=2)

    assert "Tom: line 8 and 4 more on the timeline" in said(maya)


def test_the_card_stays_until_it_is_taken(maya, wall_clock):
    complete(1, wall_clock)
    wall_clock.forward(minutes=2)
    assert card(maya)
    assert card(maya)

    answer = maya.post(VISIT, {"seq": str(the(KEY).last_seq), "step": "2"})

    assert (answer.status_code, answer.location) == (303, f"{PAGE}#step-2")
    wall_clock.forward(minutes=2)
    assert card(maya) == ""


def test_a_page_that_stayed_open_is_given_the_card_alone(maya, wall_clock):
    complete(1, wall_clock)
    wall_clock.forward(minutes=2)

    answer = maya.get(VISIT, fetch=True)

    assert answer.headers["Incident-Seq"] == str(the(KEY).last_seq)
    assert words(answer).startswith("You were on step 1")


def test_looking_and_news_move_no_mark(maya, wall_clock):
    before = seen(maya.person)
    complete(1, wall_clock)
    wall_clock.forward(minutes=2)

    for address in (PAGE, f"{PAGE}/news?after=1", VISIT):
        maya.get(address)

    assert (seen(maya.person).seq, seen(maya.person).seen_at) == (before.seq, before.seen_at)


def test_a_press_without_scripts_moves_it(maya, wall_clock):
    complete(1, wall_clock)
    wall_clock.forward(minutes=2)

    maya.post(f"{PAGE}/steps/2/completion")

    assert (seen(maya.person).seq, seen(maya.person).step) == (the(KEY).last_seq, 3)
    assert card(maya) == ""


def test_a_press_that_is_refused_moves_nothing(maya, wall_clock):
    complete(1, wall_clock)
    before = seen(maya.person).seq

    assert maya.post(f"{PAGE}/steps/1/completion").status_code == 409

    assert seen(maya.person).seq == before


def test_a_mark_that_cannot_be_written_keeps_nobody_from_going_on(maya, monkeypatch):
    def full(*_args, **_rest):
        raise OperationalError("UPDATE visits", {}, Exception("disk is full"))

    monkeypatch.setattr(visits, "mark", full)

    assert maya.post(VISIT, {"step": "2"}).location == f"{PAGE}#step-2"
    assert maya.post(VISIT, fetch=True).status_code == 204
    assert maya.get(PAGE).status_code == 200


@pytest.mark.parametrize("nonsense", [{"seq": "-1"}, {"seq": "9" * 40, "step": "x"}, {}])
def test_nonsense_breaks_nothing(maya, nonsense):
    before = seen(maya.person).seq

    assert maya.post(VISIT, nonsense, fetch=True).status_code == 204

    assert seen(maya.person).seq == before


def test_hostile_text_stays_text(maya, wall_clock):
    tell("<script>alert(1)</script>{{7*7}}", wall_clock)
    wall_clock.forward(minutes=2)

    assert "Tom: &lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in card(maya)
    assert "<script>alert" not in card(maya)


def test_a_viewer_is_told_too(maya, browser, wall_clock):
    sam = browser("Sam", "viewer")
    look(sam)
    complete(1, wall_clock)
    wall_clock.forward(minutes=2)

    assert "Tom completed step 1" in said(sam)


def test_a_drill_is_told_apart(browser, an_incident, wall_clock):
    an_incident("Look", mode="drill")
    maya = browser("Maya")
    look(maya)
    complete(1, wall_clock)
    wall_clock.forward(minutes=2)

    assert said(maya).startswith("DRILL You were on step 1")


def test_an_incident_that_became_private_tells_nothing(maya, browser, wall_clock):
    sam = browser("Sam", "viewer")
    look(sam)
    complete(1, wall_clock)
    with transaction() as session:
        privacy.hide(session, incident_key=KEY, actor=ADA, at=wall_clock.forward(minutes=2))

    assert sam.get(VISIT).status_code == 404
    assert sam.post(VISIT, {"seq": "1"}, fetch=True).status_code == 404


@pytest.mark.parametrize("site", ["none", "cross-site", "same-site"])
def test_a_link_from_somewhere_else_brings_the_card_at_once(maya, clock, site):
    complete(1, clock)
    came_from = {"headers": {"Sec-Fetch-Site": site}}

    assert 'class="resume"' in maya.get(PAGE, **came_from).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none", "Cache-Control": "max-age=0"},
        {"Sec-Fetch-Site": "none", "Cache-Control": "no-cache"},
        {"Sec-Fetch-Site": ""},
    ],
    ids=["from a page of ours", "loaded anew", "loaded by force", "from nobody knows where"],
)
def test_without_a_link_the_card_waits_until_somebody_was_away(maya, clock, headers):
    complete(1, clock)

    assert 'class="resume"' not in maya.get(PAGE, headers=headers).text


def test_a_link_to_what_is_known_already_brings_no_card(maya):
    assert 'class="resume"' not in maya.get(PAGE, headers={"Sec-Fetch-Site": "none"}).text
