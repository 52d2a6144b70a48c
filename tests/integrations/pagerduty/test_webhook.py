"""Webhooks: only PagerDuty's are believed, and what they say is read."""

from datetime import UTC, datetime

import pytest

from incident.integrations.pagerduty import webhook
from incident.rules.heard import Heard
from tests.fakes.pagerduty_webhooks import an_event, signature
from tests.integrations.pagerduty.messages import a_message

BODY = b'{"event": {"id": "01"}}'
OURS, ANOTHER = "one of our secrets", "the one before it"
AT = datetime(2021, 7, 10, 2, 0, 5, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("theirs", [[OURS], [ANOTHER], [OURS, ANOTHER], ["unknown", OURS]])
def test_any_of_their_signatures_under_any_of_our_secrets_will_do(theirs):
    assert webhook.is_signed(signature(BODY, theirs), BODY, [ANOTHER, OURS])


def test_other_versions_of_a_signature_are_passed_over():
    header = f"v2=abc, {signature(BODY, [OURS])} ,v1=short"

    assert webhook.is_signed(header, BODY, [OURS])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=",
        "v1",
        ",,,",
        "v1=" + "0" * 64,
        "v1=" + "g" * 64,
        "v1=" + "ä" * 64,
        "v1=" + "٣" * 64,
        signature(BODY, [OURS]).removeprefix("v1="),
        signature(BODY, [OURS]).upper(),
        signature(BODY, [OURS]).replace("v1", "v0"),
        signature(BODY, [OURS])[:-1],
        signature(BODY + b" ", [OURS]),
        signature(BODY, ["not ours"]),
        "x" * 10_000_000,
        "v1=0," * 1_000 + signature(BODY, [OURS]),
    ],
)
def test_whatever_else_a_stranger_sends_is_not_signed(header):
    assert not webhook.is_signed(header, BODY, [OURS])


def test_an_empty_secret_opens_nothing():
    assert not webhook.is_signed(signature(BODY, [""]), BODY, ["", OURS])


def test_without_a_secret_nobody_is_believed():
    assert not webhook.is_signed(signature(BODY, [OURS]), BODY, [])


def test_an_acknowledgement_says_who_and_of_which_page(pagerduty, an_incident):
    pagerduty.acknowledge(an_incident.alert.dedup_key, "Maya")

    heard = webhook.read(pagerduty.told[-1].body)

    assert heard == Heard(
        "acknowledged",
        dedup_key=a_message().dedup_key,
        pagerduty_id=an_incident.id,
        url=an_incident.url,
        who="Maya",
        occurred_at=heard.occurred_at,
        people=("Maya",),
    )
    assert heard.occurred_at.tzinfo is not None


def test_what_a_service_did_nobody_did(pagerduty, an_incident):
    heard = webhook.read(pagerduty.told[0].body)

    assert (heard.kind, heard.who) == ("triggered", "")


def test_a_note_is_read_with_the_incident_it_is_about(pagerduty, an_incident):
    pagerduty.annotate(an_incident.alert.dedup_key, "The disk is full", "Tom")

    heard = webhook.read(pagerduty.told[-1].body)

    assert (heard.kind, heard.who, heard.text) == ("annotated", "Tom", "The disk is full")
    assert (heard.dedup_key, heard.pagerduty_id) == ("", an_incident.id)


@pytest.mark.parametrize(
    ("move", "kind"),
    [
        ("escalate", "escalated"),
        ("unacknowledge", "unacknowledged"),
        ("resolve", "resolved"),
        ("reopen", "reopened"),
    ],
)
def test_every_move_has_its_kind(pagerduty, an_incident, move, kind):
    getattr(pagerduty, move)(an_incident.alert.dedup_key)

    assert webhook.read(pagerduty.told[-1].body).kind == kind


def test_an_unknown_kind_is_read_as_something_else():
    heard = webhook.read(an_event("incident.workflow.started", {"type": "incident"}, at=AT))

    assert (heard.kind, heard.occurred_at) == ("other", AT)


def test_the_ping_is_an_event_about_nothing():
    heard = webhook.read(an_event(webhook.PING, {"message": "Hello"}, at=AT))

    assert (heard.kind, heard.dedup_key, heard.pagerduty_id) == ("other", "", "")


@pytest.mark.parametrize("payload", [{}, {"event": None}, {"event": []}, {"event": {"id": "1"}}])
def test_what_is_no_event_is_none(payload):
    assert webhook.read(payload) is None


@pytest.mark.parametrize("nonsense", [None, 7, [7], "x", {"id": 7}, [{"type": ["user"]}]])
def test_nonsense_in_every_place_breaks_nothing(nonsense):
    body = {"event_type": "incident.acknowledged", "data": nonsense, "agent": nonsense}
    names = ("id", "incident_key", "html_url", "assignees", "incident", "type", "content")
    within = {**body, "data": dict.fromkeys(names, nonsense)}

    found = [webhook.read({"event": {**e, "occurred_at": nonsense}}) for e in (body, within)]

    assert {(heard.kind, heard.who) for heard in found} == {("acknowledged", "")}


def test_an_address_that_no_browser_should_open_is_left_out():
    data = {"type": "incident", "id": "Q1", "html_url": "javascript:alert(1)"}

    assert webhook.read(an_event("incident.triggered", data, at=AT)).url == ""
