"""Whoever does not answer is followed by the next, until somebody does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from incident.delivery.scheduler import FIRE, LAST_RESORT, Scheduler
from incident.integrations.notifier import Delivered, Refused, TryAgain
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import incidents, ladder, page_alarms, pages, runs, steps, update_clock
from incident.storage import claims, outbox, people, targets, timeline
from incident.storage import incidents as incident_rows
from incident.storage import pages as page_rows
from incident.storage.db import reading, transaction
from incident.storage.people import Person
from incident.storage.timers import Timer
from tests.conftest import MAYA, SAM, TOM, connect_target
from tests.delivery.conftest import one_clock  # noqa: F401
from tests.services.test_deliveries import attempt, step

IN_PAGERDUTY = Actor("Maya", role="system", source="pagerduty")


@pytest.fixture
def rungs(database):
    """Three targets: platform stands behind primary, lead behind platform."""
    connect_target("primary", backup="platform")
    connect_target("platform", backup="lead")
    connect_target("lead")


@pytest.fixture
def paged(rungs, an_incident, clock):
    """The key of an incident whose second step is paging primary."""

    def make(item="Page the on-call {page=primary}", **opening):
        key = an_incident("Look at the graph", item, "Write it down", **opening)
        do(steps.complete, clock, incident_key=key, number=1)
        return key

    return make


def do(command, clock, **asked):
    with transaction() as session:
        return command(session, actor=asked.pop("actor", MAYA), at=clock(), **asked)


def pages_of(key):
    with reading() as session:
        return page_rows.of_incident(session, incident_rows.id_of(key))


def states(key):
    return [(page.target, page.state) for page in pages_of(key)]


def lines(key):
    with reading() as session:
        return [line.text for line in timeline.since(session, incident_rows.id_of(key), 0)]


def actions(key):
    with reading() as session:
        sent = outbox.of_incident(session, incident_rows.id_of(key))
        return [(row.target, row.action) for row in sent if row.integration == "pagerduty"]


def due(key):
    with reading() as session:
        found = select(Timer.name).where(Timer.state == "due").order_by(Timer.name)
        found = found.where(Timer.kind.not_in(update_clock.KINDS))
        return list(session.scalars(found))


def deliver(clock, *, count=1):
    for _ in range(count):
        attempt(clock, Delivered(), integration="pagerduty")


def wait(clock, **units):
    """Second by second would be too slow: the sweep fires what is due, oldest first."""
    clock.forward(**units)
    Scheduler(clock=clock).sweep()


def hear(key, clock, place, who="Maya", **more):
    with transaction() as session:
        incident = incident_rows.lock(session, key)
        page = page_rows.of_incident(session, incident.id)[place]
        actor = Actor(who, role="system", source="pagerduty")
        return ladder.answered(session, incident, page, who=who, actor=actor, at=clock(), **more)


def lapse(key, clock, place, **more):
    with transaction() as session:
        incident = incident_rows.lock(session, key)
        page = page_rows.of_incident(session, incident.id)[place]
        return ladder.went_stale(session, incident, page, at=clock(), **more)


def test_whoever_does_not_answer_is_followed_by_their_backup(paged, clock):
    key = paged()
    deliver(clock)

    wait(clock, minutes=5)

    assert states(key) == [("primary", "accepted"), ("platform", "promised")]
    assert "Nobody answered primary in 5 min: paging platform (rung 2)" in lines(key)


def test_the_ladder_ends_with_the_telephone(paged, clock):
    key = paged()
    for _ in range(3):
        deliver(clock)
        wait(clock, minutes=5)

    assert states(key)[-1] == ("lead", "exhausted")
    assert "Nobody answered lead in 5 min, and nobody is left to page" in lines(key)
    assert due(key) == []


def test_a_page_that_is_not_connected_is_followed_at_once(database, an_incident, clock):
    connect_target("platform")
    connect_target("primary", backup="platform")
    with transaction() as session:
        targets.get(session, "primary").routing_key_id = None
    key = an_incident("Page the on-call {page=primary}")

    wait(clock, seconds=0)

    assert states(key) == [("primary", "not_sent"), ("platform", "promised")]


def test_nobody_connected_at_all_is_told_loudly_and_once(database, an_incident, clock):
    key = an_incident("Page the on-call {page=primary}")

    wait(clock, seconds=0)
    wait(clock, seconds=5)

    assert states(key) == [("primary", "not_sent")]
    assert sum("NOBODY WAS PAGED" in line for line in lines(key)) == 1
    assert sum("nobody is left to page" in line for line in lines(key)) == 1


def test_a_page_that_is_refused_is_followed_at_once(paged, clock):
    key = paged()
    attempt(clock, Refused("invalid routing key"), integration="pagerduty")

    wait(clock, seconds=0)

    assert states(key) == [("primary", "refused"), ("platform", "promised")]
    assert "PagerDuty refused the page to primary: paging platform (rung 2)" in lines(key)


def test_then_comes_before_the_backup_and_nobody_comes_twice(paged, clock):
    key = paged("Page the on-call {page=primary then=lead}")
    with transaction() as session:
        targets.get(session, "lead").backup = "primary"

    for _ in range(3):
        deliver(clock)
        wait(clock, minutes=5)

    assert [page.target for page in pages_of(key)] == ["primary", "lead", "platform"]


@pytest.mark.parametrize(
    ("severity", "minutes"), [("sev1", 5), ("sev2", 10), ("sev3", 30), ("unset", 5)]
)
def test_the_severity_says_how_long_to_wait(paged, clock, severity, minutes):
    key = paged(severity=severity)
    deliver(clock)

    assert pages_of(key)[0].ack_due_at - clock() == timedelta(minutes=minutes)


def test_the_least_severe_waits_for_ever(paged, clock):
    key = paged(severity="sev4")
    deliver(clock)

    wait(clock, hours=5)

    assert states(key) == [("primary", "accepted")]


def test_the_step_knows_better_than_the_severity(paged, clock):
    key = paged("Page the on-call {page=primary ack=90s}", severity="sev3")
    deliver(clock)

    wait(clock, seconds=90)

    assert "Nobody answered primary in 90 s: paging platform (rung 2)" in lines(key)
    assert [page.ack_seconds for page in pages_of(key)] == [90, 90]


def test_the_next_rung_carries_what_the_first_one_carried(paged, clock):
    key = paged()
    deliver(clock)
    do(incidents.set_severity, clock, incident_key=key, severity="sev1")

    wait(clock, minutes=5)

    first, second = pages_of(key)
    assert second.summary == first.summary.replace("[SEV?]", "[SEV1]")
    assert (second.cause, second.rung, second.follows_id) == ("step-2-rung-2", 2, first.id)
    with reading() as session:
        (trigger,) = outbox.of_page(session, second.id)
        assert trigger.settings["path"] == f"/incidents/{key}#step-2"


def test_a_page_that_no_step_asked_for_climbs_too(rungs, an_incident, clock):
    key = an_incident()
    do(pages.page, clock, incident_key=key, target="platform")
    deliver(clock)

    wait(clock, minutes=5)

    assert [page.target for page in pages_of(key)] == ["platform", "lead"]


def test_a_timer_that_fires_twice_climbs_once(paged, clock):
    key = paged()
    deliver(clock)
    clock.forward(minutes=5)

    with transaction() as session:
        incident = incident_rows.lock(session, key)
        first = page_rows.of_incident(session, incident.id)[0]
        told = {"why": "Nobody answered", "actor": MAYA, "at": clock()}
        climbed = [ladder.climb(session, incident, first, **told) for _ in range(3)]

    assert [page.target if page else None for page in climbed] == ["platform", None, None]


def test_whoever_answers_any_rung_has_the_step(paged, clock):
    key = paged()
    deliver(clock)
    wait(clock, minutes=5)
    deliver(clock)

    do(pages.acknowledge, clock, incident_key=key, number=2, actor=TOM)

    assert states(key) == [("primary", "acknowledged"), ("platform", "acknowledged")]
    assert step(key, 2).settled_by == "Tom"
    told = [("primary", "acknowledge"), ("platform", "acknowledge")]
    assert actions(key)[2:] == told


def test_a_rung_that_has_not_gone_out_is_withdrawn_by_an_answer(paged, clock):
    key = paged()
    deliver(clock)
    wait(clock, minutes=5)

    do(pages.acknowledge, clock, incident_key=key, page_id=pages_of(key)[0].id, actor=TOM)

    assert states(key) == [("primary", "acknowledged"), ("platform", "superseded")]
    assert not any(name.startswith("rung") for name in due(key))


def test_nobody_else_is_paged_after_an_answer(paged, clock):
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)

    wait(clock, minutes=5)

    assert states(key) == [("primary", "acknowledged")]


def test_an_answer_in_pagerduty_is_the_tick_and_is_not_echoed(paged, clock):
    key = paged()
    deliver(clock)
    said_at = clock()
    clock.forward(seconds=20)

    assert hear(key, clock, 0, occurred_at=said_at)

    (page,) = pages_of(key)
    assert (page.acknowledged_by, page.acknowledged_at) == ("Maya", said_at)
    assert (step(key, 2).state, step(key, 2).settled_by) == ("done", "Maya")
    assert actions(key) == [("primary", "trigger")]
    assert not hear(key, clock, 0)


def test_an_answer_before_pagerduty_told_that_it_took_the_page_counts(paged, clock):
    key = paged()
    with transaction() as session:
        claims.claim(session, integration="pagerduty", owner="w", now=clock())

    hear(key, clock, 0)

    assert states(key) == [("primary", "acknowledged")]


def test_a_step_that_was_set_aside_pages_nobody_else(paged, clock):
    key = paged()
    deliver(clock)
    do(steps.override, clock, incident_key=key, number=2, reason="Everybody is here")

    wait(clock, minutes=5)

    assert states(key) == [("primary", "accepted")]
    assert lines(key)[-1].startswith("Nobody answered primary in 5 min. Nobody else is paged")


def test_whoever_is_paged_again_after_that_is_followed(paged, clock):
    key = paged()
    deliver(clock)
    do(steps.override, clock, incident_key=key, number=2, reason="Everybody is here")
    clock.forward(minutes=1)
    do(pages.page_again, clock, incident_key=key, number=2)
    deliver(clock)

    wait(clock, minutes=5)

    assert [page.target for page in pages_of(key)] == ["primary", "primary", "platform"]


@pytest.mark.parametrize("action", ["resolve", "decline"])
def test_the_end_of_the_incident_is_the_end_of_its_ladder(paged, clock, action):
    key = paged()
    deliver(clock)
    do(incidents.move, clock, incident_key=key, action=action, reason="a test")

    wait(clock, minutes=30)

    assert states(key) == [("primary", "resolved")]
    assert due(key) == []


def test_an_exhausted_page_is_resolved_with_the_incident(paged, clock):
    key = paged("Page the lead {page=lead}")
    deliver(clock)
    wait(clock, minutes=5)

    do(incidents.move, clock, incident_key=key, action="resolve")

    assert states(key) == [("lead", "resolved")]
    assert actions(key)[-1] == ("lead", "resolve")


def test_a_page_not_taken_yet_is_still_sent_when_nobody_is_left(paged, clock):
    key = paged("Page the lead {page=lead}")
    attempt(clock, TryAgain("PagerDuty answered 503"), integration="pagerduty")
    wait(clock, minutes=5)
    assert states(key) == [("lead", "exhausted")]

    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2, actor=TOM)

    assert states(key) == [("lead", "acknowledged")]
    assert actions(key) == [("lead", "trigger"), ("lead", "acknowledge")]


def test_a_page_that_is_taken_after_its_alarm_keeps_its_time(paged, clock):
    key = paged("Page the lead {page=lead}")
    attempt(clock, TryAgain("PagerDuty answered 503"), integration="pagerduty")
    wait(clock, seconds=60)
    deliver(clock)

    wait(clock, minutes=3)
    assert states(key) == [("lead", "accepted")]
    wait(clock, minutes=1)

    assert states(key) == [("lead", "exhausted")]


def test_paging_again_begins_the_ladder_anew(paged, clock):
    key = paged()
    deliver(clock)
    wait(clock, minutes=5)
    deliver(clock)
    do(pages.page_again, clock, incident_key=key, number=2)
    deliver(clock)

    wait(clock, minutes=5)

    found = [(page.target, page.rung, page.generation) for page in pages_of(key)]
    assert found[2:] == [("primary", 1, 2), ("platform", 2, 2)]


def test_not_me_pages_the_next_at_once(paged, clock):
    key = paged()
    deliver(clock)

    do(ladder.not_me, clock, incident_key=key, page_id=pages_of(key)[0].id, actor=TOM)

    assert states(key) == [("primary", "accepted"), ("platform", "promised")]
    assert "Tom said “not me” to the page to primary: paging platform (rung 2)" in lines(key)
    with pytest.raises(NotAllowed, match="already"):
        do(ladder.not_me, clock, incident_key=key, page_id=pages_of(key)[0].id)


def test_a_viewer_declines_nothing_and_nobody_declines_what_is_taken(paged, clock):
    key = paged()
    deliver(clock)
    page_id = pages_of(key)[0].id

    with pytest.raises(NotAllowed, match="responder"):
        do(ladder.not_me, clock, incident_key=key, page_id=page_id, actor=SAM)
    do(pages.acknowledge, clock, incident_key=key, page_id=page_id, actor=TOM)
    with pytest.raises(NotAllowed, match="Tom has it"):
        do(ladder.not_me, clock, incident_key=key, page_id=page_id)


def test_not_me_on_the_last_rung_brings_the_telephone(paged, clock):
    key = paged("Page the lead {page=lead}")
    deliver(clock)

    do(ladder.not_me, clock, incident_key=key, page_id=pages_of(key)[0].id)

    assert states(key) == [("lead", "exhausted")]


@pytest.fixture
def both(paged, clock):
    """A page that Maya and Tom must both answer."""
    names = [{"name": "Maya", "email": "maya@desk"}, {"name": "Tom", "email": "tom@desk"}]
    connect_target("primary", everyone=True, on_call=names)
    key = paged()
    deliver(clock)
    return key


def test_a_page_to_everybody_is_done_when_everybody_answered(both, clock):
    do(pages.acknowledge, clock, incident_key=both, number=2, actor=MAYA)
    assert "Maya has it; still waiting for Tom" in lines(both)
    assert step(both, 2).state == "waiting"
    assert actions(both) == [("primary", "trigger")]

    do(pages.acknowledge, clock, incident_key=both, number=2, actor=TOM)

    assert step(both, 2).state == "done"
    assert pages_of(both)[0].acknowledged_by == "Maya and Tom"
    assert actions(both) == [("primary", "trigger"), ("primary", "acknowledge")]


def test_whoever_answered_a_page_to_everybody_cannot_answer_for_the_others(both, clock):
    do(pages.acknowledge, clock, incident_key=both, number=2, actor=MAYA)

    with pytest.raises(NotAllowed, match="still waits for Tom"):
        do(pages.acknowledge, clock, incident_key=both, number=2, actor=MAYA)
    assert not hear(both, clock, 0, who="maya")
    with reading() as session:
        assert incident_rows.get(session, both).acked_at == clock()


def test_the_ladder_says_who_of_everybody_is_missing(both, clock):
    do(pages.acknowledge, clock, incident_key=both, number=2, actor=MAYA)

    wait(clock, minutes=5)

    assert "Tom has not answered in 5 min: paging platform (rung 2)" in lines(both)


def test_whoever_has_another_name_in_pagerduty_is_known_by_their_address(both, clock):
    with transaction() as session:
        session.add(Person(name="Em", email="maya@desk", created_at=clock()))
        session.flush()
        em = Actor("Em", person_id=people.by_email(session, "maya@desk").id)

    do(pages.acknowledge, clock, incident_key=both, number=2, actor=em)

    assert "Em has it; still waiting for Tom" in lines(both)
    assert not hear(both, clock, 0, who="Maya")


def test_without_a_name_to_wait_for_anybody_will_do(rungs, an_incident, clock):
    connect_target("primary", everyone=True)
    key = an_incident("Page the on-call {page=primary}")

    do(pages.acknowledge, clock, incident_key=key, number=1)

    assert step(key, 1).state == "done"


def test_acknowledged_and_asleep_pages_the_same_people_again(paged, clock):
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)

    wait(clock, minutes=10)

    assert states(key) == [("primary", "acknowledged"), ("primary", "promised")]
    again = "Maya has it, but nothing was done for 10 min: paging primary again"
    assert again in lines(key)
    assert step(key, 2).state == "done"
    assert [page.generation for page in pages_of(key)] == [1, 2]


@pytest.mark.parametrize("answers", [True, False])
def test_asleep_again_or_not_even_answering_pages_the_next(paged, clock, answers):
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)
    wait(clock, minutes=10)
    deliver(clock, count=2)
    if answers:
        do(pages.acknowledge, clock, incident_key=key, number=2)

    wait(clock, minutes=10 if answers else 5)

    assert [page.target for page in pages_of(key)] == ["primary", "primary", "platform"]


def test_on_the_second_rung_it_is_the_second_rung_that_is_paged_again(paged, clock):
    key = paged()
    deliver(clock)
    wait(clock, minutes=5)
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, page_id=pages_of(key)[1].id, actor=TOM)
    wait(clock, minutes=10)
    deliver(clock, count=3)

    wait(clock, minutes=5)

    found = [(page.target, page.rung, page.generation) for page in pages_of(key)]
    assert found[1:] == [("platform", 2, 1), ("platform", 2, 2), ("lead", 3, 2)]


def test_whoever_ticks_is_not_asleep(paged, clock):
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)
    clock.forward(minutes=9)
    do(steps.note, clock, incident_key=key, number=3, text="Looking at the queue")

    wait(clock, minutes=1)

    assert states(key) == [("primary", "acknowledged")]


def test_what_pagerduty_and_the_desk_say_is_nobody_at_work(paged, clock):
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)
    deliver(clock)

    wait(clock, minutes=10)

    assert len(pages_of(key)) == 2


def test_a_target_may_let_them_sleep(paged, clock):
    connect_target("primary", awake_seconds=0)
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)

    wait(clock, hours=1)

    assert states(key) == [("primary", "acknowledged")]


def test_asleep_with_nobody_left_is_an_alarm(paged, clock):
    key = paged("Page the lead {page=lead}")
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)
    wait(clock, minutes=10)
    deliver(clock, count=2)
    do(pages.acknowledge, clock, incident_key=key, number=2)

    wait(clock, minutes=10)

    assert states(key) == [("lead", "acknowledged"), ("lead", "exhausted")]
    assert pages_of(key)[1].alarm.startswith("NOBODY IS AT WORK: Maya has it, but nothing was done")
    assert step(key, 2).state == "done"


def test_whoever_slept_may_have_it_again_and_is_watched_as_before(paged, clock):
    key = paged("Page the lead {page=lead}")
    for count in (1, 2):
        deliver(clock, count=count)
        do(pages.acknowledge, clock, incident_key=key, number=2)
        wait(clock, minutes=10)
    newest = pages_of(key)[1].id

    do(pages.acknowledge, clock, incident_key=key, page_id=newest)
    assert states(key)[1] == ("lead", "acknowledged")
    wait(clock, minutes=10)

    assert states(key)[1] == ("lead", "exhausted")
    with reading() as session:
        told = timeline.of_kinds(session, incident_rows.id_of(key), ["page_alarm"])
    assert [line.data["kind"] for line in told] == ["asleep", "asleep"]


def test_an_answer_that_lapsed_in_pagerduty_rings_again_and_climbs(paged, clock):
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)
    deliver(clock)
    clock.forward(minutes=3)

    assert lapse(key, clock, 0)
    assert states(key) == [("primary", "notified")]
    wait(clock, minutes=5)

    assert states(key) == [("primary", "notified"), ("platform", "promised")]
    assert step(key, 2).state == "done"


def test_whoever_answers_again_is_told_to_pagerduty_again(paged, clock):
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)
    deliver(clock)
    clock.forward(minutes=3)
    lapse(key, clock, 0)

    do(pages.acknowledge, clock, incident_key=key, number=2)
    deliver(clock)

    assert [action for _, action in actions(key)] == ["trigger", "acknowledge", "acknowledge"]


def test_a_lapse_older_than_the_answer_is_old_news(paged, clock):
    key = paged()
    deliver(clock)
    before = clock()
    clock.forward(minutes=1)
    do(pages.acknowledge, clock, incident_key=key, number=2)

    assert not lapse(key, clock, 0, occurred_at=before)
    assert states(key) == [("primary", "acknowledged")]


def test_a_first_rung_that_rings_again_climbs_above_the_second(paged, clock):
    key = paged()
    deliver(clock)
    wait(clock, minutes=5)
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)
    lapse(key, clock, 0)

    wait(clock, minutes=5)

    assert [page.target for page in pages_of(key)] == ["primary", "platform", "lead"]


def test_after_hours_without_the_desk_a_person_is_asked_first(paged, clock):
    key = paged()
    deliver(clock)

    wait(clock, hours=3)

    assert states(key) == [("primary", "exhausted")]
    late = "NOBODY ELSE WAS PAGED: who follows primary was due at 2021-07-10 02:05 UTC"
    assert late in lines(key)


def test_a_page_found_unsent_hours_later_wakes_nobody_else(paged, clock):
    key = paged()

    wait(clock, hours=3)

    assert [page.target for page in pages_of(key)] == ["primary"]


def test_whoever_slept_while_the_desk_was_away_is_not_woken_unasked(paged, clock):
    key = paged()
    deliver(clock)
    do(pages.acknowledge, clock, incident_key=key, number=2)

    wait(clock, hours=5)

    assert states(key) == [("primary", "acknowledged")]
    assert any("NOBODY WAS PAGED AGAIN" in line for line in lines(key))


def test_a_drill_climbs_nowhere(paged, clock):
    key = paged(mode="drill")

    wait(clock, hours=1)

    assert states(key) == [("primary", "not_sent")]
    assert due(key) == []


def test_a_checklist_given_up_still_looks_for_somebody(paged, clock):
    key = paged()
    deliver(clock)
    do(runs.abandon, clock, incident_key=key, run_id=1, reason="It does not fit")

    wait(clock, minutes=5)

    assert [page.target for page in pages_of(key)] == ["primary", "platform"]


def test_two_steps_have_a_ladder_each(rungs, an_incident, clock):
    key = an_incident("Page the on-call {page=primary}", "Page the lead too {page=lead}")
    deliver(clock, count=2)
    do(pages.acknowledge, clock, incident_key=key, number=1)

    wait(clock, minutes=5)

    assert states(key) == [("primary", "acknowledged"), ("lead", "exhausted")]


def break_down(session, incident, timer, at):
    raise ZeroDivisionError(timer.name)


def give_up(clock, kind):
    broken = Scheduler(clock=clock, fire={**FIRE, kind: break_down})
    for _ in range(3):
        broken.sweep()
        clock.forward(seconds=1)


def test_a_rung_that_cannot_be_climbed_is_climbed_plainly_and_told(paged, clock):
    key = paged()
    deliver(clock)
    clock.forward(minutes=5)

    give_up(clock, "rung")

    assert states(key) == [("primary", "accepted"), ("platform", "promised")]
    assert pages_of(key)[1].follows_id == pages_of(key)[0].id
    assert "The desk stumbled over the page to primary: paging platform (rung 2)" in lines(key)
    assert pages_of(key)[0].alarm.startswith("NOBODY KNOWS WHETHER ANYBODY WAS PAGED")


def test_the_last_rung_that_cannot_be_climbed_leaves_the_telephones(rungs, an_incident, clock):
    key = an_incident()
    do(pages.page, clock, incident_key=key, target="lead")
    deliver(clock)
    clock.forward(minutes=5)

    give_up(clock, "rung")

    assert states(key) == [("lead", "exhausted")]
    assert pages_of(key)[0].alarm.endswith("Telephone")


def test_an_answer_that_cannot_be_watched_over_pages_the_next_plainly(paged, clock):
    key = paged()
    deliver(clock)
    hear(key, clock, 0)
    clock.forward(minutes=10)

    give_up(clock, "asleep")

    assert states(key) == [("primary", "acknowledged"), ("platform", "promised")]
    assert pages_of(key)[0].alarm


def test_an_alarm_that_fails_takes_no_page_of_the_last_resort_back(paged, clock, monkeypatch):
    key = paged()
    deliver(clock)
    clock.forward(minutes=5)
    monkeypatch.setattr(page_alarms, "raise_alarm", lambda *_, **__: 1 / 0)

    give_up(clock, "rung")

    assert states(key) == [("primary", "accepted"), ("platform", "promised")]


def test_a_page_that_was_refused_but_may_have_arrived_is_silenced_too(paged, clock):
    key = paged()
    attempt(clock, TryAgain("PagerDuty did not answer", ambiguous=True), integration="pagerduty")
    clock.forward(seconds=5)
    attempt(clock, Refused("PagerDuty refused it (400)"), integration="pagerduty")
    wait(clock, seconds=1)
    deliver(clock)

    hear(key, clock, 1, who="Ada")

    assert states(key) == [("primary", "refused"), ("platform", "acknowledged")]
    assert ("primary", "acknowledge") in actions(key)
    assert ("platform", "acknowledge") not in actions(key)


def test_a_page_that_was_refused_but_may_have_arrived_is_resolved_at_the_end(paged, clock):
    key = paged()
    attempt(clock, TryAgain("PagerDuty did not answer", ambiguous=True), integration="pagerduty")
    clock.forward(seconds=5)
    attempt(clock, Refused("PagerDuty refused it (400)"), integration="pagerduty")

    do(incidents.move, clock, incident_key=key, action="resolve")

    assert ("primary", "resolve") in actions(key)


def test_an_answer_to_a_page_that_was_refused_but_arrived_counts(paged, clock):
    key = paged()
    attempt(clock, TryAgain("PagerDuty did not answer", ambiguous=True), integration="pagerduty")
    clock.forward(seconds=5)
    attempt(clock, Refused("PagerDuty refused it (400)"), integration="pagerduty")
    wait(clock, seconds=1)

    assert hear(key, clock, 0)

    assert states(key)[0] == ("primary", "acknowledged")
    assert step(key, 2).state == "done"


def test_what_stopped_is_told_when_the_incident_is_open_again(paged, clock):
    key = paged()
    do(incidents.move, clock, incident_key=key, action="resolve")

    do(incidents.move, clock, incident_key=key, action="reopen")

    assert states(key) == [("primary", "superseded")]
    assert lines(key)[-1] == "NOBODY IS BEING PAGED for step 2: primary was called off"


def test_nothing_stopped_is_told_of_a_step_that_somebody_answered(paged, clock):
    key = paged()
    do(pages.acknowledge, clock, incident_key=key, number=2)
    do(incidents.move, clock, incident_key=key, action="resolve")

    do(incidents.move, clock, incident_key=key, action="reopen")

    assert not [line for line in lines(key) if "NOBODY IS BEING PAGED" in line]


def test_worse_than_thought_gives_a_page_without_a_time_one(paged, clock):
    key = paged(severity="sev4")
    clock.forward(minutes=3)

    do(incidents.set_severity, clock, incident_key=key, severity="sev1")

    (page,) = pages_of(key)
    assert page.ack_due_at == clock() + timedelta(minutes=5)
    wait(clock, minutes=5)
    assert [target for target, _ in states(key)] == ["primary", "platform"]


@pytest.mark.parametrize("kind", ["unaccepted", "unseen", "unnotified"])
def test_a_look_that_cannot_be_taken_lets_the_ladder_go_on(paged, clock, kind):
    key = paged()
    (page,) = pages_of(key)

    with transaction() as session:
        incident = incident_rows.lock(session, key)
        timer = Timer(incident_id=incident.id, kind=kind, name="x", data={"page": page.id})
        for last_resort in LAST_RESORT[kind]:
            last_resort(session, incident, timer, clock())
    wait(clock, seconds=1)

    assert [target for target, _ in states(key)] == ["primary", "platform"]
