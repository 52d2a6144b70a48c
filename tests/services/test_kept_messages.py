"""Messages that somebody marks in Slack, and what becomes of them on a timeline."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from incident.integrations.notifier import Delivered
from incident.integrations.slack import quotes
from incident.services import kept_messages, signals
from incident.storage import incidents, timeline
from incident.storage import kept_messages as rows
from incident.storage.db import reading, transaction
from incident.storage.incident_channels import IncidentChannel
from incident.storage.outbox import Delivery
from incident.storage.people import Person
from tests.conftest import MAYA, START
from tests.fakes.slack_events import a_message_event

OWN = "C0INC1"
SAID_AT = "1625882340.000200"


def a_mark(*, emoji="pushpin", by="U0MAYA", channel=OWN, ts=SAID_AT, external=False):
    event = {
        "type": "reaction_added",
        "user": by,
        "reaction": emoji,
        "item": {"type": "message", "channel": channel, "ts": ts},
    }
    return {"team_id": "T0DESK", "event": event, "is_ext_shared_channel": external}


@pytest.fixture
def key(database, an_incident):
    """An incident with a channel of its own, and Maya who has an account."""
    key = an_incident("Look")
    with transaction() as session:
        session.add(
            IncidentChannel(
                incident_id=incidents.id_of(key),
                channel=OWN,
                state="open",
                created_at=START,
                opened_at=START,
            )
        )
        session.add(
            Person(name="Maya", email="maya@example.org", slack_id="U0MAYA", created_at=START)
        )
    return key


def told(key, kind):
    with reading() as session:
        return timeline.of_kinds(session, incidents.id_of(key), [kind])


def hear(text, *, ts=SAID_AT, clock, **fields):
    """Slack tells a message of the incident's channel, which by itself means nothing."""
    payload = a_message_event(text, channel=OWN, ts=ts, **fields)
    with transaction() as session:
        kept = signals.keep(session, b"", payload, at=clock())
        signals.read(session, kept, clock())
    return payload["team_id"]


def mark(clock, **fields):
    with transaction() as session:
        return kept_messages.reacted(session, a_mark(**fields), clock())


def test_a_marked_message_stands_on_the_timeline_with_its_own_time(key, clock):
    hear("The queue is at 4 million", clock=clock, user="U0TOM")

    assert mark(clock) == "kept"

    (line,) = told(key, "message_kept")
    assert "The queue is at 4 million" in line.text
    assert (line.actor, line.occurred_at.isoformat()) == (
        "Maya",
        "2021-07-10T01:59:00.000200+00:00",
    )
    assert line.data["link"] == "https://slack.com/archives/C0INC1/p1625882340000200"


def test_two_people_who_mark_the_same_message_keep_it_once(key, clock):
    hear("The queue is at 4 million", clock=clock)

    results = [mark(clock), mark(clock, by="U0TOM", emoji="memo")]

    assert results == ["kept", "it is on the timeline already"]
    assert len(told(key, "message_kept")) == 1


def test_another_emoji_keeps_nothing(key, clock):
    hear("Lunch?", clock=clock)

    assert mark(clock, emoji="thumbsup") == "a reaction that means nothing here"
    assert told(key, "message_kept") == []


def test_a_tone_of_skin_does_not_matter(key, clock):
    hear("The queue is at 4 million", clock=clock)

    assert mark(clock, emoji="pushpin::skin-tone-3") == "kept"


def test_somebody_of_another_company_writes_on_no_timeline(key, clock):
    hear("The queue is at 4 million", clock=clock)

    assert mark(clock, by="U0STRANGER", external=True) == "somebody of another company put it there"
    assert told(key, "message_kept") == []


def test_a_mark_where_no_incident_is_worked_on_means_nothing(key, clock):
    assert mark(clock, channel="C0LUNCH") == "no incident is worked on there"


def test_a_message_that_slack_never_told_is_asked_for(key, clock):
    assert mark(clock) == "asked"

    with transaction() as session:
        asked = session.scalars(select(Delivery).where(Delivery.action == "fetch_message")).one()
        incident = incidents.lock(session, key)
        answer = {"message": {"text": "Disk is &lt;full&gt;", "user": "U0TOM", "ts": SAID_AT}}
        kept_messages.told(session, incident, asked, Delivered(answer), clock())
    assert asked.settings["ts"] == SAID_AT
    assert "Disk is <full>" in told(key, "message_kept")[0].text


