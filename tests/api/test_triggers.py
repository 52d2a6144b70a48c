"""PagerDuty's door: what is signed is kept, whatever it says; the rest stays outside."""

import json
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from incident.delivery import inbox
from incident.integrations.notifier import Delivered
from incident.services import hearing, steps, webhooks
from incident.storage import incidents as incident_rows
from incident.storage import pages, timeline
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from tests.api.conftest import SECRET
from tests.conftest import MAYA, connect_target
from tests.fakes.pagerduty_webhooks import an_event, headers_of
from tests.services.test_deliveries import attempt

WHERE = "/api/triggers/pagerduty"
OURS, BEFORE = "the secret of the subscription", "the one before it"
MAYA_THERE = {"id": "PMAYA0", "type": "user_reference", "summary": "Maya"}


@pytest.fixture
def door(app):
    """The door of a desk that knows two secrets."""
    config = app.config["DESK"].model_copy(update={"pagerduty_webhook_secrets": f"{BEFORE},{OURS}"})
    app.config["DESK"] = config
    client = app.test_client(use_cookies=False)

    def send(body, *, secrets=(OURS,), webhook_id="w-1", **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = headers_of(raw, secrets, webhook_id) | headers
        return client.post(WHERE, data=raw, headers=signed)

    return send


@pytest.fixture
def paged(database, an_incident, clock):
    """An incident whose page PagerDuty has taken."""
    connect_target("primary")
    key = an_incident("Look at the graph", "Page the on-call {page=primary}", "Write it down")
    with transaction() as session:
        steps.complete(session, incident_key=key, number=1, actor=MAYA, at=clock())
    attempt(clock, Delivered(), integration="pagerduty")
    return SimpleNamespace(key=key, dedup_key=page_of(key).dedup_key)


def page_of(key):
    with reading() as session:
        return pages.of_incident(session, incident_rows.id_of(key))[0]


def about(paged, kind, clock, **data):
    given = {"type": "incident", "id": "Q7", "incident_key": paged.dedup_key}
    return an_event(kind, given | data, at=clock(), agent=MAYA_THERE)


def signals():
    with reading() as session:
        return list(session.scalars(select(Signal).order_by(Signal.id)))


def lines(key):
    with reading() as session:
        return len(timeline.since(session, incident_rows.id_of(key), 0))


def test_an_answer_in_pagerduty_is_the_tick_here(door, paged, clock):
    answer = door(about(paged, "incident.acknowledged", clock))

    page = page_of(paged.key)
    assert (answer.status_code, answer.json) == (202, {"status": "kept"})
    assert (page.state, page.acknowledged_by) == ("acknowledged", "Maya")


@pytest.mark.parametrize("secrets", [(BEFORE,), (OURS,), ("unknown", OURS)])
def test_any_live_secret_will_do(door, paged, clock, secrets):
    answer = door(about(paged, "incident.triggered", clock), secrets=secrets)

    assert answer.status_code == 202


@pytest.mark.parametrize("header", ["", "v1=nonsense", "v1=" + "0" * 64, "\xe4" * 30])
def test_what_is_not_signed_is_not_kept(door, paged, clock, header):
    body = about(paged, "incident.acknowledged", clock)

    answer = door(body, **{"X-PagerDuty-Signature": header})

    assert answer.status_code == 401
    assert len(answer.data) < 200
    assert signals() == []
    assert page_of(paged.key).state == "accepted"


def test_nobody_is_believed_before_there_is_a_secret(app, door, paged, clock):
    app.config["DESK"] = app.config["DESK"].model_copy(update={"pagerduty_webhook_secrets": ""})

    assert door(about(paged, "incident.triggered", clock), secrets=("",)).status_code == 401


def test_the_same_event_counts_once_however_it_comes(door, paged, clock):
    body = about(paged, "incident.acknowledged", clock)
    door(body)
    before = lines(paged.key)

    again = [door(body, webhook_id=name).status_code for name in ("w-1", "w-1", "w-2", "w-3")]

    assert again == [202] * 4
    assert (len(signals()), lines(paged.key)) == (1, before)


def test_without_an_id_of_its_own_it_is_known_by_that_of_the_webhook(door):
    nameless = {"event": {"event_type": "incident.triggered", "data": {}}}

    door(nameless, webhook_id="w-7")
    door({**nameless, "more": 1}, webhook_id="w-7")

    assert [signal.delivery_key for signal in signals()] == ["w-7"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("incident.workflow.completed", {"type": "incident_workflow_instance"}),
        ("incident.acknowledged", {"type": "incident", "id": "Q9", "incident_key": "of/others"}),
        ("service.updated", {"type": "service"}),
        ("pagey.ping", {"type": "ping", "message": "Hello from your friend Pagey!"}),
    ],
)
def test_what_is_not_about_our_pages_is_taken_and_left_alone(door, clock, kind, data):
    answer = door(an_event(kind, data, at=clock()))

    assert answer.status_code == 202
    assert [signal.state for signal in signals()] == ["ignored"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"\xff\xfe", b"{}", b'{"event": 7}', b'{"a": "\\u0000"}']
)
def test_what_is_signed_but_cannot_be_read_is_kept_for_a_human(door, body):
    answer = door(body)

    assert answer.status_code == 202
    (kept,) = signals()
    assert kept.state == "failed"
    assert kept.reason.startswith("it is signed by PagerDuty, but no")


