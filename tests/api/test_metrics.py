"""What Prometheus reads, and who may."""

from datetime import timedelta

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from config import Config
from incident.services import incidents as incident_services
from incident.services import pages as page_services
from incident.services import posts, slack_health
from incident.services.incidents import Opening
from incident.storage import incidents, outbox, workers
from incident.storage.db import transaction
from incident.storage.outbox import Delivery
from incident.storage.pages import Page
from incident.storage.proofs import Proof, TestEvent
from incident.storage.signals import Signal
from incident.storage.slack_rules import SlackRule
from incident.storage.timers import Timer
from tests.api.scripts import Script
from tests.conftest import MAYA, START, connect_target
from tests.sqlcount import counted

TOKEN = "a token for the watchman"


@pytest.fixture(autouse=True)
def one_clock(monkeypatch):
    """On PostgreSQL signs of life go by its clock. Here it is the one that tests move."""
    monkeypatch.setattr(outbox, "database_now", lambda _session, process_now: process_now)


@pytest.fixture
def prometheus(app):
    return Script(app, None)


@pytest.fixture
def guarded(app_on_sqlite):
    """A desk that was given a token for /metrics."""
    app_on_sqlite.config["DESK"] = Config(metrics_token=TOKEN)
    return Script(app_on_sqlite, None)


