from datetime import timedelta

import pytest

from incident.delivery.scheduler import Scheduler
from incident.integrations.notifier import Delivered, Refused, TryAgain
from incident.integrations.pagerduty.event import event_for
from incident.rules.permissions import Actor
from incident.services import deliveries, ladder, pages, steps
from incident.services import incidents as moves
from incident.storage import incidents, outbox, targets, timeline
from incident.storage import pages as page_rows
from incident.storage import steps as step_rows
from incident.storage.db import reading, transaction
from tests.conftest import MAYA, TOM, connect_target
from tests.delivery.conftest import one_clock  # noqa: F401
from tests.services.test_deliveries import attempt

SCRIPT = Actor("Backup job", role="responder", source="api")
TWICE = ("Look at the graph", "Page the on-call {page=primary}", "Page them too {page=primary}")


@pytest.fixture(autouse=True)
def connected(database):
    connect_target("primary", backup="platform")
    connect_target("platform")


def page(key, clock, actor=SCRIPT, target="primary"):
    with transaction() as session:
        return pages.page(session, incident_key=key, target=target, actor=actor, at=clock())


def pages_of(key):
    with reading() as session:
        return page_rows.of_incident(session, incidents.id_of(key))


def states(key):
    return [found.state for found in pages_of(key)]


def lines(key, kind):
    with reading() as session:
        told = timeline.of_kinds(session, incidents.id_of(key), [kind])
        return [line.text for line in told]


def rows(key, action):
    with reading() as session:
        sent = outbox.of_incident(session, incidents.id_of(key))
        return [row for row in sent if row.action == action]


def deliver(clock, result=None):
    attempt(clock, result or Delivered(), integration="pagerduty")


def test_a_second_page_of_a_script_becomes_a_part_of_the_one_that_rings(an_incident, clock):
    key = an_incident()
    page(key, clock)
    clock.forward(minutes=1)

    page(key, clock)
    page(key, clock)

    ringing, *folded = pages_of(key)
    assert states(key) == ["promised", "superseded", "superseded"]
    assert [one.held_by_id for one in folded] == [ringing.id, ringing.id]
    assert folded[0].reason == "held back: primary is being paged since 02:00"
    assert ringing.held == 2
    assert lines(key, "page_held") == [
        "The page to primary was held back by the budget, 1 so far",
        "The page to primary was held back by the budget, 2 so far",
    ]


def test_the_alert_that_rings_says_once_how_many_are_held_back(an_incident, clock):
    key = an_incident()
    for _ in range(4):
        page(key, clock)
    deliver(clock)

    with transaction() as session:
        claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=clock())
    with reading() as session:
        ready = deliveries.guard(session, claimed, public_url="", at=clock())

    event = event_for(ready.message)
    assert len(rows(key, "note_held")) == 1
    assert event["event_action"] == "trigger"
    assert event["dedup_key"] == pages_of(key)[0].dedup_key
    assert event["payload"]["summary"].endswith("(3 more pages held back)")


def test_after_a_note_went_out_the_next_page_makes_another(an_incident, clock):
    key = an_incident()
    page(key, clock)
    page(key, clock)
    deliver(clock)
    deliver(clock)

    page(key, clock)

    assert [row.state for row in rows(key, "note_held")] == ["sent", "due"]
    assert lines(key, "page_note_held_sent") == []


def test_a_note_about_a_page_that_somebody_has_is_not_sent(an_incident, clock):
    key = an_incident()
    page(key, clock)
    page(key, clock)
    deliver(clock)
    with transaction() as session:
        claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=clock())
    with transaction() as session:
        pages.acknowledge(
            session, incident_key=key, page_id=pages_of(key)[0].id, actor=MAYA, at=clock()
        )

    with reading() as session:
        moot = deliveries.guard(session, claimed, public_url="", at=clock())

    assert moot.reason == "Maya has it"


