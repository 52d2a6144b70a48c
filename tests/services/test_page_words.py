"""What somebody has PagerDuty told about a page."""

import pytest
from sqlalchemy.exc import NoResultFound

from incident.rules.outcome import NotAllowed
from incident.services import page_words
from incident.storage import incidents as incident_rows
from incident.storage import outbox, pages, people
from incident.storage.db import reading, transaction
from incident.storage.people import Person
from tests.conftest import MAYA, SAM, START
from tests.services.test_hearing import lines, page_of, paged, told  # noqa: F401


def send(clock, key, command, *, actor=MAYA, **asked):
    with transaction() as session:
        return command(
            session, incident_key=key, page_id=page_of(key).id, actor=actor, at=clock(), **asked
        )


def promised(key):
    with reading() as session:
        sent = outbox.of_incident(session, incident_rows.id_of(key))
        return [(d.action, d.settings) for d in sent if d.action in ("note", "escalate")]


def test_a_note_is_promised_and_stands_on_the_timeline(paged, clock):  # noqa: F811
    key = paged()

    send(clock, key, page_words.note, text=" The disk is full ")
    send(clock, key, page_words.note, text="And hot")

    assert [s["text"] for _, s in promised(key)] == ["The disk is full", "And hot"]
    assert "Maya writes to PagerDuty: The disk is full" in lines(key)


def test_our_own_note_that_comes_back_is_no_news(paged, clock):  # noqa: F811
    key = paged()
    told(clock, key, "triggered")
    send(clock, key, page_words.note, text="The disk is full")
    before = lines(key)

    told(clock, key, "annotated", who="Maya", text="The disk is full")

    assert lines(key) == before


def test_it_goes_out_in_the_name_of_whoever_asked(paged, clock):  # noqa: F811
    key = paged()
    with transaction() as session:
        maya = Person(name="Maya", email="maya@example.com", created_at=START)
        session.add(maya)
        session.flush()
        asking = type(MAYA)("Maya", person_id=maya.id)
        assert people.find(session, maya.id) is maya

    send(clock, key, page_words.escalate, level=2, actor=asking)

    assert promised(key) == [("escalate", {"by": "Maya", "from": "maya@example.com", "level": 2})]


@pytest.mark.parametrize("text", ["", "   ", "x" * 1_501])
def test_a_note_says_something_and_not_too_much(paged, clock, text):  # noqa: F811
    key = paged()

    with pytest.raises(NotAllowed):
        send(clock, key, page_words.note, text=text)

    assert promised(key) == []


@pytest.mark.parametrize("level", [0, 21])
def test_there_are_only_so_many_levels(paged, clock, level):  # noqa: F811
    with pytest.raises(NotAllowed, match="from 1 to 20"):
        send(clock, paged(), page_words.escalate, level=level)


def test_what_pagerduty_never_had_cannot_be_spoken_of(paged, clock):  # noqa: F811
    with pytest.raises(NotAllowed, match="has not taken this page"):
        send(clock, paged(accepted=False), page_words.note, text="Hello")


def test_somebody_who_may_only_look_says_nothing(paged, clock):  # noqa: F811
    with pytest.raises(NotAllowed):
        send(clock, paged(), page_words.note, text="Hello", actor=SAM)


def test_a_page_of_another_incident_is_not_there(paged, clock):  # noqa: F811
    first, second = paged(), paged()

    with transaction() as session:
        number = pages.of_incident(session, incident_rows.id_of(second))[0].id
        with pytest.raises(NoResultFound, match="has no page"):
            page_words.note(
                session, incident_key=first, page_id=number, text="x", actor=MAYA, at=clock()
            )
