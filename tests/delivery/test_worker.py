from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from incident.delivery.lane import Lane
from incident.delivery.sender import Sender
from incident.delivery.worker import Worker
from incident.integrations.notifier import Delivered, NotSent, Refused, TryAgain
from incident.services import deliveries, incidents
from incident.services import pages as page_services
from incident.storage import claims, outbox, pages, workers
from incident.storage.db import reading, transaction
from incident.storage.incidents import get
from tests.conftest import TOM, connect_target
from tests.delivery.conftest import a_post, deliver, lines, promise, rows
from tests.delivery.notifiers import Silent, Told
from tests.trials.processes import wait_until


def test_a_page_is_sent_once(a_page_due, clock):
    pager = Told(Delivered({"status": "success"}))
    clock.forward(seconds=0.4)

    assert deliver(pager, clock)
    assert not deliver(pager, clock)
    assert lines(a_page_due)[-1] == "PagerDuty took the page to primary (0.4 s)"
    assert pager.sent[0].secret == "R" * 32
    assert pager.sent[0].settings["link"] == "https://desk.example/incidents/INC-1"


def test_the_first_page_taken_is_when_the_incident_was_paged(a_page_due, clock):
    at = clock.forward(seconds=2)
    deliver(Told(Delivered()), clock)

    with reading() as session:
        incident = get(session, a_page_due)
        (page,) = pages.of_incident(session, incident.id)
    assert (incident.paged_at, page.accepted_at, page.state) == (at, at, "accepted")


def test_a_page_that_fails_is_tried_again_with_the_same_keys(a_page_due, clock):
    pager = Told(TryAgain("PagerDuty answered 503"), Delivered())
    deliver(pager, clock)

    assert lines(a_page_due)[-1] == "PagerDuty answered 503. Trying again in 1 s"
    assert not deliver(pager, clock)
    clock.forward(seconds=1)
    assert deliver(pager, clock)

    first, second = pager.sent
    assert (first.dedup_key, first.intent_key) == (second.dedup_key, second.intent_key)
    assert second.attempt == 2


def test_a_vendor_that_says_when_is_asked_again_then(a_page_due, clock):
    deliver(Told(TryAgain("Too many (429)", after=timedelta(seconds=12))), clock)

    assert lines(a_page_due)[-1] == "Too many (429). Trying again in 12 s"


def test_a_vendor_that_only_says_too_many_is_given_five_seconds(a_page_due, clock):
    deliver(Told(TryAgain("Too many (429)", crowded=True)), clock)

    assert lines(a_page_due)[-1] == "Too many (429). Trying again in 5 s"


def test_a_page_refused_is_told_at_once_in_capitals(a_page_due, clock):
    deliver(Told(Refused("PagerDuty refused it (400)")), clock)

    assert lines(a_page_due)[-1] == "NOBODY WAS PAGED: PagerDuty refused it (400)"
    assert not deliver(Told(), clock)


def test_a_page_is_given_up_after_a_day_and_not_before(a_page_due, clock):
    for _ in range(47):
        deliver(Told(TryAgain("PagerDuty answered 503")), clock)
        clock.forward(minutes=30)
    clock.forward(minutes=29)
    deliver(Told(TryAgain("PagerDuty answered 503")), clock)
    assert rows(a_page_due)[0].state == "due"
    clock.forward(minutes=2)
    deliver(Told(TryAgain("PagerDuty answered 503")), clock)

    assert lines(a_page_due)[-1].startswith("NOBODY WAS PAGED: gave up after 24 hours.")


def test_a_long_outage_does_not_drown_the_timeline(a_page_due, clock):
    before = len(lines(a_page_due))
    for _ in range(20):
        deliver(Told(TryAgain("PagerDuty answered 503")), clock)
        clock.forward(seconds=40)

    assert len(lines(a_page_due)) - before == 11
    assert rows(a_page_due)[0].attempts == 20


def test_a_worker_that_dies_with_a_page_loses_nothing(a_page_due, clock):
    class Killed(BaseException):
        pass

    with pytest.raises(Killed):
        claim_and_die(clock, Killed)
    clock.forward(seconds=11)
    pager = Told(Delivered())

    assert deliver(pager, clock, owner="worker-2")
    assert pager.sent[0].maybe_sent


