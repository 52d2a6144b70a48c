"""/inc: what may be typed, by whom, about which incident."""

import threading
import urllib.parse

import pytest
from sqlalchemy.exc import OperationalError

from incident.delivery import slack_requests
from incident.services import incidents as commands
from incident.services.incidents import Opening
from incident.storage import effects, incident_channels, incidents, kept_messages, roles, targets
from incident.storage.db import reading, transaction
from incident.storage.slack_members import SlackMember
from tests.conftest import MAYA, START, connect_target
from tests.fakes.slack_events import a_button_press
from tests.fakes.slack_requests import a_command
from tests.slack.conftest import a_responder, button
from tests.slack.rooms import FORM, labels_in


def an_incident(title="Uploads are failing", **opening):
    with transaction() as session:
        opened = commands.open_incident(session, Opening(title, **opening), actor=MAYA, at=START)
        return opened.key


def the(key="INC-1"):
    with reading() as session:
        return incidents.get(session, key)


def test_an_incident_is_opened_with_its_severity(room):
    slack = room()

    said = slack.types("open Uploads are failing sev2")

    assert "Declared <http://127.0.0.1:8000/incidents/INC-1|INC-1>, sev2: Uploads" in said
    assert "Nobody was paged" in said
    assert labels_in(slack.told) == ["Page…", "Status"]
    assert (the().severity, the().status, the().source) == ("sev2", "investigating", "slack")


def test_somebody_without_an_account_opens_one_that_waits_to_be_accepted(room):
    slack = room()

    said = slack.types("open Nothing loads", user="U0SAM")

    assert said.startswith("Reported")
    assert (the().status, the().reporter) == ("triage", "sam")


def test_the_same_command_told_twice_opens_one_incident(room):
    slack = room()
    asking = {"trigger_id": slack.slack.trigger()}

    first = slack.types("open Uploads are failing", **asking)
    second = slack.types("open Uploads are failing", **asking)

    assert first == second
    assert slack.desk.incidents() == ["INC-1 investigating"]


def test_anybody_may_page_and_hears_who_is_woken(room):
    slack = room()
    an_incident()

    said = slack.types("page primary nothing loads", user="U0SAM")

    assert "Paging for <http://127.0.0.1:8000/incidents/INC-1|INC-1>: primary" in said
    assert slack.desk.pages() == [("primary", "promised", 1)]
    assert "sam paged primary: nothing loads" in slack.desk.lines()


def test_a_page_that_wakes_nobody_is_said_in_capitals_with_the_telephones(room):
    slack = room(connected=False)
    with transaction() as session:
        target = targets.find_or_make(session, "primary", START)
        target.phones = [{"name": "Maya", "phone": "+1 555 0100"}]
    an_incident()

    said = slack.types("page primary nothing loads")

    assert "NOBODY WAS PAGED" in said
    assert "Telephone: Maya +1 555 0100" in said


def test_a_target_that_does_not_exist_pages_nobody_and_says_so(room):
    slack = room()
    connect_target("mobile")
    an_incident()

    said = slack.types("page nobody-knows it")

    assert "so NOBODY WAS PAGED. It knows: mobile, primary." in said
    assert labels_in(slack.told) == ["Choose whom to page…"]
    assert slack.desk.pages() == []


def test_status_tells_how_it_stands_and_what_may_be_done(room):
    slack = room()
    an_incident(severity="sev1")
    slack.desk.clock.forward(minutes=47)

    said = slack.types("status")

    assert "sev1, investigating, 47 min: Uploads are failing" in said
    assert "Nobody commands it yet." in said
    assert labels_in(slack.told) == ["Note…", "Page…", "Write the update…", "Identified"]


def test_a_status_button_moves_the_incident(room):
    slack = room()
    an_incident()
    slack.types("status")

    said = slack.presses("Identified")

    assert said.endswith("is identified.")
    assert the().status == "identified"


@pytest.mark.parametrize("typed", ["status mitigated", "mitigated", "INC-1 status mitigate"])
def test_a_status_may_be_said_in_several_ways(room, typed):
    slack = room()
    an_incident()

    slack.types(typed)

    assert the().status == "mitigated"


def test_what_the_rules_refuse_is_answered_with_their_sentence(room):
    slack = room()
    an_incident()

    assert slack.types("closed") == "You cannot close an incident that is investigating."


def test_severity_is_set_and_asked_for(room):
    slack = room()
    an_incident()

    assert "How bad is it?" in slack.types("severity")
    slack.presses("sev3")
    assert the().severity == "sev3"
    slack.types("sev1")

    assert the().severity == "sev1"


def test_a_note_stands_at_the_time_that_was_typed(room):
    slack = room()
    an_incident()

    said = slack.types("note restarted the queue @14:55")

    assert said.endswith("at 14:55.")
    assert "restarted the queue" in slack.desk.lines()