def test_a_person_who_presses_is_taken_at_their_word_three_times(an_incident, clock):
    key = an_incident()
    for _ in range(4):
        page(key, clock, actor=MAYA)

    assert states(key) == ["promised", "promised", "promised", "superseded"]


def test_five_minutes_later_the_next_one_rings_again(an_incident, clock):
    key = an_incident()
    page(key, clock)
    deliver(clock)
    clock.forward(minutes=5)

    page(key, clock)

    assert states(key) == ["accepted", "promised"]


@pytest.mark.parametrize("end", ["answered", "refused", "in trouble"])
def test_nothing_is_held_back_unless_somebody_is_being_woken(an_incident, clock, end):
    key = an_incident()
    page(key, clock)
    if end == "answered":
        asked = {"incident_key": key, "page_id": pages_of(key)[0].id, "actor": MAYA}
        with transaction() as session:
            pages.acknowledge(session, at=clock(), **asked)
    if end == "refused":
        deliver(clock, Refused("no such key"))
    if end == "in trouble":
        deliver(clock, TryAgain("PagerDuty answered 503"))
        clock.forward(seconds=61)
        Scheduler(clock=clock).sweep()

    asked = page(key, clock)

    assert asked.state == "promised"


def test_other_people_and_other_incidents_have_budgets_of_their_own(an_incident, clock):
    one, other = an_incident(), an_incident()
    page(one, clock)

    page(one, clock, target="platform")
    page(other, clock)

    assert (states(one), states(other)) == (["promised"] * 2, ["promised"])


def test_the_hour_of_a_target_counts_over_all_incidents(an_incident, clock):
    for _ in range(9):
        page(an_incident(), clock, actor=MAYA)
    key = an_incident()
    page(key, clock, actor=MAYA)

    page(key, clock, actor=MAYA)

    assert states(key) == ["promised", "superseded"]
    assert page(an_incident(), clock).state == "promised"


def test_the_hour_counts_for_a_person_whatever_target_wakes_them(an_incident, clock):
    connect_target(
        "primary", backup="platform", on_call=[{"name": "Jo", "email": "jo@example.com"}]
    )
    connect_target("platform", on_call=[{"name": "Jo K.", "email": "Jo@example.com"}])
    for _ in range(9):
        page(an_incident(), clock, actor=MAYA)
    key = an_incident()
    page(key, clock, actor=MAYA, target="platform")

    page(key, clock, actor=MAYA, target="platform")

    assert states(key) == ["promised", "superseded"]


def test_a_rung_is_never_held_back(an_incident, clock):
    connect_target("platform", backup="lead")
    connect_target("lead")
    key = an_incident()
    page(key, clock, target="platform")
    page(key, clock)
    deliver(clock)
    deliver(clock)

    clock.forward(minutes=4)
    with transaction() as session:
        incident = incidents.lock(session, key)
        primary = page_rows.of_incident(session, incident.id)[1]
        ladder.climb(session, incident, primary, why="Nobody", actor=TOM, at=clock())

    assert [(p.target, p.state) for p in pages_of(key)][-1] == ("platform", "promised")


def test_the_incident_in_a_drill_holds_nothing_back(an_incident, clock):
    key = an_incident(mode="drill")
    page(key, clock)
    page(key, clock)

    assert states(key) == ["not_sent", "not_sent"]


@pytest.fixture
def two_steps_page(an_incident, clock):
    """The key of an incident two of whose steps have just paged the same people."""
    key = an_incident(*TWICE)
    with transaction() as session:
        steps.complete(session, incident_key=key, number=1, actor=MAYA, at=clock())
    return key


def step_states(key):
    with reading() as session:
        found = step_rows.of_incident(session, incidents.id_of(key))
        return [row.state for row in found]


def test_whoever_has_the_page_that_rings_has_the_folded_ones_too(two_steps_page, clock):
    assert states(two_steps_page) == ["promised", "superseded"]
    deliver(clock)

    with transaction() as session:
        pages.acknowledge(session, incident_key=two_steps_page, number=2, actor=MAYA, at=clock())

    assert step_states(two_steps_page) == ["done", "done", "done"]
    assert states(two_steps_page) == ["acknowledged", "acknowledged"]
    assert pages_of(two_steps_page)[1].acknowledged_by == "Maya"