def test_what_is_too_large_is_refused(door):
    answer = door(b" " * (1024 * 1024 + 1))

    assert answer.status_code == 413
    assert signals() == []


def test_while_nothing_can_be_written_pagerduty_is_asked_to_come_again(door, clock, database):
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE signals RENAME TO away")

    answer = door(an_event("incident.triggered", {}, at=clock()))

    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO signals")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert signals() == []


def test_what_was_kept_and_not_heard_is_heard_by_the_sweep(door, paged, clock):
    body = json.dumps(about(paged, "incident.acknowledged", clock)).encode()
    with transaction() as session:
        webhooks.keep(session, body, "w-1", at=clock())

    inbox.read_waiting(clock())
    inbox.read_waiting(clock())

    assert page_of(paged.key).state == "acknowledged"
    assert [signal.state for signal in signals()] == ["noted"]


def test_what_we_stumble_over_is_kept_and_given_to_a_human(door, paged, clock, monkeypatch):
    monkeypatch.setattr(hearing, "hear", None)
    answer = door(about(paged, "incident.acknowledged", clock))

    for _ in range(2):
        inbox.read_waiting(clock())

    assert answer.status_code == 202
    assert [(s.state, s.tries) for s in signals()] == [("failed", 3)]


def test_an_incident_that_names_no_key_is_to_be_asked_about(door, paged, clock):
    door(about(paged, "incident.acknowledged", clock, id="Q8", incident_key=None))

    assert [signal.state for signal in signals()] == ["asked"]


def test_the_keys_that_pagerduty_named_lead_to_the_page(door, paged, clock):
    door(about(paged, "incident.acknowledged", clock, id="Q8", incident_key=None))

    with transaction() as session:
        waiting = session.scalars(select(Signal)).one()
        webhooks.answer(session, waiting, ["of/others", paged.dedup_key], clock())

    assert page_of(paged.key).state == "acknowledged"


def test_somebody_elses_incident_is_asked_about_once(door, paged, clock):
    door(about(paged, "incident.triggered", clock, id="Q8", incident_key=None))
    with transaction() as session:
        webhooks.answer(session, session.scalars(select(Signal)).one(), ["of/others"], clock())

    door(about(paged, "incident.acknowledged", clock, id="Q8", incident_key=None))

    assert [signal.state for signal in signals()] == ["ignored", "ignored"]


def test_no_secret_is_in_any_answer(door, paged, clock):
    answers = [door(about(paged, "incident.triggered", clock), secrets=(s,)) for s in (OURS, "x")]

    told = " ".join(answer.get_data(as_text=True) for answer in answers)
    assert not any(secret in told for secret in (OURS, BEFORE, SECRET))
