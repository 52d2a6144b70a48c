"""The update nobody has written yet: who is asked, when, and what makes the clock go."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from incident.delivery.scheduler import Scheduler
from incident.services import incidents, roles, updates
from incident.services.updates import Draft
from incident.storage import incidents as rows
from incident.storage import timeline
from incident.storage.db import reading, transaction
from incident.storage.incident_channels import IncidentChannel
from incident.storage.outbox import Delivery
from incident.storage.people import Person
from tests.conftest import MAYA, START, TOM

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def scheduler(clock):
    return Scheduler(clock=clock)


def due_in(key):
    """Minutes after the start, or None."""
    with reading() as session:
        due_at = rows.get(session, key).update_due_at
    return None if due_at is None else (due_at - START) / timedelta(minutes=1)


def asked(key):
    with reading() as session:
        kinds = ["update_due", "update_overdue"]
        found = timeline.of_kinds(session, rows.id_of(key), kinds)
        return [(line.data["role"], line.key_moment) for line in found]


def last_line(key):
    with reading() as session:
        return timeline.newest(session, rows.id_of(key), limit=1)[-1].text


def posts():
    with reading() as session:
        found = session.scalars(select(Delivery).where(Delivery.integration == "slack"))
        return [delivery.settings for delivery in found]


def move(key, action, clock, **why):
    with transaction() as session:
        incidents.move(session, incident_key=key, action=action, actor=MAYA, at=clock(), **why)


def rate(key, severity, clock):
    with transaction() as session:
        incidents.set_severity(session, incident_key=key, severity=severity, actor=MAYA, at=clock())


def write(key, clock, **fields):
    with transaction() as session:
        draft = Draft("Uploads fail", **fields)
        updates.write(session, incident_key=key, draft=draft, actor=MAYA, at=clock())


def give(key, role, person, clock, person_id=None):
    with transaction() as session:
        roles.take(
            session, incident_key=key, name=role, person=person, person_id=person_id,
            actor=TOM, at=clock(),
        )  # fmt: skip


def a_person(name, slack_id=""):
    with transaction() as session:
        email = f"{name.lower()}@example.org"
        person = Person(name=name, email=email, slack_id=slack_id, created_at=START)
        session.add(person)
        session.flush()
        return person.id


def a_channel(key):
    with transaction() as session:
        session.add(
            IncidentChannel(
                incident_id=rows.id_of(key),
                channel="C0INC1",
                state="open",
                created_at=START,
                opened_at=START,
            )
        )


def pass_minutes(scheduler, clock, *steps):
    fired = 0
    for minutes in steps:
        clock.forward(minutes=minutes)
        fired += scheduler.sweep()
    return fired


def test_declaring_begins_the_clock_by_severity(an_incident):
    assert due_in(an_incident(severity="sev1")) == 10
    assert due_in(an_incident(severity="sev4")) is None


def test_a_cry_for_help_owes_news_once_it_is_taken_up(an_incident, clock):
    key = an_incident(status="triage", severity="sev2")
    before = due_in(key)

    clock.forward(minutes=7)
    move(key, "accept", clock)

    assert (before, due_in(key)) == (None, 7 + 15)


def test_it_goes_on_through_its_life_and_ends_with_it(an_incident, clock):
    key = an_incident(severity="sev2")
    clock.forward(minutes=3)

    move(key, "identify", clock)
    identified = due_in(key)
    move(key, "resolve", clock)

    assert (identified, due_in(key)) == (15, None)


@pytest.mark.parametrize("action", ["decline", "resolve"])
def test_nobody_is_asked_about_what_is_over(an_incident, clock, scheduler, action):
    key = an_incident(severity="sev1")
    move(key, action, clock, reason="it was a test")

    assert pass_minutes(scheduler, clock, 30) == 0
    assert asked(key) == []


def test_a_merged_incident_owes_nothing_and_the_other_still_does(an_incident, clock):
    other, key = an_incident(severity="sev1"), an_incident(severity="sev1")

    move(key, "merge", clock, into=other)

    assert (due_in(key), due_in(other)) == (None, 10)


def test_what_is_open_again_owes_news_again(an_incident, clock):
    key = an_incident(severity="sev1")
    move(key, "resolve", clock)
    clock.forward(minutes=60)

    move(key, "reopen", clock)

    assert due_in(key) == 60 + 10


def test_what_became_worse_needs_a_word_soon(an_incident, clock):
    key = an_incident(severity="sev3")
    clock.forward(minutes=5)

    rate(key, "sev1", clock)

    assert due_in(key) == 5 + 10


def test_what_became_better_keeps_its_promise(an_incident, clock):
    key = an_incident(severity="sev1")

    rate(key, "sev3", clock)
    better = due_in(key)
    rate(key, "sev4", clock)

    assert (better, due_in(key)) == (10, 10)


def test_what_turns_out_to_matter_begins_to_owe(an_incident, clock):
    key = an_incident(severity="sev4")
    clock.forward(minutes=1)

    rate(key, "sev2", clock)

    assert due_in(key) == 1 + 15


def test_whoever_speaks_is_reminded_when_it_is_time(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")
    give(key, "commander", "Tom", clock)
    give(key, "comms", "Maya", clock)

    fired = pass_minutes(scheduler, clock, 9, 1)

    assert (fired, asked(key)) == (1, [("comms", False)])
    assert last_line(key) == "An update is due from Maya (comms)"


def test_then_another_role_is_asked_and_then_everybody(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")
    give(key, "commander", "Tom", clock)
    give(key, "comms", "Maya", clock)

    pass_minutes(scheduler, clock, 10, 5, 5, 60)

    assert asked(key) == [("comms", False), ("commander", False), ("everybody", True)]
    assert "nothing came from Tom, so everybody who works on it is asked" in last_line(key)


def test_everybody_is_asked_once_more_when_nobody_holds_a_role(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")

    pass_minutes(scheduler, clock, 10, 5, 60)

    assert asked(key) == [("everybody", False), ("everybody", True)]


def test_an_update_in_time_asks_nobody(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")
    clock.forward(minutes=8)

    write(key, clock)
    pass_minutes(scheduler, clock, 19)

    assert (asked(key), due_in(key)) == ([], 8 + 20)


def test_an_update_that_comes_late_stops_the_asking(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")
    pass_minutes(scheduler, clock, 10)

    write(key, clock)
    pass_minutes(scheduler, clock, 19)

    assert len(asked(key)) == 1


def test_a_promise_outlasts_a_change_of_status(an_incident, clock):
    key = an_incident(severity="sev1")
    write(key, clock, next_minutes=60)

    move(key, "identify", clock)

    assert due_in(key) == 60


def test_a_promise_is_kept_where_none_is_usual(an_incident, clock):
    key = an_incident(severity="sev4")
    write(key, clock, next_minutes=45)

    move(key, "identify", clock)

    assert due_in(key) == 45


def test_the_holder_is_called_by_name_where_the_incident_lives(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")
    a_channel(key)
    give(key, "commander", "Maya", clock, a_person("Maya", "U0MAYA"))

    pass_minutes(scheduler, clock, 10)

    (post,) = posts()
    assert (post["channel"], post["mentions"]) == ("C0INC1", ["U0MAYA"])
    assert post["text"] == f"{key}: An update is due from Maya (commander)."
    assert post["buttons"][0] == {"label": "Write the update", "action": "update", "value": key}


def test_everybody_is_everybody_with_a_role(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")
    a_channel(key)
    give(key, "commander", "Maya", clock, a_person("Maya", "U0MAYA"))
    give(key, "expert", "Sam", clock, a_person("Sam", "U0SAM"))

    pass_minutes(scheduler, clock, 10, 5)

    assert posts()[-1]["mentions"] == ["U0MAYA", "U0SAM"]


def test_it_is_said_when_nobody_can_be_called_by_name(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")
    a_channel(key)
    give(key, "commander", "Maya", clock)

    pass_minutes(scheduler, clock, 10, 5)

    assert "no account is linked. Tell them yourself" in last_line(key)
    assert "no account is linked" in posts()[-1]["text"]


def test_without_slack_the_timeline_says_it_and_nothing_is_posted(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")

    pass_minutes(scheduler, clock, 10, 5)

    assert (len(asked(key)), posts()) == (2, [])


def test_a_drill_has_the_clock_and_posts_nothing(an_incident, clock, scheduler):
    key = an_incident(severity="sev1", mode="drill")
    a_channel(key)

    pass_minutes(scheduler, clock, 10, 5)

    assert (len(asked(key)), posts()) == (2, [])


def test_a_role_that_changes_hands_is_asked_in_its_new_hands(an_incident, clock, scheduler):
    key = an_incident(severity="sev1")
    give(key, "comms", "Maya", clock)
    pass_minutes(scheduler, clock, 10)

    give(key, "comms", "Sam", clock)
    give(key, "commander", "Tom", clock)
    pass_minutes(scheduler, clock, 5)

    assert "nothing came from Sam, so Tom (commander) is asked" in last_line(key)