def test_a_message_that_slack_does_not_know_either_is_told_to_be_missing(key, clock):
    mark(clock)

    with transaction() as session:
        asked = session.scalars(select(Delivery).where(Delivery.action == "fetch_message")).one()
        incident = incidents.lock(session, key)
        kept_messages.told(session, incident, asked, Delivered({"message": None}), clock())
        kept_messages.told(session, incident, asked, Delivered({"message": None}), clock())
    assert [line.text for line in told(key, "message_missing")] == [
        "Maya wanted a message from Slack kept here, but Slack has no such message"
    ]


def test_pictures_and_files_are_named(key, clock):
    message = {
        "text": "Look",
        "user": "U0TOM",
        "files": [
            {"mimetype": "image/png", "title": "graph.png"},
            {"mimetype": "text/plain", "name": "log.txt"},
        ],
    }

    with transaction() as session:
        kept_messages.keep(
            session,
            key,
            channel=OWN,
            ts=SAID_AT,
            by=MAYA,
            way="shortcut",
            at=clock(),
            message=message,
        )

    (line,) = told(key, "message_kept")
    assert line.text.endswith("Look (picture: graph.png; file: log.txt)")
    assert line.data["pictures"] == ["graph.png"]


def followed(clock, text, kind):
    payload = a_message_event(text, channel=OWN, ts=SAID_AT)
    event = dict(payload["event"])
    changed = {
        "type": "message",
        "subtype": "message_changed" if kind == "edit" else "message_deleted",
        "channel": OWN,
        "ts": "1625882400.000300",
        "deleted_ts": SAID_AT,
        "message": event,
        "previous_message": event | {"text": "something else"},
    }
    if kind == "deletion":
        changed["previous_message"] = event
    from incident.services.speech import said_in

    with transaction() as session:
        kept_messages.followed(session, said_in({**payload, "event": changed}), clock())


def test_an_edit_is_told_once_and_the_first_wording_stays(key, clock):
    hear("The queue is at 4 million", clock=clock)
    mark(clock)

    followed(clock, "The queue is at 5 million", "edit")
    followed(clock, "The queue is at 5 million", "edit")

    (line,) = told(key, "message_changed")
    assert line.text.endswith("changed the message of 01:59 to: The queue is at 5 million")
    assert "4 million" in told(key, "message_kept")[0].text


def test_a_deletion_takes_nothing_off_the_timeline(key, clock):
    hear("The queue is at 4 million", clock=clock)
    mark(clock)

    followed(clock, "The queue is at 4 million", "deletion")
    followed(clock, "The queue is at 4 million", "deletion")

    (line,) = told(key, "message_deleted")
    assert line.text.endswith("what it said stays here")
    with reading() as session:
        kept = rows.find(session, incidents.id_of(key), OWN, SAID_AT)
    assert kept is not None
    assert kept.deleted_at == START


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=20),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["text", "files", "item", "event", "ts"]), inner)
    ),
    max_leaves=12,
)


@given(some.dictionaries(some.sampled_from(["event", "item", "files", "text", "user"]), anything))
def test_nothing_that_slack_may_send_is_stumbled_over(payload):
    mark = quotes.read_reaction(payload)
    quote = quotes.quote(payload, channel=OWN, ts=SAID_AT)

    assert mark is None or isinstance(mark.emoji, str)
    assert "\x00" not in quote.text


def test_a_message_that_not_everybody_may_read_is_told_to_be_hidden_and_may_be_kept_later(
    key, clock
):
    mark(clock)
    with transaction() as session:
        asked = session.scalars(select(Delivery).where(Delivery.action == "fetch_message")).one()
        incident = incidents.lock(session, key)
        answer = Delivered({"message": None, "hidden": True})
        kept_messages.told(session, incident, asked, answer, clock())
    clock.forward(minutes=1)

    hear("The queue is at 4 million", clock=clock)

    assert "not everybody may read its channel" in told(key, "message_missing")[0].text
    assert mark(clock) == "kept"


def test_what_is_kept_is_marked_in_slack_without_a_line_of_its_own(key, clock):
    hear("The queue is at 4 million", clock=clock)

    mark(clock)

    with reading() as session:
        marked = session.scalars(select(Delivery).where(Delivery.action == "mark_message")).one()
    assert (marked.settings["ts"], marked.settings["emoji"]) == (SAID_AT, "white_check_mark")