def claim_and_die(clock, error):
    with transaction() as session:
        claims.claim(session, integration="pagerduty", owner="worker-1", now=clock())
    raise error


def test_a_bug_in_a_notifier_costs_one_attempt(a_page_due, clock, caplog):
    deliver(Told(ZeroDivisionError("oops")), clock)

    said = "A fault of the incident desk (ZeroDivisionError). Trying again in 1 s"
    assert lines(a_page_due)[-1] == said
    assert "oops" in caplog.text


def test_a_slow_worker_cannot_overrule_the_one_who_took_over(a_page_due, clock):
    def slow():
        clock.forward(seconds=11)
        assert deliver(Told(Delivered()), clock, owner="worker-2")
        return TryAgain("too late")

    deliver(Told(slow), clock)

    assert lines(a_page_due)[-1].startswith("PagerDuty took the page")


def test_a_vendor_who_never_answers_is_left_at_the_deadline(a_page_due, clock, monkeypatch):
    monkeypatch.setattr(outbox, "SEND_DEADLINE", outbox.SEND_DEADLINE / 80)
    silent = Silent()

    deliver(silent, clock)

    assert silent.cut.is_set()
    assert lines(a_page_due)[-1] == "No answer within 0 s. Trying again in 1 s"
    assert rows(a_page_due)[0].maybe_sent


def test_a_page_of_a_resolved_incident_is_not_sent_any_more(a_page_due, clock):
    with transaction() as session:
        incidents.move(session, incident_key=a_page_due, action="resolve", actor=TOM, at=clock())

    assert not deliver(Told(), clock)
    assert [row.state for row in rows(a_page_due)] == ["superseded"]


def test_a_worker_that_slept_through_the_resolve_stays_silent(a_page_due, clock):
    pager = Told()
    lane = Lane("pagerduty", lambda: pager, owner="worker-1", clock=clock)
    claimed = lane.claim("worker-1")
    with transaction() as session:
        incidents.move(session, incident_key=a_page_due, action="resolve", actor=TOM, at=clock())

    lane.deliver(claimed, Sender(lambda: pager))

    assert pager.sent == []
    assert rows(a_page_due)[0].state == "superseded"


def test_a_worker_whose_claim_lapsed_while_it_slept_stays_silent(a_page_due, clock):
    pager = Told()
    lane = Lane("pagerduty", lambda: pager, owner="worker-1", clock=clock)
    claimed = lane.claim("worker-1")
    clock.forward(seconds=9)

    lane.deliver(claimed, Sender(lambda: pager))

    assert pager.sent == []


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Delivered(), "sent"),
        (Refused("no such key"), "refused"),
        (TryAgain("PagerDuty answered 503"), "due"),
    ],
)
def test_what_cannot_be_settled_is_set_aside_as_what_it_is(
    a_page_due, clock, monkeypatch, result, state
):
    monkeypatch.setattr(deliveries, "settle", broken)

    deliver(Told(result), clock)

    assert rows(a_page_due)[0].state == state
    assert "A fault of the incident desk" in lines(a_page_due)[-2]
    assert lines(a_page_due)[-1].startswith("NOBODY KNOWS WHETHER ANYBODY WAS PAGED")
    assert not deliver(Told(), clock)


def test_while_the_database_is_away_nothing_is_decided(a_page_due, clock, monkeypatch):
    with monkeypatch.context() as outage:
        outage.setattr(deliveries, "settle", away)
        deliver(Told(Delivered()), clock)
    assert rows(a_page_due)[0].state == "sending"
    clock.forward(seconds=11)

    assert deliver(Told(Delivered()), clock, owner="worker-2")
    assert lines(a_page_due)[-1].startswith("PagerDuty took the page")


def test_a_receipt_that_cannot_be_edited_does_not_spoil_a_page(a_page_due, clock, monkeypatch):
    monkeypatch.setattr(deliveries.receipts, "follow", broken)

    deliver(Told(Delivered()), clock)

    assert lines(a_page_due)[-1].startswith("PagerDuty took the page")


