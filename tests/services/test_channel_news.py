"""What happens to an incident's channel in Slack itself: archived, renamed, entered."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident.services import channel_upkeep
from incident.services.slack_events import EVENTS
from incident.storage import incident_channels, timeline
from incident.storage import incidents as rows
from incident.storage.db import reading, transaction
from incident.storage.incident_channels import IncidentChannel
from tests.conftest import START
from tests.fakes.slack_events import a_join_event, a_rename_event, an_archive_event

CHANNEL = "C0INC10000"
KINDS = (
    "channel_archive",
    "group_archive",
    "channel_rename",
    "group_rename",
    "member_joined_channel",
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(CHANNEL),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["channel", "user", "id", "name"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.fixture
def key(database, an_incident):
    """An incident that is worked on in a channel of its own."""
    key = an_incident()
    with transaction() as session:
        row = IncidentChannel(incident_id=1, channel=CHANNEL, name="inc-1", created_at=START)
        row.state = "open"
        session.add(row)
    return key


def hear(payload):
    with transaction() as session:
        return EVENTS[payload["event"]["type"]](session, payload, START)


def channel():
    with reading() as session:
        return incident_channels.of_incident(session, 1)


def lines():
    with reading() as session:
        return [one.text for one in timeline.since(session, 1, 0)]


def test_a_channel_that_somebody_archives_is_no_place_to_work_in(key):
    hear(an_archive_event(CHANNEL, user="U0SAM"))

    assert channel().state == "archived"
    assert lines()[-1] == "Slack member U0SAM archived #inc-1 in Slack"


def test_while_the_incident_is_open_that_asks_for_another(key):
    hear(an_archive_event(CHANNEL, user="U0SAM"))

    with transaction() as session:
        channel_upkeep.follow(session, rows.lock(session, key), START)

    assert channel().state == "failed"
    assert "only a person can bring it back" in lines()[-1]


def test_what_we_archive_ourselves_is_told_once(key):
    with transaction() as session:
        incident_channels.of_incident(session, 1).data = {"archiving": True}

    hear(an_archive_event(CHANNEL, user="U0DESK"))

    assert channel().state == "open"


def test_a_channel_is_called_what_slack_calls_it(key):
    hear(a_rename_event("uploads-war-room", channel=CHANNEL))
    hear(a_rename_event("uploads-war-room", channel=CHANNEL))

    assert channel().name == "uploads-war-room"
    assert lines()[1:] == ["#inc-1 is called #uploads-war-room in Slack now"]


def test_a_private_channel_is_called_what_slack_calls_it(key):
    hear(a_rename_event("breach-room", channel=CHANNEL, kind="group_rename"))

    assert channel().name == "breach-room"
    assert lines()[-1] == "#inc-1 is called #breach-room in Slack now"


def test_whoever_came_in_by_themselves_is_not_asked_in(key):
    hear(a_join_event("U0MAYA", channel=CHANNEL))

    assert channel().invited == ["U0MAYA"]


def test_channels_of_nobody_are_left_alone(key):
    assert hear(an_archive_event("C0EMERGENCY")) == "no channel of an incident"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(kind=st.sampled_from(KINDS), event=st.dictionaries(st.just("channel"), ANY_JSON) | ANY_JSON)
def test_whatever_slack_sends_is_read_without_a_fault(sqlite, kind, event):
    with transaction() as session:
        assert EVENTS[kind](session, {"event": event}, START) == "no channel of an incident"
