"""What PagerDuty tells us has its effect once, whatever comes first, however often."""

import itertools
from datetime import timedelta

import pytest

from config import Config
from incident.delivery.scheduler import Scheduler
from incident.integrations.notifier import Delivered
from incident.rules.heard import Heard
from incident.rules.permissions import Actor
from incident.services import deliveries, hearing, incidents, pages, steps
from incident.services.messages import Moot
from incident.storage import incidents as incident_rows
from incident.storage import outbox, timeline
from incident.storage import pages as page_rows
from incident.storage import proofs as proof_rows
from incident.storage.db import reading, transaction
from incident.storage.proofs import TestEvent
from tests.conftest import MAYA, TOM, connect_target
from tests.services.test_deliveries import attempt, step

THERE = {"pagerduty_id": "Q7", "url": "https://desk.pagerduty.com/incidents/Q7"}


@pytest.fixture
def paged(database, an_incident, clock):
    """The key of an incident whose page step has just paged primary; platform stands behind."""

    def make(*, accepted=True, item="Page the on-call {page=primary}", **opening):
        connect_target("primary", backup="platform")
        connect_target("platform")
        key = an_incident("Look at the graph", item, "Write it down", **opening)
        with transaction() as session:
            steps.complete(session, incident_key=key, number=1, actor=MAYA, at=clock())
        if accepted:
            attempt(clock, Delivered(), integration="pagerduty")
        return key

    return make


def told(clock, key, kind, *, place=0, **fields):
    """Hear of a page of this incident, by its key unless something else is said."""
    asked = page_of(key, place)
    given = {"dedup_key": asked.dedup_key, "occurred_at": clock(), **THERE}
    with transaction() as session:
        return hearing.hear(session, Heard(kind, **given | fields), at=clock())


def page_of(key, place=0):
    with reading() as session:
        return page_rows.of_incident(session, incident_rows.id_of(key))[place]


def states(key):
    with reading() as session:
        found = page_rows.of_incident(session, incident_rows.id_of(key))
        return [(page.target, page.state) for page in found]


def lines(key, *kinds):
    with reading() as session:
        found = timeline.since(session, incident_rows.id_of(key), 0)
        return [line.text for line in found if not kinds or line.kind in kinds]


def actions(key):
    with reading() as session:
        sent = outbox.of_incident(session, incident_rows.id_of(key))
        return [row.action for row in sent if row.integration == "pagerduty"]


def test_an_incident_there_is_the_second_proof_of_a_page(paged, clock):
    key = paged()

    told(clock, key, "triggered")

    page = page_of(key)
    assert (page.state, page.seen_at) == ("seen", clock())
    assert (page.pagerduty_id, page.pagerduty_url) == (THERE["pagerduty_id"], THERE["url"])
    assert "PagerDuty opened an incident for the page to primary" in lines(key)


def test_a_telephone_that_rings_is_the_third(paged, clock):
    key = paged()

    told(clock, key, "notified", who="Maya", channel="push")
    told(clock, key, "notified", who="Maya", channel="sms")

    page = page_of(key)
    assert (page.state, page.notified_at, page.notified_whom) == (
        "notified",
        clock(),
        "Maya (push)",
    )
    assert lines(key, "page_notified") == [
        "PagerDuty notified Maya by push",
        "PagerDuty notified Maya by text message",
    ]


def test_an_answer_there_is_the_tick_here(paged, clock):
    key = paged()
    occurred_at = clock.forward(seconds=20)
    clock.forward(seconds=3)

    told(clock, key, "acknowledged", who="Maya", occurred_at=occurred_at)

    page = page_of(key)
    assert (page.state, page.acknowledged_by) == ("acknowledged", "Maya")
    assert page.acknowledged_at == occurred_at
    assert step(key, 2).state == "done"
    assert actions(key) == ["trigger"]


def test_an_answer_may_come_before_we_know_that_the_page_was_taken(paged, clock):
    key = paged(accepted=False)
    with transaction() as session:
        claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=clock())

    told(clock, key, "acknowledged", who="Maya")
    with transaction() as session:
        deliveries.settle(session, claimed, Delivered(), at=clock(), spread=0.0)

    page = page_of(key)
    assert (page.state, page.accepted_at) == ("acknowledged", clock())
    assert step(key, 2).state == "done"


