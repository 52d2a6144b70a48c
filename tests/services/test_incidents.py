from datetime import timedelta

import pytest

from incident.rules.outcome import NotAllowed
from incident.services import effects, incidents, runs, steps
from incident.storage.db import transaction
from incident.storage.effects import of_incident
from tests.conftest import MAYA, SAM, TOM, a_checklist, connect_target
from tests.services.looks import deliveries, events, kinds, last_line, states, the


def move(key, action, clock, **more):
    with transaction() as session:
        incidents.move(session, incident_key=key, action=action, actor=TOM, at=clock(), **more)


def test_declaring_writes_the_first_line(database, an_incident):
    key = an_incident(title="Comments fail", severity="SEV2")

    assert [event.text for event in events(key)] == ["Declared by Maya: Comments fail"]
    assert (the(key).status, the(key).severity) == ("investigating", "sev2")


def test_every_move_is_a_line_on_the_timeline(database, an_incident, clock):
    key = an_incident()

    for action in ("identify", "mitigate", "resolve", "close"):
        move(key, action, clock)

    assert kinds(key)[1:] == [
        "incident_identified",
        "incident_mitigated",
        "incident_resolved",
        "incident_closed",
    ]


def test_moving_where_it_is_already_writes_nothing(database, an_incident, clock):
    key = an_incident()
    move(key, "mitigate", clock)
    before = len(events(key))

    move(key, "mitigate", clock)

    assert len(events(key)) == before


def test_declining_asks_why(database, an_incident, clock):
    key = an_incident()

    with pytest.raises(NotAllowed, match="Say why it is a false alarm"):
        move(key, "decline", clock)


def test_an_incident_with_something_in_effect_is_not_closed(database, an_incident, clock):
    key = an_incident()
    with transaction() as session:
        effects.put_in_force(
            session, incident_key=key, text="Deploys frozen", actor=MAYA, at=clock()
        )
    move(key, "resolve", clock)

    with pytest.raises(NotAllowed, match="“Deploys frozen” is still in effect"):
        move(key, "close", clock)


def test_an_effect_that_was_undone_no_longer_stands_in_the_way(database, an_incident, clock):
    key = an_incident()
    with transaction() as session:
        effects.put_in_force(
            session, incident_key=key, text="Deploys frozen", actor=MAYA, at=clock()
        )
    with transaction() as session:
        effect = of_incident(session, the(key).id)[0]
        effects.end(session, incident_key=key, effect_id=effect.id, actor=MAYA, at=clock())
    move(key, "resolve", clock)

    move(key, "close", clock)

    assert the(key).status == "closed"


def test_a_severe_incident_owes_a_retro_before_it_is_closed(database, an_incident, clock):
    key = an_incident(severity="sev1")
    move(key, "resolve", clock)

    with pytest.raises(NotAllowed, match="the retro is neither published nor waived"):
        move(key, "close", clock)


def test_a_line_may_lie_in_the_past_but_not_in_the_future(database, an_incident, clock):
    key = an_incident()
    earlier = clock() - timedelta(hours=5)

    with transaction() as session:
        incidents.tell(
            session,
            incident_key=key,
            text="First report",
            actor=MAYA,
            at=clock(),
            occurred_at=earlier,
        )

    assert events(key)[-1].occurred_at == earlier
    with pytest.raises(NotAllowed, match="still to come"), transaction() as session:
        incidents.tell(
            session,
            incident_key=key,
            text="Later",
            actor=MAYA,
            at=clock(),
            occurred_at=clock() + timedelta(minutes=1),
        )


def test_changing_severity_answers_what_waited_for_it(database, an_incident, clock):
    key = an_incident(
        '- [ ] Is it major? {decide when="severity in sev1,sev2"}\n'
        "  - yes\n    - [ ] Name a scribe\n  - no",
        "Go on",
    )
    assert states(key)[0] == "current"

    with transaction() as session:
        incidents.set_severity(session, incident_key=key, severity="sev1", actor=MAYA, at=clock())

    assert states(key) == ["done", "current", "pending"]


def test_attaching_a_list_that_pages_at_once_asks_first(database, an_incident, clock):
    connect_target()
    key = an_incident()
    with transaction() as session:
        slug = a_checklist(session, "Page them {page=primary}", "Go on")

    with pytest.raises(NotAllowed, match="would page primary at once"), transaction() as session:
        runs.attach(session, incident_key=key, slug=slug, actor=MAYA, at=clock())
    assert (states(key), deliveries(key)) == ([], [])

    with transaction() as session:
        runs.attach(session, incident_key=key, slug=slug, actor=MAYA, at=clock(), confirmed=True)
    assert (states(key), len(deliveries(key))) == (["waiting", "current"], 1)


def test_step_numbers_count_through_all_checklists_of_an_incident(database, an_incident, clock):
    key = an_incident("One", "Two")
    with transaction() as session:
        slug = a_checklist(session, "Three")
        runs.attach(session, incident_key=key, slug=slug, actor=MAYA, at=clock())

    with transaction() as session:
        steps.complete(session, incident_key=key, number=3, actor=MAYA, at=clock())

    assert states(key) == ["current", "pending", "done"]


def test_a_running_incident_keeps_its_own_revision(database, an_incident, clock):
    key = an_incident("One", "Two")

    with transaction() as session:
        a_checklist(session, "Something else")

    assert states(key) == ["current", "pending"]


def test_a_viewer_moves_nothing(database, an_incident, clock):
    key = an_incident()

    with pytest.raises(NotAllowed, match="needs the role"), transaction() as session:
        incidents.move(session, incident_key=key, action="resolve", actor=SAM, at=clock())


def test_a_free_line_stands_last(database, an_incident, clock):
    key = an_incident()

    with transaction() as session:
        incidents.tell(
            session, incident_key=key, text="1.2 M keys still enqueued", actor=MAYA, at=clock()
        )

    assert last_line(key) == "1.2 M keys still enqueued"


def given_up(key, clock):
    with transaction() as session:
        why = "It does not fit"
        runs.abandon(session, incident_key=key, run_id=1, reason=why, actor=TOM, at=clock())


def test_a_checklist_given_up_is_followed_no_further(database, an_incident, clock):
    connect_target()
    key = an_incident("Look at the graph", "Page the on-call {page=primary}")
    given_up(key, clock)

    with pytest.raises(NotAllowed, match="was given up"), transaction() as session:
        steps.complete(session, incident_key=key, number=1, actor=MAYA, at=clock())

    assert deliveries(key) == []


def test_what_was_deferred_on_a_checklist_given_up_is_not_owed(database, an_incident, clock):
    key = an_incident("Look at the graph", "Write it down")
    with transaction() as session:
        steps.defer(session, incident_key=key, number=1, actor=MAYA, at=clock())
    given_up(key, clock)

    move(key, "resolve", clock)
    move(key, "close", clock)

    assert the(key).status == "closed"


def test_nothing_is_merged_into_what_was_merged_itself(database, an_incident, clock):
    first, second = an_incident(), an_incident()
    move(first, "merge", clock, into=second)

    with pytest.raises(NotAllowed, match=f"{first} was merged itself"):
        move(second, "merge", clock, into=first)
