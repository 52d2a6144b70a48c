"""An update written from Slack: what the dialog asks, and what becomes of the answers."""

import pytest

from incident.rules.dialogs import Asked
from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import dialogs, incidents, privacy, updates
from incident.services.updates import Draft
from incident.storage import connections as connection_rows
from incident.storage import incidents as rows
from incident.storage import updates as update_rows
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA, START

EVE = Actor("eve", role="reporter", source="slack")


@pytest.fixture
def key(database, an_incident):
    return an_incident(severity="sev2", slack_channel="C0EMERGENCY", slack_thread="1.000100")


@pytest.fixture
def executives(database):
    with transaction() as session:
        row = connection_rows.find_or_make(session, "slack", "Ada", START)
        row.settings = {"audiences": {"executives": {"channel": "C0EXEC", "name": "#exec"}}}


def fill(key, clock, actor=MAYA):
    with reading() as session:
        asked = Asked("update", "Write the update", {"key": key})
        return dialogs.fill(session, asked, actor=actor, at=clock())


def submit(key, clock, actor=MAYA, **values):
    with transaction() as session:
        return dialogs.submit(session, "update", {"key": key}, values, actor=actor, at=clock())


def write(key, clock, draft):
    with transaction() as session:
        updates.write(session, incident_key=key, draft=draft, actor=MAYA, at=clock())


def newest(key):
    with reading() as session:
        return update_rows.newest(session, rows.id_of(key))


def fields(dialog):
    return {field.name: field.value for field in dialog.fields}


def test_it_begins_with_what_was_said_last_and_the_usual_promise(key, clock):
    write(key, clock, Draft("Uploads fail", needs="A DBA"))

    asked = fill(key, clock)

    assert fields(asked) == {
        "conditions": "Uploads fail",
        "actions": "",
        "needs": "A DBA",
        "to": ["responders"],
        "next_minutes": "30",
    }
    assert asked.context == {"key": key}


def test_only_audiences_that_can_be_told_are_offered(key, executives, clock):
    asked = fill(key, clock)

    options = next(field.options for field in asked.fields if field.name == "to")
    assert options == [
        ("responders", "Responders: the incident's thread"),
        ("executives", "Executives: #exec"),
    ]
    assert "No channel for: customers. Settings, Slack chooses one." in asked.text


def test_without_any_channel_nobody_is_asked_to_whom(database, an_incident, clock):
    asked = fill(an_incident(), clock)

    assert "to" not in fields(asked)


def test_what_is_over_promises_no_more(key, clock):
    with transaction() as session:
        incidents.move(session, incident_key=key, action="resolve", actor=MAYA, at=clock())

    assert "next_minutes" not in fields(fill(key, clock))


def test_what_was_filled_in_is_sent_to_whom_it_says(key, executives, clock):
    reply = submit(
        key, clock, conditions="Uploads fail", to=["responders", "executives"], next_minutes="15"
    )

    assert reply.text == f"{key}: the update goes to the incident's thread, #exec."
    assert list(newest(key).wordings) == ["responders", "executives"]
    assert (newest(key).promised_at - START).total_seconds() == 15 * 60


def test_where_nobody_can_be_told_it_is_said(database, an_incident, clock):
    key = an_incident()

    reply = submit(key, clock, conditions="Uploads fail")

    assert reply.text == f"{key}: the update stands on the timeline. It was posted nowhere."


def test_sent_to_nobody_it_stands_on_the_timeline(key, clock):
    submit(key, clock, conditions="Uploads fail", to=[])

    assert newest(key).wordings == {}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"conditions": " "}, "conditions"),
        ({"conditions": "x", "next_minutes": "soon"}, "next_minutes"),
        ({"conditions": "x", "next_minutes": "1441"}, "next_minutes"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(key, clock, values, name):
    with pytest.raises(Wrong) as refused:
        submit(key, clock, **values)

    assert list(refused.value.fields) == [name]


def test_an_audience_that_somebody_made_up_is_refused(key, clock):
    with pytest.raises(NotAllowed, match="An audience is one of"):
        submit(key, clock, conditions="x", to=["press"])


def test_whoever_has_no_account_is_asked_nothing_and_sends_nothing(key, clock):
    with pytest.raises(NotAllowed, match="needs an account here"):
        fill(key, clock, actor=EVE)
    with pytest.raises(NotAllowed, match="needs an account here"):
        submit(key, clock, actor=EVE, conditions="x")


def test_a_drill_says_so_in_the_dialog(database, an_incident, clock):
    assert fill(an_incident(mode="drill"), clock).text.startswith("DRILL INC-1: Uploads")


def test_of_a_private_incident_no_other_audience_is_offered(key, executives, clock):
    with transaction() as session:
        privacy.hide(session, incident_key=key, actor=ADA, at=clock())

    asked = fill(key, clock, actor=ADA)

    assert "to" not in fields(asked)
    assert "told only in a private channel of its own" in asked.text
