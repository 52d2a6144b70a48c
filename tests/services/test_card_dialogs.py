"""What a dialog of the live card asks, and what becomes of the answers."""

import pytest

from incident.rules.dialogs import NOTHING, Asked
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import dialogs, steps
from incident.storage import incidents as incident_rows
from incident.storage import pages, timeline
from incident.storage import steps as step_rows
from incident.storage import targets as target_rows
from incident.storage.db import reading, transaction
from tests.conftest import MAYA, SAM, TOM, connect_target

EVE = Actor("eve", role="reporter", source="slack")
ON_CALL = [{"name": "Ana", "zone": "America/New_York"}]


@pytest.fixture
def at_step(database, an_incident, clock):
    """The context of a dialog about step 1 of an incident that follows these items."""

    def make(*items, **more):
        key = an_incident(*items)
        return {"key": key, "number": "1", "seq": "0", **more}

    return make


def fill(name, context, clock, *, actor=MAYA):
    with reading() as session:
        return dialogs.fill(session, Asked(name, "", context), actor=actor, at=clock())


def submit(name, context, clock, *, actor=MAYA, **values):
    with transaction() as session:
        return dialogs.submit(session, name, context, values, actor=actor, at=clock())


def step(key, number=1):
    with reading() as session:
        in_run = step_rows.of_run_with(session, incident_rows.id_of(key), number)
    return next(step for step in in_run if step.number == number)


def last_line(key):
    with reading() as session:
        return timeline.newest(session, incident_rows.id_of(key), limit=1)[-1].text


def paged(key):
    with reading() as session:
        asked = pages.of_incident(session, incident_rows.id_of(key))
    return [(page.target, page.requested_by) for page in asked]


def test_a_value_is_asked_for_with_what_is_expected(at_step, clock):
    context = at_step("Look at the error rate {expect=<5}")

    asked = fill("step_value", context, clock)

    assert asked.text == "Step 1: Look at the error rate"
    assert [(field.name, field.hint) for field in asked.fields] == [("value", "Expected: <5")]
    assert asked.context == context


def test_the_value_completes_the_step(at_step, clock):
    context = at_step("Look at the error rate {expect=<5}")

    assert submit("step_value", context, clock, value="3") == NOTHING

    done = step(context["key"])
    assert (done.state, done.value, done.settled_by) == ("done", "3", "Maya")


def test_a_value_that_is_not_expected_is_refused_in_words(at_step, clock):
    context = at_step("Look at the error rate {expect=<5}")

    with pytest.raises(NotAllowed, match="Mark it failed, or override it with a reason"):
        submit("step_value", context, clock, value="30")


@pytest.mark.parametrize("outcome", ["not_applicable", "overridden", "deferred", "failed"])
def test_each_outcome_keeps_its_reason(at_step, clock, outcome):
    context = at_step("Look", outcome=outcome)

    submit("step_reason", context, clock, reason="We have no such thing", until="before close")

    assert step(context["key"]).state == outcome
    assert "We have no such thing" in step(context["key"]).reason


def test_only_what_needs_a_reason_insists_on_one(at_step, clock):
    context = at_step("Look", outcome="overridden")

    [why] = fill("step_reason", context, clock).fields

    assert not why.optional
    with pytest.raises(NotAllowed, match="Say why"):
        submit("step_reason", context, clock, reason=" ")


def test_what_is_deferred_is_deferred_until_something(at_step, clock):
    context = at_step("Look", outcome="deferred")

    until, why = fill("step_reason", context, clock).fields
    submit("step_reason", context, clock, until="next working day")

    assert [value for value, _ in until.options][0] == "before stand-down"
    assert (until.value, why.optional) == ("before close", True)
    assert step(context["key"]).reason == "next working day"


def test_a_note_is_on_the_timeline(at_step, clock):
    context = at_step("Look")

    assert fill("step_note", context, clock).fields[0].name == "text"
    submit("step_note", context, clock, text="The graph is flat")

    assert last_line(context["key"]) == "Step 1: The graph is flat"