def test_what_cannot_even_be_read_is_told_and_tried_again(a_page_due, clock, monkeypatch):
    monkeypatch.setattr(deliveries, "guard", broken)
    pager = Told()

    deliver(pager, clock)

    said = "A fault of the incident desk (ZeroDivisionError). Trying again in 1 s"
    assert (lines(a_page_due)[-1], pager.sent) == (said, [])


def away(*_args, **_named):
    raise OperationalError("COMMIT", {}, OSError("the server went away"))


def broken(*_args, **_named):
    raise ZeroDivisionError("a poisoned row")


def test_a_resolve_waits_for_the_trigger_that_may_have_arrived(a_page_due, clock):
    pager = Told(TryAgain("PagerDuty did not answer", ambiguous=True), Delivered())
    deliver(pager, clock)
    with transaction() as session:
        incidents.move(session, incident_key=a_page_due, action="resolve", actor=TOM, at=clock())
    clock.forward(seconds=30)

    assert deliver(pager, clock)
    assert not deliver(pager, clock)
    assert [message.action for message in pager.sent] == ["trigger", "resolve"]
    assert pager.sent[0].dedup_key == pager.sent[1].dedup_key


def test_a_post_that_is_not_connected_is_said_loudly(a_post_due, clock):
    deliver(Told(NotSent("Slack is not connected")), clock, integration="slack")

    assert lines(a_post_due)[-1] == "NOT SENT to #support: Slack is not connected"
    assert rows(a_post_due)[0].state == "not_sent"


def test_posts_to_one_channel_keep_their_order(a_post_due, clock):
    promise(a_post_due, a_post("post-2"), at=clock.forward(seconds=1))
    poster = Told(TryAgain("Slack answered 500"), Delivered(), Delivered())
    deliver(poster, clock, integration="slack")

    assert not deliver(poster, clock, integration="slack")
    clock.forward(seconds=1)
    deliver(poster, clock, integration="slack")
    clock.forward(seconds=1)
    deliver(poster, clock, integration="slack")
    assert [m.intent_key.split("/")[3] for m in poster.sent] == ["post-1", "post-1", "post-2"]


def test_a_post_that_keeps_failing_lets_the_next_one_pass(a_post_due, clock):
    promise(a_post_due, a_post("post-2"), at=clock.forward(seconds=1))
    for _ in range(outbox.PATIENCE):
        deliver(Told(TryAgain("Slack answered 500", ambiguous=True)), clock, integration="slack")
        clock.forward(seconds=40)
    clock.now = rows(a_post_due)[0].due_at.replace(microsecond=0)

    poster = Told(Delivered())
    deliver(poster, clock, integration="slack")

    assert poster.sent[0].intent_key.split("/")[3] == "post-2"


def test_a_page_is_sent_within_the_moment_it_is_promised(database, an_incident, clock):
    connect_target("primary")
    key, pager = an_incident(), Told(Delivered())
    worker = Worker({"pagerduty": lambda: pager}, clock=clock)
    worker.start()
    with transaction() as session:
        page_services.page(session, incident_key=key, target="primary", actor=TOM, at=clock())
    wait_until(lambda: rows(key)[0].state == "sent", "the page to be sent")
    worker.stop()
    worker.join()

    assert len(pager.sent) == 1


def test_a_bad_page_does_not_hold_up_the_next_one(database, an_incident, clock):
    connect_target("primary")
    bad, good = an_incident(), an_incident()
    pager = Told(ZeroDivisionError("oops"), Delivered())
    worker = Worker({"pagerduty": lambda: pager}, clock=clock)
    with transaction() as session:
        for key in (bad, good):
            page_services.page(session, incident_key=key, target="primary", actor=TOM, at=clock())
    worker.start()
    wait_until(lambda: {rows(k)[0].state for k in (bad, good)} == {"due", "sent"}, "both tries")
    worker.stop()
    worker.join()

    assert sorted(row.attempts for k in (bad, good) for row in rows(k)) == [1, 1]


def test_a_worker_gives_signs_of_life_and_signs_off(database, clock):
    worker = Worker({"slack": lambda: Told()}, clock=clock)
    worker.start()
    wait_until(last_beat, "a sign of life")
    worker.stop()
    worker.join()

    assert last_beat() is None


def last_beat():
    with reading() as session:
        return workers.last_beat(session)
