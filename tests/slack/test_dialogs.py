"""Dialogs: opened within the trigger's three seconds, filled afterwards, sent once."""

import json
import urllib.parse

import pytest

from incident.delivery.asides import ASIDES
from incident.services import incidents as commands
from incident.services.incidents import Opening
from incident.storage import effects, incidents
from incident.storage.db import reading, transaction
from tests.conftest import MAYA, START, connect_target
from tests.fakes.slack import says, too_many
from tests.fakes.slack_requests import a_closing, a_command, a_submission
from tests.slack.conftest import a_responder
from tests.slack.rooms import FORM, said_in


def an_incident(title="Uploads are failing", **opening):
    with transaction() as session:
        opened = commands.open_incident(session, Opening(title, **opening), actor=MAYA, at=START)
        return opened.key


def the(key="INC-1"):
    with reading() as session:
        return incidents.get(session, key)


def fields_of(view):
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def test_open_without_words_asks_for_them_and_may_page(room):
    slack = room()

    slack.types("open")
    assert fields_of(slack.view) == ["title", "severity", "summary", "page"]
    assert "Nobody is woken before you send this." in slack.words_of_view
    told = slack.fills_in(title="Uploads are failing", severity="sev1", page="primary")

    assert told["response_action"] == "update"
    assert "Paging for INC-1: primary" in said_in(told)
    assert (the().severity, slack.desk.pages()) == ("sev1", [("primary", "promised", 1)])


def test_an_incident_may_be_opened_without_waking_anybody(room):
    slack = room()
    slack.types("open", user="U0SAM")

    slack.fills_in(user="U0SAM", title="Uploads are failing", page="-")

    assert slack.desk.incidents() == ["INC-1 triage"]
    assert slack.desk.pages() == []


def test_the_dialog_of_somebody_without_an_account_pages_unless_they_say_otherwise(room):
    slack = room()
    slack.types("open", user="U0SAM")

    slack.fills_in(user="U0SAM", title="Uploads are failing")

    assert slack.desk.pages() == [("primary", "promised", 1)]


def test_a_dialog_sent_twice_is_one_incident(room):
    slack = room()
    slack.types("open")
    view = dict(slack.view)

    first = slack.fills_in(view=view, title="Uploads are failing")
    second = slack.fills_in(view=view, title="Uploads are failing")

    assert first == second
    assert slack.desk.incidents() == ["INC-1 investigating"]


def test_a_wrong_field_is_told_at_the_field_and_may_be_mended(room):
    slack = room()
    an_incident()
    slack.types("note")

    wrong = slack.fills_in(text="restarted it", time="soon")
    right = slack.fills_in(text="restarted it", time="14:55")

    assert wrong["response_action"] == "errors"
    assert wrong["errors"]["time"].startswith("Write the time as 23:50")
    assert right is None
    assert slack.desk.lines()[-1] == "restarted it"


def test_an_effect_is_put_in_force_with_its_undoing(room):
    slack = room()
    an_incident()
    slack.types("effect")

    slack.fills_in(text="Mail is paused", undo="resume the queue")

    with reading() as session:
        (effect,) = effects.of_incident(session, 1)
    assert (effect.text, effect.undo) == ("Mail is paused", "resume the queue")


def test_which_of_several_is_asked_first_and_leads_on(room):
    slack = room()
    an_incident("Uploads are failing")
    an_incident("Payments are slow")
    slack.types("note")

    slack.fills_in(key="INC-1")
    slack.fills_in(text="restarted it")

    assert "restarted it" in slack.desk.lines("INC-1")


def test_a_page_where_nothing_is_open_opens_an_incident_first(room):
    slack = room()

    slack.types("page", user="U0SAM")
    slack.fills_in(user="U0SAM", title="Nothing loads", page="primary")

    assert slack.desk.incidents() == ["INC-1 triage"]
    assert slack.desk.pages() == [("primary", "promised", 1)]


def test_the_dialog_that_pages_wakes_nobody_by_being_opened(room):
    slack = room()
    connect_target("mobile")
    an_incident()

    slack.types("page", user="U0SAM")
    assert slack.desk.pages() == []
    slack.fills_in(user="U0SAM", target="mobile", text="nothing loads")

    assert slack.desk.pages() == [("mobile", "promised", 1)]


@pytest.mark.parametrize("typed", ["note", "effect", "update"])
def test_whoever_may_not_is_told_so_in_the_dialog(room, typed):
    slack = room()
    an_incident()

    slack.types(typed, user="U0SAM")

    assert "This needs an account here" in slack.words_of_view
    assert "write your Slack member id on your profile" in slack.words_of_view


@pytest.mark.parametrize("typed", ["note", "effect", "update"])
def test_a_viewer_is_told_that_it_is_the_role_that_is_missing(room, typed):
    slack = room()
    a_responder("Vic", "U0VIC", role="viewer")
    an_incident()

    slack.types(typed, user="U0VIC")

    assert slack.words_of_view == "This needs the role responder; Vic is viewer."


def test_rights_are_asked_for_again_when_it_is_sent(room):
    slack = room()
    an_incident()
    slack.types("note")

    told = slack.fills_in(user="U0SAM", text="I am bored")

    assert "This needs an account here" in told["errors"]["text"]
    assert "I am bored" not in slack.desk.lines()