def test_nothing_is_told_twice(paged, clock):
    key = paged()
    everything = [
        ("triggered", {}),
        ("notified", {"who": "Maya", "channel": "push"}),
        ("annotated", {"who": "Tom", "text": "The disk is full"}),
        ("escalated", {"people": ("Tom",)}),
        ("acknowledged", {"who": "Maya"}),
        ("unacknowledged", {"occurred_at": clock() + timedelta(seconds=1)}),
        ("resolved", {"who": "Maya", "occurred_at": clock() + timedelta(seconds=2)}),
    ]
    clock.forward(seconds=5)
    for kind, fields in everything:
        told(clock, key, kind, **fields)
    before, standing = lines(key), states(key)

    for kind, fields in everything * 4:
        told(clock, key, kind, **fields)

    assert (lines(key), states(key)) == (before, standing)


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["triggered", "notified", "acknowledged"]))
)
def test_the_order_does_not_matter(paged, clock, order):
    key = paged()

    for kind in order:
        told(clock, key, kind, who="Maya", channel="push")

    page = page_of(key)
    assert page.state == "acknowledged"
    assert None not in (page.seen_at, page.notified_at)


def test_an_answer_that_lapses_rings_again(paged, clock):
    key = paged()
    told(clock, key, "acknowledged", who="Maya")
    clock.forward(minutes=30)

    told(clock, key, "unacknowledged")

    assert states(key) == [("primary", "notified")]
    assert any("has lapsed" in line for line in lines(key))


def test_an_answer_that_had_lapsed_before_it_was_heard_is_none(paged, clock):
    key = paged()
    answered_at = clock()
    clock.forward(minutes=30)

    told(clock, key, "unacknowledged", who="")
    told(clock, key, "acknowledged", who="Maya", occurred_at=answered_at)

    assert states(key) == [("primary", "seen")]
    assert len(lines(key, "page_unacknowledged")) == 1


def test_a_second_answer_counts_although_both_are_read_at_once(paged, clock):
    key = paged()
    first = clock()
    told(clock, key, "acknowledged", who="Maya", occurred_at=first)
    clock.forward(minutes=31)

    told(clock, key, "unacknowledged", occurred_at=first + timedelta(minutes=30))
    told(clock, key, "acknowledged", who="Tom", occurred_at=first + timedelta(minutes=30.5))

    page = page_of(key)
    assert (page.state, page.acknowledged_by) == ("acknowledged", "Tom")


def test_a_service_that_acknowledges_is_nobody(paged, clock):
    key = paged()

    told(clock, key, "acknowledged", who="")

    assert states(key) == [("primary", "seen")]


def test_resolved_there_by_whoever_has_it_the_incident_goes_on(paged, clock):
    key = paged()
    told(clock, key, "acknowledged", who="Maya")

    told(clock, key, "resolved", who="Maya")

    assert states(key) == [("primary", "resolved")]
    assert lines(key, "page_resolved") == [
        "The page to primary was resolved in PagerDuty by Maya. The incident goes on here"
    ]


def test_resolved_there_unanswered_is_said_loudly_and_the_next_is_paged(paged, clock):
    key = paged()

    told(clock, key, "resolved", who="Maya")

    assert states(key) == [("primary", "resolved"), ("platform", "promised")]
    assert step(key, 2).state == "waiting"
    assert lines(key, "page_alarm") == [
        "NOBODY HAS IT: the page to primary was resolved in PagerDuty by Maya, unanswered"
    ]


def test_resolved_there_unanswered_with_nobody_left_stays_with_the_telephones(paged, clock):
    key = paged(item="Page the second {page=platform}")

    told(clock, key, "resolved", who="Tom")
    told(clock, key, "resolved", who="Tom")

    assert states(key) == [("platform", "exhausted")]
    assert len(lines(key, "page_exhausted")) == 1


def test_what_is_over_here_is_no_news_when_it_is_over_there(paged, clock):
    key = paged()
    told(clock, key, "triggered")
    finish(clock, key)
    before = lines(key)

    told(clock, key, "resolved", who="")

    assert lines(key) == before