def test_whoever_a_folded_step_names_follows_when_nobody_else_is_left(an_incident, clock):
    connect_target("lead")
    then = "Page them too {page=primary then=lead}"
    key = an_incident("Look at the graph", "Page the on-call {page=primary}", then)
    with transaction() as session:
        steps.complete(session, incident_key=key, number=1, actor=MAYA, at=clock())
    assert states(key) == ["promised", "superseded"]

    for _ in range(3):
        clock.forward(minutes=6)
        Scheduler(clock=clock).sweep()

    assert [one.target for one in pages_of(key)] == ["primary", "primary", "platform", "lead"]


def test_who_answers_for_a_folded_step_has_the_page_that_rings_for_it(two_steps_page, clock):
    deliver(clock)

    with transaction() as session:
        pages.acknowledge(session, incident_key=two_steps_page, number=3, actor=MAYA, at=clock())

    assert step_states(two_steps_page) == ["done", "done", "done"]
    assert states(two_steps_page) == ["acknowledged", "acknowledged"]
    assert len(rows(two_steps_page, "acknowledge")) == 1


def test_whoever_answers_a_later_rung_has_the_folded_ones_too(two_steps_page, clock):
    deliver(clock)
    clock.forward(minutes=5)
    Scheduler(clock=clock).sweep()
    rung = pages_of(two_steps_page)[-1]

    with transaction() as session:
        incident = incidents.lock(session, two_steps_page)
        found = session.get_one(page_rows.Page, rung.id)
        ladder.answered(session, incident, found, who="Tom", actor=TOM, at=clock())

    assert (rung.target, step_states(two_steps_page)) == ("platform", ["done"] * 3)


def test_a_folded_page_that_was_asked_for_again_rings_on(two_steps_page, clock):
    deliver(clock)
    with transaction() as session:
        again = pages.page_again(
            session, incident_key=two_steps_page, number=3, actor=MAYA, at=clock()
        )
    with transaction() as session:
        pages.acknowledge(session, incident_key=two_steps_page, number=2, actor=MAYA, at=clock())

    assert again.state == "promised"
    assert step_states(two_steps_page) == ["done", "done", "waiting"]


def test_the_end_of_the_incident_tells_pagerduty_of_the_one_alert_alone(two_steps_page, clock):
    deliver(clock)
    with transaction() as session:
        moves.move(session, incident_key=two_steps_page, action="resolve", actor=TOM, at=clock())

    assert len(rows(two_steps_page, "resolve")) == 1
    assert clock() - pages_of(two_steps_page)[1].ended_at < timedelta(seconds=1)


def rate(key, clock, severity):
    with transaction() as session:
        moves.set_severity(session, incident_key=key, severity=severity, actor=MAYA, at=clock())


def test_a_page_of_a_worse_incident_is_no_part_of_one_that_rings_more_softly(an_incident, clock):
    key = an_incident(severity="sev4")
    page(key, clock)
    deliver(clock)
    rate(key, clock, "sev1")

    page(key, clock)

    assert states(key) == ["accepted", "promised"]


def test_a_page_of_high_urgency_is_no_part_of_one_of_low_urgency(an_incident, clock):
    key = an_incident(severity="sev2")
    with transaction() as session:
        targets.get(session, "primary").urgency = "low"
    page(key, clock)
    deliver(clock)
    with transaction() as session:
        targets.get(session, "primary").urgency = "high"

    page(key, clock)

    assert states(key) == ["accepted", "promised"]


def test_a_milder_page_is_a_part_of_a_worse_one_that_rings(an_incident, clock):
    key = an_incident(severity="sev1")
    page(key, clock)
    deliver(clock)
    rate(key, clock, "sev3")

    page(key, clock)

    assert states(key) == ["accepted", "superseded"]
