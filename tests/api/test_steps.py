"""The outcomes of steps, by script."""

import pytest

from incident.services import step_claims
from incident.storage.db import transaction
from tests.conftest import TOM, connect_target
from tests.sqlcount import counted

PAGE = "Page the mobile on-call {page=primary ack=5m}"


def test_completing_a_step_tells_the_step_and_what_followed(script, an_incident):
    key = an_incident("Look at the dashboard", PAGE, "Write down what you saw")

    done = script.post(f"/incidents/{key}/steps/1/completion", {"note": "Red"}).json

    assert (done["step"]["number"], done["step"]["state"]) == (1, "done")
    assert done["step"]["outcome"] == {
        "value": None,
        "reason": None,
        "by": "Maya",
        "at": "2021-07-10T02:00:00Z",
    }
    assert [(s["number"], s["state"]) for s in done["steps"]] == [(2, "waiting"), (3, "current")]
    assert [event["kind"] for event in done["events"]] == [
        "step_completed",
        "step_reached",
        "page_not_sent",
        "step_noted",
    ]
    assert done["run"] == "active"
    assert done["seq"] == script.get(f"/incidents/{key}").json["seq"]


def test_a_body_may_be_missing_where_nothing_is_needed(script, an_incident):
    key = an_incident("Look at the dashboard")

    done = script.call("POST", f"/incidents/{key}/steps/1/completion")

    assert done.json["run"] == "complete"


@pytest.mark.parametrize(
    ("noun", "body", "state"),
    [
        ("override", {"reason": "It is down"}, "overridden"),
        ("not-applicable", {"reason": "No such service"}, "not_applicable"),
        ("deferral", {"until": "before stand-down"}, "deferred"),
        ("failure", {"reason": "Access denied"}, "failed"),
    ],
)
def test_every_outcome_is_a_noun(script, an_incident, noun, body, state):
    key = an_incident("Look at the dashboard", "Go on")

    settled = script.post(f"/incidents/{key}/steps/1/{noun}", body).json

    assert settled["step"]["state"] == state
    assert script.post(f"/incidents/{key}/steps/1/reopening").json["step"]["state"] == "current"


def test_a_question_is_answered_and_answered_again(script, an_incident):
    key = an_incident("Is Android affected? {decide}", "Go on")

    assert script.post(f"/incidents/{key}/steps/1/answer", {"value": "yes"}).status_code == 200
    again = script.post(f"/incidents/{key}/steps/1/answer", {"value": "no"}).json

    assert again["step"]["outcome"]["value"] == "no"


def test_i_have_it_ends_the_waiting(script, an_incident):
    connect_target()
    key = an_incident(PAGE, "Go on")

    taken = script.post(f"/incidents/{key}/steps/1/acknowledgement").json

    assert taken["step"]["state"] == "done"
    assert "Maya has it: Page the mobile on-call" in [event["text"] for event in taken["events"]]
    assert script.get(f"/incidents/{key}").json["pages"][0]["acknowledged_by"] == "Maya"


def test_what_is_settled_already_is_refused_in_words(script, an_incident):
    key = an_incident("Look at the dashboard")
    script.post(f"/incidents/{key}/steps/1/completion")

    refused = script.post(f"/incidents/{key}/steps/1/completion")

    assert refused.status_code == 409
    assert refused.json["detail"] == ("Step 1 is already settled: done, by Maya at 02:00 UTC.")


def test_a_change_that_the_caller_has_not_seen_is_refused(script, an_incident):
    key = an_incident("Look at the dashboard", "Go on")
    seen = script.get(f"/incidents/{key}").json["seq"]
    script.post(f"/incidents/{key}/steps/1/completion")

    late = script.post(f"/incidents/{key}/steps/1/reopening", {"expected_seq": seen})
    other = script.post(f"/incidents/{key}/steps/2/completion", {"expected_seq": seen})

    assert (late.status_code, other.status_code) == (409, 200)
    assert "changed while you looked" in late.json["detail"]


def test_a_step_that_is_not_there_is_missing(script, an_incident):
    key = an_incident("Look at the dashboard")

    assert script.post(f"/incidents/{key}/steps/7/completion").status_code == 404
    assert script.post(f"/incidents/{key}/steps/0/completion").status_code == 404
    assert script.post(f"/incidents/{key}/steps/{10**30}/completion").status_code == 404


def test_one_more_checklist_is_followed(script, an_incident):
    from tests.api.test_incidents import published

    key, slug = an_incident("Look at the dashboard"), published(PAGE)

    asks = script.post(f"/incidents/{key}/runs", {"checklist": slug})
    begun = script.post(f"/incidents/{key}/runs", {"checklist": slug, "confirmed": True})

    assert asks.status_code == 409
    assert "would page primary at once" in asks.json["detail"]
    assert begun.status_code == 201
    assert [step["number"] for step in begun.json["steps"]] == [2]


def test_a_paged_step_counts_once_however_often_it_is_sent(script, an_incident):
    key = an_incident("Look at the dashboard", PAGE, "Go on")
    address = f"/incidents/{key}/steps/1/completion"

    first = script.post(address, key="one")
    second = script.post(address, key="one")

    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(script.get(f"/incidents/{key}").json["deliveries"]) == 1


@pytest.mark.parametrize("action", ["show", "complete"])
def test_three_hundred_steps_take_as_many_statements_as_three(script, an_incident, action):
    short, long = steps_of(3), steps_of(300)
    few, many = an_incident(*short), an_incident(*long)
    script.get(f"/incidents/{few}")

    assert statements(script, few, action) == statements(script, many, action)
    assert statements(script, many, "show") <= 10


def steps_of(count: int) -> list[str]:
    return [f"Step {number}" for number in range(count)]


def statements(script, key: str, action: str) -> int:
    with counted() as seen:
        if action == "show":
            script.get(f"/incidents/{key}")
        else:
            script.post(f"/incidents/{key}/steps/1/completion")
    return len(seen)


def test_whoever_is_on_a_step_is_told_with_it(script, an_incident):
    key = an_incident("Look at the dashboard", "Go on")

    claimed = script.post(f"/incidents/{key}/steps/1/claim", {"note": "From the train"}).json
    again = script.post(f"/incidents/{key}/steps/1/claim")
    left = script.post(f"/incidents/{key}/steps/1/release").json

    at = "2021-07-10T02:00:00Z"
    assert claimed["step"]["claim"] == {"by": "Maya", "at": at, "active_at": at}
    assert [event["kind"] for event in claimed["events"]] == ["step_claimed", "step_noted"]
    assert (claimed["step"]["state"], claimed["steps"]) == ("current", [])
    assert (again.status_code, again.json["events"]) == (200, [])
    assert again.json["step"] == claimed["step"]
    assert left["step"]["claim"] is None


def test_a_claim_is_taken_over_by_name(script, an_incident, clock):
    key = an_incident("Look at the dashboard", "Go on")
    with transaction() as session:
        step_claims.claim(session, incident_key=key, number=1, actor=TOM, at=clock())

    refused = script.post(f"/incidents/{key}/steps/1/claim")
    taken = script.post(f"/incidents/{key}/steps/1/claim", {"take_over_from": "Tom"}).json

    assert refused.status_code == 409
    assert "Tom is on step 1" in refused.json["detail"]
    assert taken["step"]["claim"]["by"] == "Maya"
