"""What somebody does to a page is done in PagerDuty in their name, where that is possible."""

import json

import pytest

from incident.integrations.notifier import Delivered, NotSent, Refused, TryAgain
from incident.integrations.pagerduty.in_person import Access
from incident.integrations.pagerduty.notifier import PagerDuty
from tests.fakes import server
from tests.fakes.pagerduty_catalog import A_TOKEN, READ_ONLY_TOKEN
from tests.integrations.deadlines import ENDLESS, SHORT
from tests.integrations.pagerduty.messages import a_message

MAYA, TOM, STRANGER = "maya@example.com", "tom@example.com", "sam@elsewhere.example"


@pytest.fixture
def say(pagerduty, an_incident):
    """Send a message about the incident, with this access."""

    def send(action, *, token=A_TOKEN, sender="", known=True, patience=ENDLESS, **fields):
        notifier = PagerDuty(
            pagerduty.url,
            api_url=pagerduty.url,
            access=lambda: Access(token, sender),
            read_timeout=patience,
        )
        given = {"from": MAYA, "by": "Maya"} | fields.pop("settings", {})
        number = {"pagerduty_id": an_incident.id} if known else {}
        return notifier.send(a_message(action=action, settings=given | number, **fields))

    return send


def paths(pagerduty):
    return [(request.method, request.path) for request in pagerduty.requests[1:]]


@pytest.mark.parametrize(
    ("action", "state"), [("acknowledge", "acknowledged"), ("resolve", "resolved")]
)
def test_it_is_done_in_the_name_of_whoever_pressed(pagerduty, an_incident, say, action, state):
    result = say(action)

    assert result == Delivered({"as": "person"})
    assert an_incident.status == state
    assert an_incident.log[-1].agent.name == "Maya"
    assert paths(pagerduty) == [("PUT", f"/incidents/{an_incident.id}")]


def test_somebody_unknown_there_is_named_in_a_note_of_the_desks(an_incident, say):
    result = say("acknowledge", sender=TOM, settings={"from": STRANGER, "by": "Sam"})

    assert result == Delivered({"as": "desk"})
    assert an_incident.log[-2].agent.name == "Tom"
    assert [note.content for note in an_incident.notes] == [
        "Sam acknowledged it in the incident desk."
    ]


@pytest.mark.parametrize(
    "how",
    [
        {"token": ""},
        {"known": False},
        {"attempt": 2},
        {"token": READ_ONLY_TOKEN},
        {"settings": {"from": STRANGER}},
        {"settings": {"from": ""}},
    ],
)
def test_where_that_is_not_possible_it_goes_out_as_an_event(pagerduty, an_incident, say, how):
    result = say("acknowledge", **how)

    assert isinstance(result, Delivered)
    assert an_incident.status == "acknowledged"
    assert pagerduty.requests[-1].path == "/v2/enqueue"


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_that_somebody_was_quicker_is_as_good(pagerduty, an_incident, say, action):
    pagerduty.acknowledge(an_incident.alert.dedup_key, "Maya")
    if action == "resolve":
        pagerduty.resolve(an_incident.alert.dedup_key, "Maya")

    assert isinstance(say(action), Delivered)


def test_while_rest_does_not_answer_it_is_tried_again_as_an_event(pagerduty, an_incident, say):
    pagerduty.faults["/incidents"] = server.status(503)

    first, second = say("acknowledge"), say("acknowledge", attempt=2)

    assert first == TryAgain("PagerDuty answered 503", ambiguous=True)
    assert isinstance(second, Delivered)


def test_a_note_is_written_in_somebodys_name(an_incident, say):
    result = say("note", settings={"text": "The disk is full"})

    assert isinstance(result, Delivered)
    assert [(n.user.name, n.content) for n in an_incident.notes] == [("Maya", "The disk is full")]


def test_a_note_of_somebody_unknown_says_whose_it_is(an_incident, say):
    say("note", sender=TOM, settings={"text": "It burns", "from": STRANGER, "by": "Sam"})

    assert [(n.user.name, n.content) for n in an_incident.notes] == [("Tom", "Sam: It burns")]


def test_a_note_that_may_have_arrived_is_not_written_twice(pagerduty, an_incident, say):
    pagerduty.faults[f"/incidents/{an_incident.id}/notes"] = server.hang(ENDLESS, taken=True)
    first = say("note", settings={"text": "The disk is full"}, patience=SHORT)
    pagerduty.faults.clear()

    second = say("note", settings={"text": "The disk is full"}, attempt=2, maybe_sent=True)

    assert first.ambiguous
    assert isinstance(second, Delivered)
    assert len(an_incident.notes) == 1


def test_another_level_is_asked(an_incident, say):
    result = say("escalate", settings={"level": 2})

    assert isinstance(result, Delivered)
    assert [user.name for user in an_incident.assigned] == ["Tom"]


def test_a_level_that_there_is_not_is_refused_in_words(an_incident, say):
    result = say("escalate", settings={"level": 9})

    assert isinstance(result, Refused)
    assert "Escalation level is invalid" in result.reason


@pytest.mark.parametrize("action", ["note", "escalate"])
@pytest.mark.parametrize("how", [{"token": ""}, {"known": False}])
def test_what_only_rest_takes_is_not_sent_without_it(pagerduty, say, action, how):
    result = say(action, settings={"text": "x", "level": 2}, **how)

    assert isinstance(result, NotSent)
    assert paths(pagerduty) == []


def test_a_429_is_obeyed(pagerduty, say):
    pagerduty.faults["/incidents"] = server.rate_limited(30)

    result = say("note", settings={"text": "x"})

    assert (type(result), result.after.total_seconds()) == (TryAgain, 30)


def test_what_we_send_is_as_published(pagerduty, say):
    for action in ("acknowledge", "note", "escalate", "resolve"):
        say(action, settings={"text": "The disk is full", "level": 2})

    assert pagerduty.breaches == []
    assert all(json.loads(request.body) for request in pagerduty.rest_requests())