def test_a_page_that_is_reopened_there_rings_again(paged, clock):
    key = paged()
    told(clock, key, "acknowledged", who="Maya")
    told(clock, key, "resolved", who="Maya")
    before = clock()
    clock.forward(minutes=1)

    told(clock, key, "reopened", who="Tom")
    told(clock, key, "resolved", who="Maya", occurred_at=before)

    assert states(key) == [("primary", "seen")]
    assert len(lines(key, "page_reopened")) == 1


def test_another_incident_for_a_page_that_is_over_is_resolved_at_once(paged, clock):
    key = paged()
    told(clock, key, "triggered")
    finish(clock, key)
    clock.forward(seconds=5)

    told(clock, key, "triggered", pagerduty_id="Q8")
    told(clock, key, "triggered", pagerduty_id="Q8")

    assert actions(key) == ["trigger", "resolve", "resolve"]
    assert len(lines(key, "page_reappeared")) == 1


def test_another_incident_for_a_page_that_was_never_meant_to_go_out_is_resolved_too(paged, clock):
    key = paged(accepted=False)
    finish(clock, key, sent=0)
    clock.forward(seconds=5)

    told(clock, key, "triggered")

    assert states(key) == [("primary", "superseded")]
    assert actions(key) == ["trigger", "resolve"]


def test_the_first_incident_is_never_mistaken_for_another(paged, clock):
    key = paged()
    opened_at = clock()
    finish(clock, key, after=30)

    told(clock, key, "triggered", occurred_at=opened_at)

    assert actions(key) == ["trigger", "resolve"]


def test_nobody_answers_is_an_alarm(paged, clock):
    key = paged()

    told(clock, key, "exhausted")
    told(clock, key, "exhausted")

    assert lines(key, "page_alarm") == [
        "NOBODY HAS ANSWERED: PagerDuty has asked everybody behind primary. Telephone"
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (
            "escalated",
            {"people": ("Tom",)},
            "The page to primary was escalated to Tom in PagerDuty",
        ),
        (
            "reassigned",
            {"people": ("Tom", "Ada"), "who": "Maya"},
            "The page to primary was given to Tom and Ada in PagerDuty by Maya",
        ),
        (
            "annotated",
            {"who": "Maya", "text": "The disk is full"},
            "Maya noted in PagerDuty: The disk is full",
        ),
    ],
)
def test_what_happens_there_is_a_line_here(paged, clock, kind, fields, words):
    key = paged()

    told(clock, key, kind, **fields)
    told(clock, key, kind, **fields, pagerduty_id="")

    assert lines(key).count(words) == 1


def test_without_its_key_a_page_is_known_by_the_number_of_its_incident(paged, clock):
    key = paged()
    told(clock, key, "triggered")

    found = told(clock, key, "acknowledged", who="Maya", dedup_key="")

    assert found is not None
    assert states(key) == [("primary", "acknowledged")]


def test_what_is_not_ours_is_left_alone(paged, clock):
    key = paged()

    found = told(clock, key, "acknowledged", who="Maya", dedup_key="somebody/elses")

    assert found is None
    assert states(key) == [("primary", "accepted")]


def test_a_kind_we_do_not_know_still_shows_that_there_is_an_incident(paged, clock):
    key = paged()

    told(clock, key, "other")

    assert states(key) == [("primary", "seen")]


def test_a_clock_that_is_ahead_of_ours_makes_nothing_happen_later_than_now(paged, clock):
    key = paged()

    told(clock, key, "acknowledged", who="Maya", occurred_at=clock() + timedelta(hours=1))

    assert page_of(key).acknowledged_at == clock()


def test_a_page_that_got_further_after_all_is_in_trouble_no_more(paged, clock):
    key = paged()
    with transaction() as session:
        incident = incident_rows.lock(session, key)
        page = page_rows.of_incident(session, incident.id)[0]
        sentence = hearing.alarms.unseen("primary")
        hearing.page_alarms.raise_alarm(
            session, incident, page, kind="unseen", sentence=sentence, at=clock()
        )

    told(clock, key, "triggered")

    assert (page_of(key).alarm, page_of(key).alarm_at) == ("", None)


