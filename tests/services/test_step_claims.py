"""Who is on a step, kept: on both databases."""

import threading

import pytest

from incident.rules.outcome import NotAllowed
from incident.services import incidents, runs, step_claims, steps
from incident.storage.db import transaction
from tests.conftest import MAYA, SAM, TOM
from tests.services.looks import kinds, last_line, step, the


def do(service, key, clock, actor=MAYA, number=1, **asked):
    with transaction() as session:
        service(session, incident_key=key, number=number, actor=actor, at=clock(), **asked)


def test_a_claim_is_kept_and_ends_with_the_step(database, an_incident, clock):
    key = an_incident("Look at the dashboard", "Go on")

    do(step_claims.claim, key, clock, TOM)
    claimed = step(key, 1)
    do(steps.complete, key, clock)

    assert (claimed.claimed_by, claimed.claimed_at) == ("Tom", clock())
    assert the(key).engaged_at == clock()
    assert step(key, 1).claimed_by is None


def test_it_moves_the_screen_on_but_is_no_outcome(database, an_incident, clock):
    key = an_incident("Look at the dashboard", "Go on")
    before = step(key, 1).outcome_seq

    do(step_claims.claim, key, clock, TOM)

    assert step(key, 1).changed_seq == the(key).last_seq
    assert step(key, 1).outcome_seq == before


def test_a_note_by_whoever_is_on_it_keeps_the_claim_fresh(database, an_incident, clock):
    key = an_incident("Look at the dashboard", "Go on")
    do(step_claims.claim, key, clock, TOM)
    since = clock()
    clock.forward(minutes=4)
    do(steps.note, key, clock, TOM, text="Still counting")

    assert (step(key, 1).claimed_at, step(key, 1).claim_active_at) == (since, clock())


def test_a_viewer_is_on_nothing(database, an_incident, clock):
    key = an_incident("Look at the dashboard")

    with pytest.raises(NotAllowed, match="needs the role responder"):
        do(step_claims.claim, key, clock, SAM)
    with pytest.raises(NotAllowed, match="needs the role responder"):
        do(step_claims.release, key, clock, SAM)


def test_nobody_is_on_a_step_of_a_checklist_that_was_given_up(database, an_incident, clock):
    key = an_incident("Look at the dashboard")
    do(step_claims.claim, key, clock, TOM)
    with transaction() as session:
        run = {"run_id": step(key, 1).run_id, "reason": "Not this one"}
        runs.abandon(session, incident_key=key, **run, actor=MAYA, at=clock())

    assert step(key, 1).claimed_by is None
    with pytest.raises(NotAllowed, match="was given up"):
        do(step_claims.claim, key, clock)


def test_nobody_is_on_a_step_of_an_incident_that_is_over(database, an_incident, clock):
    key = an_incident("Look at the dashboard")
    do(step_claims.claim, key, clock, TOM)
    with transaction() as session:
        moved = {"incident_key": key, "action": "decline", "reason": "It was a drill"}
        incidents.move(session, **moved, actor=MAYA, at=clock())

    assert step(key, 1).claimed_by is None
    with pytest.raises(NotAllowed, match=f"{key} is declined. Reopen it to go on with it"):
        do(step_claims.claim, key, clock)


def test_of_two_at_once_one_is_on_it_and_the_other_is_told(database, an_incident, clock):
    key = an_incident("Look at the dashboard")
    start, told = threading.Barrier(2), []

    def press(actor):
        start.wait()
        try:
            do(step_claims.claim, key, clock, actor)
        except NotAllowed as refused:
            told.append(str(refused))

    people = [threading.Thread(target=press, args=(actor,)) for actor in (MAYA, TOM)]
    for one in people:
        one.start()
    for one in people:
        one.join()

    first = step(key, 1).claimed_by
    assert told == [f"{first} is on step 1. Take it over if they are not."]
    assert kinds(key).count("step_claimed") == 1
    assert last_line(key) == f"{first} is on step 1: Look at the dashboard"
