import pytest

from incident.integrations.notifier import Delivered, NotSent, Refused, TryAgain
from incident.services import deliveries, steps
from incident.services import incidents as moves
from incident.services.deliveries import Ready
from incident.services.messages import Moot
from incident.storage import incidents, outbox, sealed, timeline
from incident.storage import steps as step_rows
from incident.storage.db import reading, transaction
from tests.conftest import MAYA, connect_target
from tests.delivery.conftest import a_post, one_clock, promise  # noqa: F401

PAGE = "Page the on-call {page=primary}"
POST = 'Tell everybody {post="#support" text="We are on it"}'


@pytest.fixture
def reached(database, an_incident, clock):
    """Makes an incident whose second step has just been reached; returns its key."""

    def make(item, **opening):
        connect_target("primary")
        key = an_incident("Look at the graph", item, "Write it down", **opening)
        with transaction() as session:
            steps.complete(session, incident_key=key, number=1, actor=MAYA, at=clock())
        return key

    return make


def attempt(clock, result, *, integration, owner="worker-1"):
    """Claim one, and settle it as if a notifier had answered this."""
    with transaction() as session:
        claimed = deliveries.claim(session, integration=integration, owner=owner, at=clock())
    with transaction() as session:
        deliveries.settle(session, claimed, result, at=clock(), spread=0.0)


def step(key, number):
    with reading() as session:
        found = step_rows.of_incident(session, incidents.id_of(key))
        return next(row for row in found if row.number == number)


def last_line(key):
    with reading() as session:
        return timeline.newest(session, incidents.id_of(key), limit=1)[0]


def rows(key):
    with reading() as session:
        return outbox.of_incident(session, incidents.id_of(key))


def looked_at(key, clock, *, integration):
    with transaction() as session:
        claimed = deliveries.claim(session, integration=integration, owner="w", at=clock())
    with reading() as session:
        return deliveries.guard(session, claimed, public_url="https://desk", at=clock())


def test_a_post_that_slack_took_completes_its_step(reached, clock):
    key = reached(POST)
    attempt(clock, Delivered({"channel": "C1", "ts": "1.2"}), integration="slack")

    assert step(key, 2).state == "done"
    assert step(key, 2).settled_by == "Incident desk"


@pytest.mark.parametrize("result", [Refused("channel_not_found"), NotSent("not connected")])
def test_a_post_that_will_never_go_out_fails_its_step(reached, clock, result):
    key = reached(POST)
    attempt(clock, result, integration="slack")

    assert (step(key, 2).state, step(key, 2).reason) == ("failed", result.reason)
    assert last_line(key).text == f"NOT SENT to #support: {result.reason}"


def test_a_page_that_was_taken_leaves_its_step_waiting_for_a_human(reached, clock):
    key = reached(PAGE)
    attempt(clock, Delivered(), integration="pagerduty")

    assert step(key, 2).state == "waiting"
    assert last_line(key).step == 2
    assert step(key, 2).changed_seq == last_line(key).seq


def test_a_drill_posts_nothing_and_goes_on_as_if_it_had(reached, clock):
    key = reached(POST, mode="drill")
    refusal = looked_at(key, clock, integration="slack")
    assert refusal == NotSent("this is a drill")

    clock.forward(seconds=11)
    attempt(clock, refusal, integration="slack")

    assert last_line(key).text.startswith("DRILL, so not posted to #support")
    assert step(key, 2).state == "done"


def test_a_drill_has_no_page_to_send(reached, clock):
    key = reached(PAGE, mode="drill")

    with transaction() as session:
        assert not deliveries.claim(session, integration="pagerduty", owner="w", at=clock())
    assert rows(key)[0].state == "not_sent"


def test_a_message_carries_the_address_of_its_step(reached, clock):
    key = reached(PAGE)

    ready = looked_at(key, clock, integration="pagerduty")

    assert isinstance(ready, Ready)
    assert ready.message.settings["link"] == f"https://desk/incidents/{key}#step-2"
    assert ready.within == outbox.SEND_DEADLINE


def test_a_routing_key_that_cannot_be_read_is_a_page_refused(reached, clock):
    key = reached(PAGE)
    sealed.use("another secret, so the stored one cannot be opened")

    refusal = looked_at(key, clock, integration="pagerduty")

    assert isinstance(refusal, Refused)
    assert "SECRET_KEY" in refusal.reason


def test_an_edit_goes_to_where_the_original_was_posted(sqlite, an_incident, clock):
    key = an_incident()
    promise(key, a_post("card"), at=clock())
    original = rows(key)[0].intent_key
    promise(key, a_post("card-2", action="update", update_of=original), at=clock())
    attempt(clock, Delivered({"channel": "C1", "ts": "1.2"}), integration="slack")

    ready = looked_at(key, clock, integration="slack")

    assert (ready.message.settings["channel"], ready.message.settings["ts"]) == ("C1", "1.2")


def test_an_edit_waits_for_an_original_that_keeps_failing(sqlite, an_incident, clock):
    key = an_incident()
    promise(key, a_post("card"), at=clock())
    original = rows(key)[0].intent_key
    promise(key, a_post("card-2", action="update", update_of=original, channel="#b"), at=clock())
    attempt(clock, TryAgain("Slack answered 500"), integration="slack")

    with transaction() as session:
        taken_up = deliveries.claim(session, integration="slack", owner="w1", at=clock())

    assert taken_up is None
    assert [row.state for row in rows(key)] == ["due", "due"]


def test_an_edit_of_what_was_never_posted_ends_quietly(sqlite, an_incident, clock):
    key = an_incident()
    promise(key, a_post("card"), at=clock())
    original = rows(key)[0].intent_key
    promise(key, a_post("card-2", action="update", update_of=original), at=clock())
    attempt(clock, NotSent("Slack is not connected"), integration="slack")
    before = last_line(key).seq

    attempt(clock, Moot("there is no message to edit"), integration="slack")

    assert rows(key)[1].state == "superseded"
    assert last_line(key).seq == before


def test_a_claim_that_was_lost_settles_nothing(reached, clock):
    key = reached(PAGE)
    with transaction() as session:
        lost = deliveries.claim(session, integration="pagerduty", owner="w1", at=clock())
    clock.forward(seconds=11)
    with transaction() as session:
        deliveries.claim(session, integration="pagerduty", owner="w2", at=clock())

    with transaction() as session:
        assert not deliveries.settle(session, lost, Delivered(), at=clock(), spread=0.0)
    assert rows(key)[0].owner == "w2"


def test_a_page_that_arrives_after_its_resolve_is_resolved_again(reached, clock):
    key = reached(PAGE)
    with transaction() as session:
        late = deliveries.claim(session, integration="pagerduty", owner="w1", at=clock())
    clock.forward(seconds=11)
    attempt(clock, Delivered(), integration="pagerduty", owner="w2")
    with transaction() as session:
        moves.move(session, incident_key=key, action="resolve", actor=MAYA, at=clock())
    attempt(clock, Delivered(), integration="pagerduty", owner="w2")

    with transaction() as session:
        deliveries.settle(session, late, Delivered(), at=clock(), spread=0.0)

    assert last_line(key).kind == "page_late"
    assert [row.state for row in rows(key)] == ["sent", "due"]