def test_a_test_event_that_comes_back_is_no_page(database, clock):
    with transaction() as session:
        event = TestEvent(
            target="proof", dedup_key="ic/t/1", state="accepted", asked_by="Ada", begun_at=clock()
        )
        session.add(event)

    with transaction() as session:
        hearing.hear(session, Heard("triggered", dedup_key="ic/t/1"), at=clock())

    with reading() as session:
        assert proof_rows.last_test(session).state == "heard"


def finish(clock, key, *, after=1, sent=1):
    """The incident is over, and PagerDuty was told."""
    clock.forward(seconds=after)
    with transaction() as session:
        incidents.move(session, incident_key=key, action="resolve", actor=TOM, at=clock())
    for _ in range(sent):
        attempt(clock, Delivered(), integration="pagerduty")


def test_an_answer_on_one_rung_there_silences_the_others_there_too(paged, clock):
    key = paged()
    clock.forward(minutes=5)
    Scheduler(clock=clock).sweep()
    attempt(clock, Delivered(), integration="pagerduty")

    told(clock, key, "acknowledged", who="Tom", place=1, pagerduty_id="Q8")

    assert [state for _, state in states(key)] == ["acknowledged", "acknowledged"]
    assert actions(key) == ["trigger", "trigger", "acknowledge"]


def test_a_page_seen_before_we_know_it_was_taken_must_still_notify_somebody(paged, clock):
    key = paged(accepted=False)
    with transaction() as session:
        claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=clock())
    told(clock, key, "triggered")
    with transaction() as session:
        given = Config(pagerduty_api_token="a token")
        deliveries.settle(session, claimed, Delivered(), at=clock(), spread=0.0, given=given)

    clock.forward(minutes=2)
    Scheduler(clock=clock).sweep()

    assert "has notified nobody of the page to primary" in lines(key, "page_alarm")[0]


def alarms_of(key):
    with reading() as session:
        sent = outbox.of_incident(session, incident_rows.id_of(key))
        return [row.subject for row in sent if row.integration == "email"]


def sweep(clock, **units):
    clock.forward(**units)
    Scheduler(clock=clock).sweep()


def test_what_is_reopened_and_resolved_there_again_unanswered_is_loud_again(paged, clock):
    key = paged(severity="sev4")
    told(clock, key, "resolved", occurred_at=clock.forward(minutes=1))
    told(clock, key, "reopened", occurred_at=clock.forward(minutes=1))

    told(clock, key, "resolved", occurred_at=clock.forward(minutes=1))

    assert states(key)[0] == ("primary", "resolved")
    assert len(lines(key, "page_alarm")) == 2
    assert page_of(key).alarm.startswith("NOBODY HAS IT")


def test_nobody_left_to_page_is_told_again_once_an_answer_has_lapsed(paged, clock):
    key = paged(item="Page the on-call {page=platform}")
    sweep(clock, minutes=5)
    told(clock, key, "acknowledged", who="Maya", occurred_at=clock.forward(minutes=1))
    told(clock, key, "unacknowledged", occurred_at=clock.forward(minutes=1))

    sweep(clock, minutes=5)
    sweep(clock, minutes=5)

    exhausted = [line for line in lines(key, "page_alarm") if "nobody left to page" in line]
    assert states(key) == [("platform", "exhausted")]
    assert len(exhausted) == 2
    assert page_of(key).alarm == exhausted[-1]


def test_what_pagerduty_has_resolved_is_not_triggered_again_by_a_note(paged, clock):
    key = paged(item="Page the on-call {page=platform}")
    with transaction() as session:
        script = Actor("Backup job", role="responder", source="api")
        pages.page(session, incident_key=key, target="platform", actor=script, at=clock())
    told(clock, key, "resolved", occurred_at=clock.forward(minutes=1))
    with transaction() as session:
        claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=clock())

    with reading() as session:
        moot = deliveries.guard(session, claimed, public_url="", at=clock())

    assert states(key)[0] == ("platform", "exhausted")
    assert moot == Moot("it was resolved in PagerDuty")