def test_a_note_of_somebody_without_an_account_is_refused_and_they_hear_how_to_have_one(room):
    slack = room()
    an_incident()

    said = slack.types("note I am bored", user="U0SAM")

    assert said.startswith("This needs an account here.")
    assert "write your Slack member id U0SAM on your profile" in said


def test_an_effect_is_put_in_force_listed_and_undone(room):
    slack = room()
    an_incident()
    slack.types("effect Mail is paused")

    listed = slack.types("effects")
    assert "Mail is paused" in listed
    slack.presses("It is undone: Mail is paused")

    with reading() as session:
        assert [one.ended_by for one in effects.of_incident(session, 1)] == ["Maya"]


def test_the_only_effect_is_undone_without_naming_it(room):
    slack = room()
    an_incident()
    slack.types("effect Mail is paused")

    assert "No longer in effect" in slack.types("undo")


def test_a_role_is_taken_and_command_handed_over(room):
    slack = room()
    a_responder("Tom", "U0TOM")
    an_incident()

    slack.types("role scribe")
    slack.types("handover <@U0TOM|tom>")

    with reading() as session:
        held = {role.name: role.person for role in roles.held(session, 1)}
    assert held == {"scribe": "Maya", "commander": "Tom"}


def test_nobody_hands_over_to_somebody_without_an_account(room):
    slack = room()
    an_incident()

    assert "has no account here" in slack.types("handover <@U0SAM|sam>")


def test_which_of_several_is_asked_with_the_same_words(room):
    slack = room()
    an_incident("Uploads are failing")
    an_incident("Payments are slow")

    said = slack.types("note restarted it")
    assert "Several incidents are open" in said
    slack.presses("INC-1")

    assert "restarted it" in slack.desk.lines("INC-1")
    assert "restarted it" not in slack.desk.lines("INC-2")


def test_in_a_cord_channel_its_incident_is_meant(room):
    slack = room()
    slack.desk.says("Uploads are failing")
    an_incident("Payments are slow")

    slack.types("status mitigated")

    assert slack.desk.incidents() == ["INC-1 mitigated", "INC-2 investigating"]


def test_nothing_open_is_said_with_what_to_type(room):
    slack = room()

    assert "No incident is open." in slack.types("status")
    assert labels_in(slack.told) == ["Open an incident…"]


def test_the_list_leads_to_each(room):
    slack = room()
    an_incident("Uploads are failing")
    an_incident("Payments are slow")

    said = slack.types("list")

    assert "incidents/INC-1|INC-1>" in said
    assert labels_in(slack.told) == ["Status of INC-2", "Status of INC-1"]


def test_a_private_incident_is_not_there_for_whoever_may_not_see_it(room):
    slack = room()
    key = an_incident("Somebody reads our mail")
    with transaction() as session:
        incidents.lock(session, key).private = True

    assert "Somebody reads" not in slack.types("list")
    assert slack.types(f"{key} status") == "There is no such incident, or none that you may see."


def test_an_unknown_word_is_met_with_the_nearest(room):
    slack = room()
    an_incident()

    said = slack.types("staus")

    assert "Did you mean “status”?" in said
    assert "Uploads" in slack.presses("/inc status")


def test_help_teaches_and_says_what_the_channel_means(room):
    slack = room()

    said = slack.types("help", user="U0SAM")

    assert "In this channel a message is enough: it pages primary." in said
    assert "/inc open Uploads are failing sev2" in said
    assert "You may open an incident, page and read" in said


def test_help_tells_a_viewer_that_it_is_the_role_that_is_missing(room):
    slack = room()
    a_responder("Vic", "U0VIC", role="viewer")

    said = slack.types("help", user="U0VIC")

    assert "the rest needs the role responder, which an admin can give you: you are viewer." in said
    assert "Slack member id" not in said


def test_help_names_the_words_that_the_channel_listens_for(room):
    slack = room(words=["sos"])

    said = slack.types("help")

    assert "In this channel a message with the word “sos” is enough: it pages primary." in said


def test_people_of_another_company_are_told_that_the_desk_does_not_listen(room):
    slack = room()
    with transaction() as session:
        session.add(SlackMember(member="U0EVE", stranger=True, met_at=START, asked_at=START))

    said = slack.types("open Lunch", user="U0EVE")

    assert said.startswith("This desk answers only people of its own company.")
    assert slack.desk.incidents() == []


def test_hostile_words_ping_nobody(room):
    slack = room()

    said = slack.types("open &lt;!channel&gt; <!here> fire")

    assert "<!" not in said
    assert the().title.startswith("<!channel>")