def read(prometheus):
    """Every sample, by its name and labels."""
    text = prometheus.get("/metrics").get_data(as_text=True)
    return {
        (sample.name.removeprefix("incident_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def add(*rows):
    with transaction() as session:
        session.add_all(rows)


def page(key, at, **fields):
    with transaction() as session:
        page_services.page(session, incident_key=key, target="primary", actor=MAYA, at=at)
        made = session.query(Page).order_by(Page.id.desc()).first()
        for name, value in fields.items():
            setattr(made, name, value)


def test_a_fresh_desk_tells_zeros_and_a_worker_that_never_was(prometheus):
    told = read(prometheus)

    assert told["deliveries", "pagerduty", "due"] == 0
    assert told["open_incidents", "live", "sev1"] == 0
    assert told[("oldest_due_page_seconds",)] == told[("slack_degraded_seconds",)] == 0
    assert ("slack_sockets",) not in told
    assert told[("worker_beat_age_seconds",)] == float("inf")
    assert ("page_accept_seconds", "0.5") not in told


def test_the_outbox_is_counted_by_integration_and_state(prometheus, an_incident, clock):
    connect_target()
    key = an_incident(severity="sev1")
    for _ in range(2):
        page(key, clock())
    with transaction() as session:
        session.query(Delivery).first().state = "sent"
    clock.forward(seconds=40)

    told = read(prometheus)

    assert told["deliveries", "pagerduty", "sent"] == 1
    assert told["deliveries", "pagerduty", "due"] == 1
    assert told[("oldest_due_page_seconds",)] == 40
    assert told["open_incidents", "live", "sev1"] == 1


def test_how_long_the_pages_of_the_last_day_took(prometheus, an_incident, clock):
    connect_target()
    key = an_incident()
    page(key, clock(), accepted_at=clock() + timedelta(hours=1))
    now = clock.forward(days=2)
    for seconds in range(1, 101):
        answered = now + timedelta(seconds=10 * seconds)
        page(key, now, accepted_at=now + timedelta(seconds=seconds), acknowledged_at=answered)

    told = read(prometheus)

    assert [told["page_accept_seconds", q] for q in ("0.5", "0.95", "1.0")] == [51, 96, 100]
    assert told["page_answer_seconds", "1.0"] == 1000
    assert (told[("page_accept_seconds_count",)], told[("page_accept_seconds_sum",)]) == (100, 5050)


def test_alarms_and_the_states_of_pages(prometheus, an_incident, clock):
    connect_target()
    key = an_incident()
    page(key, clock(), state="accepted", alarm="Nobody was notified", alarm_at=clock())
    page(key, clock(), state="acknowledged", alarm="Nobody was notified", alarm_at=clock())
    page(key, clock(), state="exhausted")

    told = read(prometheus)

    assert (told[("page_alarms",)], told[("page_alarms_standing",)]) == (2, 1)
    assert told["pages", "exhausted"] == 1


def test_timers_workers_clocks_signals_and_proofs(prometheus, an_incident, clock):
    incident = incidents.id_of(an_incident())
    due = {"incident_id": incident, "kind": "grace"}
    add(
        Timer(name="late", due_at=START, **due), Timer(name="x", due_at=START, state="fired", **due)
    )
    raw = {"integration": "slack", "raw": {}, "received_at": START}
    add(Signal(delivery_key="Ev1", state="failed", **raw), Signal(delivery_key="Ev2", **raw))
    add(Proof(subject="slack", name="token", ok=False, checked_at=START))
    heard = {"target": "primary", "dedup_key": "k", "asked_by": "Ada", "begun_at": START}
    add(TestEvent(heard_at=START, **heard))
    clock.forward(seconds=12)
    with transaction() as session:
        workers.beat(session, "w1", started_at=START, at=START, jump=(START, -7200))

    told = read(prometheus)

    assert (told[("timers_overdue",)], told[("oldest_timer_seconds",)]) == (1, 12)
    assert (told[("workers",)], told[("worker_beat_age_seconds",)]) == (1, 12)
    assert told[("clock_jump_seconds",)] == -7200
    assert (told[("signals_failed",)], told[("oldest_signal_seconds",)]) == (1, 12)
    assert (told[("proofs_failed",)], told[("oldest_proof_seconds",)]) == (1, 12)
    assert told[("path_heard_seconds",)] == 12


def test_how_slack_is(prometheus, an_incident, clock):
    key = an_incident()
    armed = {"target": "primary", "armed": True, "armed_at": START, "updated_at": START}
    add(
        SlackRule(channel="C0A", channel_name="#emergency", created_at=START, **armed),
        SlackRule(channel="C0B", created_at=START, swept_at=clock.forward(seconds=30), **armed),
        Proof(subject="slack", name="channel C0B", ok=False, checked_at=START),
    )
    with transaction() as session:
        posts.post(session, incident_key=key, channel="#support", text="Hm", actor=MAYA, at=clock())
        slack_health.failing(session, "Slack could not be reached", at=clock())
        now = clock.forward(seconds=90)
        slack_health.failing(session, "Slack could not be reached", at=now)
        slack_health.heard_by_socket(session, by="w", away_since=None, why="", at=now, sockets=2)

    told = read(prometheus)

    assert told[("slack_degraded_seconds",)] == told[("oldest_due_slack_seconds",)] == 90
    assert (told[("slack_sockets",)], told[("slack_rules_unheard",)]) == (2, 1)
    assert told["slack_sweep_age_seconds", "C0A", "#emergency"] == 120
    assert told["slack_sweep_age_seconds", "C0B", ""] == 90


def test_more_of_everything_asks_no_more_questions(prometheus, an_incident, clock):
    with counted() as few:
        prometheus.get("/metrics")
    connect_target()
    with transaction() as session:
        for number in range(20):
            opening = Opening(f"Number {number}", severity="sev3")
            incident_services.open_incident(session, opening, actor=MAYA, at=clock())
    for number in range(20):
        page(f"INC-{number + 1}", clock(), accepted_at=clock())

    with counted() as many:
        prometheus.get("/metrics")

    assert len(many) == len(few) <= 17


def test_a_prometheus_that_asks_for_openmetrics_gets_it(prometheus, an_incident):
    accept = "application/openmetrics-text; version=1.0.0"

    answer = prometheus.get("/metrics", headers={"Accept": accept})

    assert answer.content_type.startswith("application/openmetrics-text")
    names = {f.name for f in openmetrics.text_string_to_metric_families(answer.text)}
    assert "incident_deliveries" in names


def test_without_a_token_this_machine_may_read(app_on_sqlite):
    assert Script(app_on_sqlite, None).get("/metrics").status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.7", "2001:db8::1", "", "unix:"])
def test_without_a_token_nobody_else_may(app_on_sqlite, address):
    answer = Script(app_on_sqlite, None).get("/metrics", environ_overrides={"REMOTE_ADDR": address})

    assert answer.status_code == 403
    assert "METRICS_TOKEN" in answer.json["detail"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_whoever_comes_through_a_proxy_of_this_machine_is_not_here(app_on_sqlite, header):
    answer = Script(app_on_sqlite, None).get("/metrics", headers={header: "10.0.0.7"})

    assert answer.status_code == 403


def test_with_the_token_anybody_may_read(guarded):
    guarded.token = TOKEN

    answer = guarded.get("/metrics", environ_overrides={"REMOTE_ADDR": "10.0.0.7"})

    assert answer.status_code == 200


@pytest.mark.parametrize("sent", [None, "", "wrong", "a tøken", TOKEN + "x"])
def test_without_the_right_token_nobody_may(guarded, sent):
    guarded.token = sent

    answer = guarded.get("/metrics")

    assert answer.status_code == 401
    assert "bearer" in answer.headers["WWW-Authenticate"].lower()


def test_the_token_of_a_script_opens_nothing_here(guarded, quick_script):
    guarded.token = quick_script.token

    assert guarded.get("/metrics").status_code == 401
