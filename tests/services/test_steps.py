from datetime import timedelta

import pytest

from incident.rules.outcome import NotAllowed
from incident.services import incidents, roles, steps
from incident.storage import claims, outbox
from incident.storage.db import reading, transaction
from incident.storage.effects import of_incident
from tests.conftest import MAYA, SAM, TOM, connect_target
from tests.services.looks import deliveries, events, kinds, last_line, states, step, the, the_pages

PAGE = "Page the mobile on-call {page=primary}"


def complete(key, number, clock, actor=MAYA, **asked):
    with transaction() as session:
        steps.complete(session, incident_key=key, number=number, actor=actor, at=clock(), **asked)


class PowerCut(Exception):
    pass


def complete_and_lose_power(key, clock):
    with transaction() as session:
        steps.complete(session, incident_key=key, number=1, actor=MAYA, at=clock())
        raise PowerCut


def test_the_timeline_and_the_page_are_written_together(database, an_incident, clock):
    connect_target()
    key = an_incident("Look at the dashboard", PAGE, "Count the keys")

    complete(key, 1, clock)

    assert kinds(key)[-2:] == ["step_completed", "step_reached"]
    assert [(d.integration, d.state) for d in deliveries(key)] == [("pagerduty", "due")]
    assert states(key) == ["done", "waiting", "current"]


def test_a_failure_leaves_neither_timeline_nor_page(database, an_incident, clock):
    connect_target()
    key = an_incident("Look at the dashboard", PAGE)
    before = len(events(key))

    with pytest.raises(PowerCut):
        complete_and_lose_power(key, clock)

    assert (len(events(key)), len(deliveries(key))) == (before, 0)


def test_a_page_to_a_target_without_a_key_is_final_and_loud(database, an_incident, clock):
    key = an_incident("Look at the dashboard", PAGE)

    complete(key, 1, clock)

    assert last_line(key) == "NOBODY WAS PAGED: primary is not connected to PagerDuty."
    assert [page.state for page in the_pages(key)] == ["not_sent"]
    assert [delivery.state for delivery in deliveries(key)] == ["not_sent"]


def test_connecting_a_target_later_sends_nothing_by_itself(database, an_incident, clock):
    key = an_incident("Look at the dashboard", PAGE)
    complete(key, 1, clock)

    connect_target()

    assert [delivery.state for delivery in deliveries(key)] == ["not_sent"]


def test_a_drill_pages_nobody(database, an_incident, clock):
    connect_target()
    key = an_incident("Look at the dashboard", PAGE, mode="drill")

    complete(key, 1, clock)

    assert last_line(key) == "NOBODY WAS PAGED: this is a drill."


def test_the_key_of_a_page_names_installation_incident_step_and_generation(
    database, an_incident, clock
):
    connect_target()
    key = an_incident("Look at the dashboard", PAGE)

    complete(key, 1, clock)

    assert deliveries(key)[0].dedup_key == f"ic/testtest/{the(key).id}/step-2/g1"


def test_reopening_and_completing_again_sends_nothing_twice(database, an_incident, clock):
    connect_target()
    key = an_incident("Look at the dashboard", PAGE, "Count the keys")
    complete(key, 1, clock)

    with transaction() as session:
        steps.reopen(session, incident_key=key, number=1, actor=MAYA, at=clock())
    complete(key, 1, clock)

    assert len(deliveries(key)) == 1


def test_the_second_of_two_people_is_told_who_was_first(database, an_incident, clock):
    key = an_incident("Look at the dashboard", "Count the keys")
    complete(key, 1, clock, MAYA)

    with pytest.raises(NotAllowed, match="already settled: done, by Maya at 02:00 UTC"):
        complete(key, 1, clock, TOM)


def test_a_viewer_may_look_but_not_tick(database, an_incident, clock):
    key = an_incident("Look at the dashboard")

    with pytest.raises(NotAllowed, match="needs the role responder"):
        complete(key, 1, clock, SAM)


def test_the_commander_overrides_a_hold(database, an_incident, clock):
    key = an_incident("Stop here {hold}", "Go on")
    with transaction() as session:
        roles.take(session, incident_key=key, name="commander", actor=TOM, at=clock())

    with transaction() as session:
        steps.override(
            session, incident_key=key, number=1, actor=TOM, at=clock(), reason="agreed by voice"
        )

    assert states(key) == ["overridden", "current"]


def test_a_note_with_the_tick_stands_behind_it(database, an_incident, clock):
    key = an_incident("Look at the dashboard", "Count the keys")

    complete(key, 1, clock, note="p95 is 4 s")

    assert [event.text for event in events(key)][-2:] == [
        "Maya completed step 1: Look at the dashboard",
        "Step 1: p95 is 4 s",
    ]


def test_a_conflict_is_only_about_the_same_step(database, an_incident, clock):
    key = an_incident("Look at the dashboard", "Count the keys", "Go on")
    seen = the(key).last_seq
    complete(key, 1, clock)

    complete(key, 2, clock, TOM, expected_seq=seen)

    with pytest.raises(NotAllowed, match="Step 1 changed while you looked"):
        complete(key, 1, clock, TOM, expected_seq=seen)


def test_the_first_action_of_anybody_is_when_people_were_engaged(database, an_incident, clock):
    key = an_incident("Look at the dashboard", "Count the keys")
    moment = clock.forward(minutes=4)

    complete(key, 1, clock)
    clock.forward(minutes=3)
    complete(key, 2, clock)

    assert the(key).engaged_at == moment


def test_the_run_knows_when_it_is_complete(database, an_incident, clock):
    key = an_incident("Look at the dashboard")

    complete(key, 1, clock)

    assert last_line(key) == "Checklist complete: 1 done"


def test_an_effect_is_in_force_from_the_tick_on(database, an_incident, clock):
    key = an_incident('Remove the certificate {effect="Certificate removed" undo="Put it back"}')

    complete(key, 1, clock)

    assert "effect_began" in kinds(key)
    assert step(key, 1).state == "done"


def test_a_step_reached_after_the_end_wakes_nobody(database, an_incident, clock):
    connect_target()
    key = an_incident("Look at the dashboard", PAGE)
    with transaction() as session:
        incidents.move(session, incident_key=key, action="resolve", actor=TOM, at=clock())

    complete(key, 1, clock)

    assert [delivery.state for delivery in deliveries(key)] == ["not_sent"]
    assert last_line(key) == f"NOBODY WAS PAGED: {key} is resolved."


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_clock_that_is_ahead_delays_no_page(database, an_incident, clock):
    connect_target()
    key = an_incident("Look at the dashboard", PAGE)
    with reading() as session:
        now = outbox.database_now(session, clock())

    with transaction() as session:
        ahead = now + timedelta(hours=1)
        steps.complete(session, incident_key=key, number=1, actor=MAYA, at=ahead)

    with transaction() as session:
        assert claims.claim(session, integration="pagerduty", owner="worker-1", now=now)


def test_ticking_again_after_an_undo_is_one_effect(database, an_incident, clock):
    key = an_incident('Remove the certificate {effect="no iOS pushes" undo="put it back"}')

    for command in (steps.complete, steps.reopen, steps.complete):
        with transaction() as session:
            command(session, incident_key=key, number=1, actor=MAYA, at=clock())

    with reading() as session:
        assert len(of_incident(session, the(key).id)) == 1