def test_a_message_is_kept_by_its_address(room):
    slack = room()
    an_incident()
    address = "https://desk.slack.com/archives/C0EMERGENCY/p1625882340000200"

    said = slack.types(f"keep <{address}>")

    assert "Slack is asked what the message says" in said
    with reading() as session:
        kept = kept_messages.find(session, 1, "C0EMERGENCY", "1625882340.000200")
    assert kept is not None
    assert kept.way == "command"


def test_a_message_of_another_channel_is_kept_only_if_everybody_may_read_it(room):
    slack = room()
    an_incident()

    slack.types("keep https://desk.slack.com/archives/C0SECRET/p1625882340000200")

    (asked,) = slack.desk.said("INC-1", "fetch_message")
    assert asked.settings["open_to_all"] is True


def test_a_viewer_keeps_nothing_by_its_address(room):
    slack = room()
    a_responder("Vic", "U0VIC", role="viewer")
    an_incident()
    address = "https://desk.slack.com/archives/C0EMERGENCY/p1625882340000200"

    said = slack.types(f"keep <{address}>", user="U0VIC")

    assert said == "This needs the role responder; Vic is viewer."
    assert slack.desk.said("INC-1", "fetch_message") == []


def test_a_command_that_slack_did_not_sign_does_nothing(desk):
    answer = desk().app.test_client().post("/slack/commands", data={"command": "/inc"})

    assert answer.status_code == 401


def test_somebody_without_an_account_reads_but_moves_nothing(room):
    slack = room()
    an_incident()

    assert "Uploads are failing" in slack.types("status", user="U0SAM")
    assert slack.types("mitigated", user="U0SAM").startswith("This needs an account here.")
    assert the().status == "investigating"


def test_four_deliveries_of_one_command_are_one_incident(room):
    slack = room()
    asked = a_command("open Uploads are failing", trigger_id=slack.slack.trigger())
    start = threading.Barrier(4)

    def deliver():
        start.wait()
        slack_requests.handle("command", asked, at=START)

    delivering = [threading.Thread(target=deliver) for _ in range(4)]
    [each.start() for each in delivering]
    [each.join() for each in delivering]

    assert slack.desk.incidents() == ["INC-1 investigating"]


def test_while_the_database_is_away_slack_is_told_to_try_again(room, monkeypatch):
    slack = room()
    body = urllib.parse.urlencode(a_command("open Uploads are failing")).encode()
    monkeypatch.setattr("incident.services.slash.run", _is_away)

    answer = slack.desk.post("/slack/commands", body, content_type=FORM)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def _is_away(*_args, **_given):
    raise OperationalError("select 1", {}, OSError("the database is away"))


def test_a_colleague_of_another_company_presses_nothing_where_the_rule_does_not_let_them(room):
    slack = room()
    slack.desk.says("Uploads are failing")
    now = button(slack.desk.receipt(), "Page now")
    payload = a_button_press(now["action"], now["value"], user="U0EVE", user_name="eve")
    payload["user"]["team_id"] = "T0OTHER"

    slack_requests.handle("interactive", payload, at=slack.desk.clock())

    assert slack.desk.pages() == []
    assert "This desk answers only people of its own company" in slack.desk.lines()[-1]


def the_channel():
    with reading() as session:
        row = incident_channels.of_incident(session, incidents.id_of("INC-1"))
        return row and (row.state, row.name, row.data["used"])


@pytest.mark.parametrize(
    ("typed", "name"),
    [("channel", "inc-1-uploads-are-failing"), ("channel Uploads War Room", "uploads-war-room")],
)
def test_a_channel_is_made_by_the_desks_name_or_by_ours(room, typed, name):
    slack = room()
    an_incident()

    said = slack.types(typed)

    assert f"Slack is asked to make #{name} for" in said
    assert the_channel() == ("wanted", name, "")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("#uploads", "uploads"),
        ("<#C0UPLOADS1|uploads>", "uploads"),
        ("<#C0UPLOADS1|>", "C0UPLOADS1"),
        ("https://x.slack.com/archives/C0UPLOADS1", "C0UPLOADS1"),
    ],
)
def test_a_channel_that_is_there_is_used(room, typed, asked):
    slack = room()
    an_incident()

    said = slack.types(f"INC-1 channel {typed}")

    assert "Slack is asked for that channel" in said
    assert the_channel() == ("wanted", "", asked)


def test_whoever_has_no_account_makes_no_channel(room):
    slack = room()
    an_incident()

    said = slack.types("channel", user="U0SAM")

    assert said.startswith("This needs an account here.")
    assert the_channel() is None


def test_a_channel_of_what_is_private_has_no_name_that_tells(room):
    slack = room()
    an_incident(private=True)

    said = slack.types("INC-1 channel payroll-leak")

    assert "is named by the desk" in said
    assert the_channel() is None


def test_a_pull_cord_is_no_channel_to_work_in(room):
    slack = room()
    an_incident()

    assert "#emergency" in slack.types("channel #emergency")
    assert the_channel() is None
