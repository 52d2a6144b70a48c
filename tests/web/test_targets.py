"""Page targets, as admins edit them and responders read them."""

import pytest

from incident.storage import sealed
from incident.storage import targets as rows
from incident.storage.db import reading
from tests.conftest import connect_target
from tests.web.browsers import Browser, a_person, words

KEY = "K" * 32
FORM = {
    "description": "The app",
    "routing_key": KEY,
    "service_id": "p1a2b3c",
    "urgency": "low",
    "backup": "primary",
    "zone": "Europe/Berlin",
    "phones": "Maya +49 30 1234567\nTom +1 555 1234567",
}


@pytest.fixture
def ada(app):
    return Browser(app, a_person("Ada", "admin"))


def target(name="mobile"):
    with reading() as session:
        return rows.find(session, name)


def key_of(row):
    with reading() as session:
        return sealed.unseal(rows.secret_of(session, row.routing_key_id))


def test_a_fresh_desk_says_that_nobody_can_be_paged(ada):
    page = words(ada.get("/settings/targets"))

    assert "primary no routing key" in page
    assert "A page to it is not sent" in page


def test_a_new_target_holds_what_was_typed(ada):
    answer = ada.post("/settings/targets", {"name": "Mobile ", **FORM})

    row = target()
    assert (answer.status_code, answer.location) == (303, "/settings/targets")
    assert (row.description, row.service_id, row.urgency) == ("The app", "P1A2B3C", "low")
    assert (row.backup, row.zone, len(row.phones)) == ("primary", "Europe/Berlin", 2)
    assert key_of(row) == KEY


def test_the_key_is_never_shown_again(ada):
    ada.post("/settings/targets", {"name": "mobile", **FORM})

    pages = [ada.get("/settings/targets"), ada.get("/settings/targets/mobile")]

    assert [KEY in page.text for page in pages] == [False, False]
    assert "There is a key. It is never shown" in words(pages[1])


def test_a_key_that_is_wrong_is_refused_and_not_shown_either(ada):
    answer = ada.post("/settings/targets/primary", {**FORM, "backup": "", "routing_key": "K" * 31})

    assert answer.status_code == 422
    assert "has 32 letters and digits; this has 31" in words(answer)
    assert "K" * 31 not in answer.text
    assert 'value="The app"' in answer.text
    assert not target("primary").connected


def test_an_empty_key_keeps_the_old_one(ada):
    connect_target("primary", KEY)

    ada.post("/settings/targets/primary", {**FORM, "backup": "", "routing_key": ""})

    assert key_of(target("primary")) == KEY


def test_a_name_that_is_taken_does_not_overwrite(ada):
    answer = ada.post("/settings/targets", {"name": "primary", **FORM})

    assert answer.status_code == 422
    assert "There is a target of this name already" in words(answer)
    assert not target("primary").connected


def test_the_age_of_the_telephone_numbers_is_told(ada, wall_clock):
    ada.post("/settings/targets", {"name": "mobile", **FORM})
    wall_clock.forward(days=10)

    assert "Numbers last checked 10 d ago" in words(ada.get("/settings/targets"))
    ada.post("/settings/targets/mobile", {**FORM, "phones_right": "1"})

    assert "Numbers last checked 0 s ago" in words(ada.get("/settings/targets"))


def test_a_disconnected_target_says_so(ada):
    connect_target("primary", KEY)

    ada.post("/settings/targets/primary/disconnection")

    assert "primary no routing key" in words(ada.get("/settings/targets"))


def test_a_responder_sees_the_telephone_numbers_and_changes_nothing(app, ada):
    ada.post("/settings/targets", {"name": "mobile", **FORM})
    maya = Browser(app, a_person("Maya"))

    page = maya.get("/settings/targets")

    assert 'href="tel:+49301234567"' in page.text
    assert "New target" not in words(page)
    assert maya.post("/settings/targets/mobile", FORM).status_code == 403


def test_whoever_gave_a_number_is_found_by_telephone(app, ada, wall_clock):
    a_person("Tom", phone="+1 555 1234567")
    a_person("Sam", phone="+1 555 7654321", disabled_at=wall_clock())

    page = words(ada.get("/settings/targets"))

    assert "People by telephone Tom +1 555 1234567" in page
    assert "Sam" not in page


def test_a_target_that_is_not_there_is_not_found(ada):
    assert ada.get("/settings/targets/nobody").status_code == 404
    assert ada.post("/settings/targets/nobody", FORM).status_code == 404
    assert target("nobody") is None


ROW = {
    "urgency_rows": "2",
    "urgency-0-severity": ["sev3", "sev4"],
    "urgency-0-from": "22:00",
    "urgency-0-until": "7:00",
    "urgency-0-urgency": "low",
    "urgency-1-urgency": "low",
}
WAITING = {"awake_minutes": "15", "stale_minutes": "30", "slack_channel": "#mobile-on-call"}


def test_a_target_rings_by_severity_and_hour(ada):
    ada.post("/settings/targets", {"name": "mobile", **FORM, **ROW})

    (row,) = target().urgencies
    assert row == {
        "severities": ["sev3", "sev4"],
        "from": "22:00",
        "until": "07:00",
        "urgency": "low",
    }
    assert 'value="22:00"' in ada.get("/settings/targets/mobile").text


def test_a_wrong_hour_is_said_beside_the_rows_and_nothing_typed_is_lost(ada):
    form = {"name": "mobile", **FORM, **ROW, "urgency-0-from": "25:00"}

    answer = ada.post("/settings/targets", form)

    assert answer.status_code == 422
    assert "“25:00” is no time. Write 22:00." in words(answer)
    assert 'value="25:00"' in answer.text


def test_a_row_that_is_emptied_is_gone(ada):
    ada.post("/settings/targets", {"name": "mobile", **FORM, **ROW})

    ada.post("/settings/targets/mobile", {**FORM, "urgency_rows": "1"})

    assert target().urgencies == []


def test_a_target_says_how_long_to_wait_and_who_must_answer(ada):
    ada.post("/settings/targets", {"name": "mobile", **FORM, **WAITING, "everyone": "1"})

    row = target()
    assert (row.everyone, row.awake_seconds, row.stale_seconds) == (True, 900, 1800)
    assert row.slack_channel == "#mobile-on-call"
    assert "everybody on call must answer" in words(ada.get("/settings/targets"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"awake_minutes": "ten"}, "Whole minutes, up to 240"),
        ({"awake_minutes": "241"}, "Whole minutes, up to 240"),
        ({"stale_minutes": "0"}, "Whole minutes, from 1 to 1440"),
        ({"slack_channel": "the one for mobile"}, "name or id: #payments"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(ada, typed, sentence):
    answer = ada.post("/settings/targets", {"name": "mobile", **FORM, **WAITING, **typed})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert target() is None


def test_a_target_for_test_events_is_offered_to_nobody(ada):
    connect_target("self-test", KEY, proving=True)

    assert "proving: test events alone" in words(ada.get("/settings/targets"))
    assert "self-test" not in words(ada.get("/settings/targets/primary"))
    assert "self-test" not in words(ada.get("/settings/slack-rules/new"))
    backup = ada.post("/settings/targets/primary", {**FORM, "backup": "self-test"})
    assert "There is no target self-test" in words(backup)