def test_nobody_writes_a_reason_for_what_is_settled_by_now(at_step, clock):
    context = at_step("Look", outcome="failed")
    with transaction() as session:
        steps.complete(session, incident_key=context["key"], number=1, actor=TOM, at=clock())

    with pytest.raises(NotAllowed, match="Step 1 is already done, by Tom"):
        fill("step_reason", context, clock)
    with pytest.raises(NotAllowed, match="changed while you looked at it"):
        submit("step_reason", context, clock, reason="No")


@pytest.mark.parametrize("actor", [SAM, EVE])
@pytest.mark.parametrize("name", ["step_value", "step_reason", "step_note"])
def test_every_right_is_asked_for_again(at_step, clock, name, actor):
    context = at_step("Look", outcome="failed")

    with pytest.raises(NotAllowed, match="responder"):
        fill(name, context, clock, actor=actor)
    with pytest.raises(NotAllowed, match="responder"):
        submit(name, context, clock, actor=actor, reason="No", text="No")


@pytest.mark.parametrize("name", ["step_value", "step_reason", "step_note", "page"])
def test_a_private_incident_is_not_there_for_others(at_step, clock, name):
    context = at_step("Look", outcome="failed")
    with transaction() as session:
        incident_rows.lock(session, context["key"]).private = True

    with pytest.raises(Exception, match="There is no incident INC-1"):
        fill(name, context, clock)
    with pytest.raises(Exception, match="There is no incident INC-1"):
        submit(name, context, clock, reason="No", text="No", target="primary")


def test_an_outcome_that_there_is_not_is_refused(at_step, clock):
    with pytest.raises(NotAllowed, match="does not know this outcome"):
        submit("step_reason", at_step("Look", outcome="done"), clock, reason="No")


def test_the_page_dialog_shows_who_is_woken_and_what_time_it_is_there(at_step, clock):
    connect_target("primary", on_call=ON_CALL)
    connect_target("platform", key="P" * 32, zone="Europe/Lisbon")
    with transaction() as session:
        target_rows.find_or_make(session, "nobody", clock())

    asked = fill("page", at_step("Look"), clock, actor=EVE)

    assert asked.text.splitlines() == [
        "Nobody is woken before you press “Page now”.",
        "nobody: not connected to PagerDuty, so nobody would be woken",
        "platform: whoever is on call (03:00 their time)",
        "primary: Ana (22:00 their time)",
    ]
    assert asked.fields[0].options[-1] == ("primary", "primary")


def test_one_dialog_pages_once_however_often_it_is_handed_in(at_step, clock):
    connect_target("primary")
    asked = fill("page", at_step("Look"), clock)

    submit("page", asked.context, clock, target="primary", text="Please look")
    reply = submit("page", asked.context, clock, target="primary", text="Please look")

    assert paged("INC-1") == [("primary", "Maya")]
    assert reply.text == "Paging primary for INC-1. The card shows who answers."


def test_a_second_dialog_pages_again(at_step, clock):
    connect_target("primary")
    first = fill("page", at_step("Look"), clock)
    clock.forward(seconds=1)
    second = fill("page", first.context, clock)

    submit("page", first.context, clock, target="primary")
    submit("page", second.context, clock, target="primary")

    assert len(paged("INC-1")) == 2


def test_anybody_may_page(at_step, clock):
    connect_target("primary")
    asked = fill("page", at_step("Look"), clock, actor=EVE)

    submit("page", asked.context, clock, actor=EVE, target="primary")

    assert paged("INC-1") == [("primary", "eve")]


def test_who_pages_nobody_is_told_so(at_step, clock):
    with transaction() as session:
        target_rows.get(session, "primary").phones = [{"name": "Ana", "phone": "+1 555 0100"}]
    asked = fill("page", at_step("Look"), clock)

    reply = submit("page", asked.context, clock, target="primary")

    assert reply.text == (
        "NOBODY WAS PAGED: primary is not connected to PagerDuty. Telephone Ana +1 555 0100."
    )


def test_a_target_that_there_is_not_is_refused(at_step, clock):
    asked = fill("page", at_step("Look"), clock)

    with pytest.raises(NotAllowed, match="There is no page target"):
        submit("page", asked.context, clock, target="<!channel>")