def test_a_private_incident_is_hidden_behind_a_dialog_too(room):
    slack = room()
    an_incident()
    slack.types("note")
    with transaction() as session:
        incidents.lock(session, "INC-1").private = True

    told = slack.fills_in(text="still here?")

    assert told["errors"]["text"] == "There is no such incident, or none that you may see."


def test_a_trigger_that_came_too_late_is_told_in_words(room):
    slack = room()
    slack.slack.script_for["views.open"] = [says("expired_trigger_id")]

    slack.types("open")

    assert slack.whispered == "Slack was too slow for the dialog “Open an incident”. Try again."


def test_slack_that_is_busy_is_named_and_says_how_long(room):
    slack = room()
    slack.slack.script_for["views.open"] = [too_many(20)]

    slack.types("open")

    assert slack.whispered == (
        "Slack takes no more just now, so the dialog “Open an incident” did not open. "
        "Try again in 20 s."
    )


def test_a_frame_is_filled_a_second_later_if_slack_asks_for_no_more(room):
    slack = room()
    slack.slack.script_for["views.update"] = [too_many(1)]

    slack.types("open")

    assert slack.view["callback_id"] == "open"
    assert "input" in [block["type"] for block in slack.view["blocks"]]


def test_a_frame_that_stays_empty_says_so(room):
    slack = room()
    slack.slack.script_for["views.update"] = [too_many(20)]

    slack.types("open")

    assert "was not filled in. Close it and try again in 20 s." in slack.whispered


def test_the_same_trigger_twice_opens_one_dialog_and_says_nothing(room):
    slack = room()
    asking = {"trigger_id": slack.slack.trigger()}

    slack.types("open", **asking)
    slack.types("open", **asking)

    assert len(slack.slack.views) == 1
    assert slack.slack.replies_by_url == []


def test_what_slack_will_not_open_leads_to_the_desk(room):
    slack = room()
    slack.slack.script_for["views.open"] = [says("view_too_large")]

    slack.types("open")

    assert "(view_too_large)" in slack.whispered
    assert "http://127.0.0.1:8000" in slack.whispered


def test_an_answer_goes_to_no_address_but_slacks(room):
    slack = room()
    slack.slack.script_for["views.open"] = [says("view_too_large")]

    slack.types("open", response_url="http://169.254.169.254/latest/meta-data")

    assert slack.slack.replies_by_url == []
    assert "(view_too_large)" in said_in(slack.slack.ephemerals[-1])


def test_an_empty_frame_opens_before_anything_is_looked_up(room, monkeypatch):
    slack = room()
    asked = urllib.parse.urlencode(a_command("open", trigger_id=slack.slack.trigger())).encode()
    monkeypatch.setattr("incident.services.dialogs.fill", _breaks)

    slack.desk.post("/slack/commands", asked, content_type=FORM)
    slack.lets_slack_answer()

    assert "could not fill this in" in slack.words_of_view


def _breaks(*_args, **_given):
    raise RuntimeError("the desk stumbles")


def test_a_stumble_is_answered_and_not_repeated_for_ever(room, monkeypatch):
    slack = room()
    monkeypatch.setattr("incident.services.slash.run", _breaks)

    assert slack.types("status").startswith("The desk stumbled over this")


@pytest.mark.parametrize("name", ["dance", "", "open" * 100])
def test_a_dialog_that_is_none_of_ours_changes_nothing(room, name):
    slack = room()
    metadata = json.dumps({"name": name, "context": {"key": "INC-1"}})
    view = {"id": "V1", "hash": "1", "blocks": [], "private_metadata": metadata}
    form = {"payload": json.dumps(a_submission({"title": {"text": "Dance"}, **view}))}

    answer = slack.desk.post(
        "/slack/actions", urllib.parse.urlencode(form).encode(), content_type=FORM
    )

    assert answer.status_code == 200
    assert slack.desk.incidents() == []


def test_closing_a_dialog_changes_nothing(room):
    slack = room()
    slack.types("open")
    form = {"payload": json.dumps(a_closing(slack.view))}

    answer = slack.desk.post(
        "/slack/actions", urllib.parse.urlencode(form).encode(), content_type=FORM
    )

    assert (answer.status_code, answer.data) == (200, b"")


def test_without_slack_nothing_is_asked_of_it(room, desk):
    slack = room()
    ASIDES.serve(slack.desk.app.config["DESK"])

    slack.types("open")

    assert slack.slack.views == []


def test_every_request_was_as_slack_publishes_it(room):
    slack = room()
    an_incident("Uploads are failing")
    an_incident("Payments are slow")
    slack.types("open")
    slack.types("note")
    slack.fills_in(key="INC-2")
    slack.fills_in(text="restarted it")

    assert slack.slack.breaches == []


def test_the_update_is_written_in_its_dialog(room):
    slack = room()
    an_incident(severity="sev1")

    slack.types("update")
    told = slack.fills_in(conditions="Uploads fail for everybody in Europe")

    assert (told or {}).get("response_action") != "errors"
    assert any("Uploads fail for everybody" in line for line in slack.desk.lines())


def test_while_the_database_is_away_the_dialog_says_so(room, database):
    slack = room()
    away = ("connections", "people", "targets")
    with database.begin() as connection:
        [connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO away_{name}") for name in away]

    slack.types("open")

    with database.begin() as connection:
        [connection.exec_driver_sql(f"ALTER TABLE away_{name} RENAME TO {name}") for name in away]
    assert "could not fill this in" in slack.words_of_view
