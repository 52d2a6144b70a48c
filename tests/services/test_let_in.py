"""Who comes into a private incident, and into its channel: whoever is woken, and its members."""

import pytest

from incident.delivery.channel_keeper import ChannelKeeper
from incident.rules.heard import Heard
from incident.rules.permissions import Actor
from incident.services import hearing, incidents, pages, privacy, visibility
from incident.services.incidents import Opening
from incident.storage import incident_channels, outbox, targets, timeline
from incident.storage import incidents as rows
from incident.storage import pages as page_rows
from incident.storage.db import reading, transaction
from tests.conftest import START, connect_target
from tests.web.browsers import a_person


def actor_of(person):
    return Actor(person.name, role=person.role, person_id=person.id)


@pytest.fixture
def maya(database):
    return actor_of(a_person("Maya"))


@pytest.fixture
def tom(database):
    return actor_of(a_person("Tom", slack_id="U0TOM"))


@pytest.fixture
def key(maya):
    """A private incident of Maya's, about which primary is being paged."""
    connect_target("primary")
    with transaction() as session:
        opening = Opening("Keys were stolen", severity="sev1", private=True)
        key = incidents.open_incident(session, opening, actor=maya, at=START).key
        pages.page(session, incident_key=key, target="primary", actor=maya, at=START)
    return key


@pytest.fixture
def channel(key, clock):
    """Its private channel in Slack, as the keeper keeps it."""
    with transaction() as session:
        row = incident_channels.IncidentChannel(
            incident_id=rows.id_of(key), channel="G0INC1", name="inc-1", state="open", private=True
        )
        row.created_at = START
        session.add(row)
    return ChannelKeeper(clock=clock)


def asked_in(key="INC-1"):
    with reading() as session:
        sent = outbox.of_incident(session, rows.id_of(key))
        return [one.settings["member"] for one in sent if one.action == "invite_members"]


def told(kind, key="INC-1", **fields):
    with transaction() as session:
        asked = page_rows.of_incident(session, rows.id_of(key))[0]
        heard = Heard(kind, dedup_key=asked.dedup_key, pagerduty_id="Q7", **fields)
        hearing.hear(session, heard, at=START)


def sees(actor, key="INC-1"):
    with reading() as session:
        return visibility.may_see(session, actor, rows.get(session, key))


def lines(key="INC-1"):
    with reading() as session:
        return [one.text for one in timeline.since(session, rows.id_of(key), 0)]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("notified", {"who": "Tom", "channel": "push"}),
        ("triggered", {"people": ("Tom",)}),
        ("escalated", {"people": ("Tom",)}),
    ],
)
def test_whoever_is_woken_sees_it_before_they_have_answered(key, tom, kind, fields):
    told(kind, **fields)

    assert sees(tom)
    assert lines().count("PagerDuty let Tom in") == 1


def test_they_are_known_by_the_address_that_pagerduty_told(key, tom):
    with transaction() as session:
        on_call = [{"name": "Thomas Q.", "email": "Tom@example.com"}]
        targets.find(session, "primary").on_call = on_call

    told("notified", who="Thomas Q.", channel="push")

    assert sees(tom)


def test_whoever_only_escalated_it_there_is_not_let_in(key, tom):
    told("escalated", who="Tom", people=())

    assert not sees(tom)


def test_whom_a_person_left_out_stays_out(key, maya, tom):
    told("notified", who="Tom", channel="push")
    with transaction() as session:
        left_out = {"incident_key": key, "person_id": tom.person_id}
        privacy.remove(session, **left_out, actor=maya, at=START)

    told("notified", who="Tom", channel="sms")

    assert not sees(tom)


def test_a_name_that_nobody_has_here_lets_nobody_in(key, tom):
    told("notified", who="Somebody else", channel="push")

    assert not sees(tom)


def test_in_a_public_incident_nobody_is_let_in(an_incident, maya, tom):
    connect_target("primary")
    key = an_incident()
    with transaction() as session:
        pages.page(session, incident_key=key, target="primary", actor=maya, at=START)

    told("notified", who="Tom", channel="push")

    assert "PagerDuty let Tom in" not in lines()


def test_members_are_asked_into_the_channel_that_they_could_not_find(channel, key, maya, tom):
    with transaction() as session:
        privacy.add(session, incident_key=key, person_id=tom.person_id, actor=maya, at=START)

    channel.turn()

    assert asked_in() == ["U0TOM"]


def test_whoever_is_left_out_may_still_read_the_channel_and_that_is_said(channel, key, maya, tom):
    told("notified", who="Tom", channel="push")
    channel.turn()

    with transaction() as session:
        left_out = {"incident_key": key, "person_id": tom.person_id}
        privacy.remove(session, **left_out, actor=maya, at=START)

    assert lines()[-1] == (
        "Maya left Tom out of it. They may still read #inc-1: put them out there, in Slack"
    )
