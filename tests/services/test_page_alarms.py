from dataclasses import dataclass
from datetime import timedelta

import pytest

from incident.delivery.scheduler import Scheduler
from incident.delivery.worker import Worker
from incident.integrations.notifier import Delivered, NotSent, Refused, TryAgain
from incident.services import connections, deliveries, page_alarms, pages
from incident.services import incidents as moves
from incident.services.messages import Moot
from incident.storage import incidents, outbox, timeline, timers
from incident.storage import pages as page_rows
from incident.storage.db import reading, transaction
from incident.storage.pages import Page
from incident.storage.people import Person
from tests.conftest import ADA, MAYA, START, TOM, connect_target
from tests.delivery.conftest import one_clock  # noqa: F401
from tests.delivery.notifiers import Told
from tests.trials.processes import wait_until

PHONES = [{"name": "Maya", "phone": "+49 30 1"}]


@dataclass(frozen=True)
class Given:
    pagerduty_api_token: str = ""
    pagerduty_from: str = ""
    webhook_secrets: tuple[str, ...] = ()


@pytest.fixture(autouse=True)
def ready(database):
    connect_target("primary", backup="platform", phones=PHONES, slack_channel="#platform")
    connect_target("platform")
    with transaction() as session:
        for name, role, gone in (
            ("Maya", "responder", None),
            ("Ada", "admin", None),
            ("Sam", "viewer", None),
            ("Tom", "responder", START),
        ):
            email = f"{name.lower()}@example.com"
            person = Person(name=name, email=email, role=role, created_at=START, disabled_at=gone)
            session.add(person)


@pytest.fixture
def paged(an_incident, clock):
    """Makes an incident whose primary on-call has just been paged; returns its key."""

    def make(**opening):
        key = an_incident(severity="sev1", **opening)
        with transaction() as session:
            pages.page(session, incident_key=key, target="primary", actor=TOM, at=clock())
        return key

    return make


def attempt(clock, result, *, integration="pagerduty", given=None):
    with transaction() as session:
        claimed = deliveries.claim(session, integration=integration, owner="w", at=clock())
    with transaction() as session:
        deliveries.settle(session, claimed, result, at=clock(), spread=0.0, given=given)


def wait(clock, **units):
    clock.forward(**units)
    Scheduler(clock=clock).sweep()


def pages_of(key):
    with reading() as session:
        return page_rows.of_incident(session, incidents.id_of(key))


def alarms(key):
    with reading() as session:
        told = timeline.of_kinds(session, incidents.id_of(key), [page_alarms.ALARM])
        return [line.text for line in told]


def texts(key, kind):
    with reading() as session:
        told = timeline.of_kinds(session, incidents.id_of(key), [kind])
        return [line.text for line in told]


def sent_by(key, integration):
    with reading() as session:
        rows = outbox.of_incident(session, incidents.id_of(key))
        return [row for row in rows if row.integration == integration]


def test_a_page_not_taken_in_a_minute_raises_the_alarm_everywhere(paged, clock):
    key = paged()
    attempt(clock, TryAgain("PagerDuty answered 503"))

    wait(clock, seconds=60)

    (sentence,) = alarms(key)
    (post,), (mail,) = sent_by(key, "slack"), sent_by(key, "email")
    assert sentence == pages_of(key)[0].alarm
    assert sentence.endswith("the page to primary in 60 s (PagerDuty answered 503)")
    assert (post.target, post.settings["text"]) == (
        "#platform",
        f"INC-1 Uploads are failing\n{sentence}",
    )
    assert mail.settings["to"] == ["ada@example.com", "maya@example.com"]
    assert "  Maya  +49 30 1" in mail.settings["text"]
    assert [page.target for page in pages_of(key)] == ["primary", "platform"]


def test_a_page_that_waits_for_its_turn_says_whom_it_waits_for(paged, clock):
    paged()
    waiting = paged()
    attempt(clock, TryAgain("Too many (429)", after=timedelta(seconds=90), crowded=True))

    wait(clock, seconds=60)

    assert alarms(waiting)[0].endswith(
        "in 60 s (PagerDuty is taking no more events with its key just now)"
    )


def test_a_page_that_is_taken_after_all_is_in_trouble_no_more(paged, clock):
    key = paged()
    wait(clock, seconds=60)

    attempt(clock, Delivered())

    assert pages_of(key)[0].alarm == ""
    assert len(alarms(key)) == 1


def test_a_page_that_is_refused_raises_the_alarm_at_once_and_the_next_is_paged(paged, clock):
    key = paged()
    attempt(clock, Refused("PagerDuty refused it (400)"))

    wait(clock, seconds=0)

    assert alarms(key) == ["The alarm goes to #platform and to 2 people"]
    assert pages_of(key)[0].alarm == "NOBODY WAS PAGED: PagerDuty refused it (400)"
    assert [(p.target, p.state) for p in pages_of(key)] == [
        ("primary", "refused"),
        ("platform", "promised"),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Given(pagerduty_api_token="t"), ["shows no incident", "has notified nobody"]),
        (Given(webhook_secrets=("s",)), ["shows no incident"]),
        (Given(), []),
    ],
)
def test_a_page_that_wakes_nobody_is_only_missed_where_it_would_be_heard_of(
    paged, clock, given, said
):
    key = paged()
    attempt(clock, Delivered(), given=given)

    for _ in range(2):
        wait(clock, seconds=60)

    found = [sentence for sentence in alarms(key) if "to primary" in sentence]
    assert len(found) == len(said)
    assert all(words in sentence for words, sentence in zip(said, found, strict=True))


def test_what_an_admin_typed_counts_as_ears(paged, clock):
    key = paged()
    with transaction() as session:
        connections.keep_pagerduty(session, actor=ADA, at=clock(), secrets={"token": "t"})

    attempt(clock, Delivered(), given=Given())
    wait(clock, seconds=60)

    assert len(alarms(key)) == 1


def test_a_page_that_is_seen_and_notifies_somebody_raises_no_alarm(paged, clock):
    key = paged()
    attempt(clock, Delivered(), given=Given(pagerduty_api_token="t"))
    with transaction() as session:
        page = session.get_one(Page, pages_of(key)[0].id)
        page.state, page.seen_at, page.notified_at = "notified", clock(), clock()

    wait(clock, seconds=120)

    assert alarms(key) == []


def test_an_alarm_of_one_kind_is_raised_once_for_a_page(paged, clock):
    key = paged()

    raised = [raise_it(key, clock, kind) for kind in ("refused", "refused", "stale")]

    assert raised == [True, False, True]
    assert len(alarms(key)) == 2


def raise_it(key, clock, kind):
    with transaction() as session:
        incident = incidents.lock(session, key)
        page = page_rows.of_incident(session, incident.id)[0]
        return page_alarms.raise_alarm(
            session, incident, page, kind=kind, sentence="NOBODY WAS PAGED: so", at=clock()
        )


def test_a_drill_alarms_nobody(paged, clock):
    key = paged(mode="drill")

    assert raise_it(key, clock, "refused") is False
    assert sent_by(key, "email") == sent_by(key, "slack") == []


def test_an_incident_that_is_over_raises_no_alarm(paged, clock):
    key = paged()
    with transaction() as session:
        moves.move(session, incident_key=key, action="resolve", actor=MAYA, at=clock())

    wait(clock, minutes=3)

    assert alarms(key) == []


def test_an_incident_from_slack_hears_of_it_in_its_thread(paged, clock):
    key = paged(slack_channel="C0EMERGENCY", slack_thread="1.2")

    wait(clock, seconds=60)

    post = next(row for row in sent_by(key, "slack") if "/alarm-" in row.dedup_key)
    assert (post.target, post.settings["thread_ts"]) == ("C0EMERGENCY", "1.2")


def test_that_no_mail_is_set_up_is_said_once_and_not_loudly(paged, clock):
    key = paged()
    raise_it(key, clock, "refused")
    raise_it(key, clock, "stale")
    for _ in range(2):
        attempt(clock, NotSent("E-mail is not connected"), integration="email")

    assert texts(key, "mail_not_sent") == ["No mail goes out: E-mail is not connected"]
    assert [row.state for row in sent_by(key, "email")] == ["not_sent", "not_sent"]


def test_a_mail_that_went_out_is_told_with_whom_it_missed(paged, clock):
    key = paged()
    raise_it(key, clock, "refused")
    clock.forward(seconds=0.4)

    receipt = {"mailed": 1, "left_out": {"ada@example.com": "550"}}
    attempt(clock, Delivered(receipt), integration="email")

    assert texts(key, "mail_sent") == ["Mailed 2 people (0.4 s), but NOT ada@example.com (550)"]


def test_a_page_that_lay_while_the_desk_was_down_asks_a_person(paged, clock):
    key = paged(zone="America/New_York")
    clock.forward(hours=1, seconds=1)
    with transaction() as session:
        claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=clock())
    with reading() as session:
        late = deliveries.guard(session, claimed, public_url="", at=clock())
    with transaction() as session:
        deliveries.settle(session, claimed, late, at=clock(), spread=0.0)
    wait(clock, seconds=0)

    (page,) = pages_of(key)
    assert page.state == "not_sent"
    assert page.alarm == (
        "NOBODY WAS PAGED: it was due at 9 Jul 2021, 22:00 EDT and the desk was not running; "
        "page again if it is still needed"
    )
    assert len(alarms(key)) == 1


@pytest.mark.parametrize(("stale_seconds", "is_late"), [(600, True), (7200, False)])
def test_each_target_says_when_a_page_is_too_late(paged, clock, stale_seconds, is_late):
    connect_target("primary", stale_seconds=stale_seconds)
    paged()
    clock.forward(minutes=61)
    with transaction() as session:
        claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=clock())

    with reading() as session:
        found = deliveries.guard(session, claimed, public_url="", at=clock())

    assert isinstance(found, deliveries.Late) is is_late


def test_a_clock_set_forward_makes_no_page_late(paged, clock):
    paged()
    clock.forward(days=3)
    with transaction() as session:
        claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=clock())

    with reading() as session:
        found = deliveries.guard(
            session,
            claimed,
            public_url="",
            at=clock(),
            owed_at=lambda due: due + timedelta(days=3),
        )

    assert isinstance(found, deliveries.Ready)


def test_a_page_that_is_tried_all_the_time_is_never_late(paged, clock):
    key = paged()
    for _ in range(5):
        attempt(clock, TryAgain("PagerDuty answered 503"))
        clock.forward(minutes=50)

    assert sent_by(key, "pagerduty")[0].attempts == 5
    assert pages_of(key)[0].state == "promised"


def test_the_worker_knows_whether_answers_are_heard(paged, clock):
    key = paged()
    given = Given(pagerduty_api_token="t")
    worker = Worker({"pagerduty": lambda: Told(Delivered())}, clock=clock, given=given)
    worker.start()
    wait_until(lambda: pages_of(key)[0].state == "accepted", "the page to be taken")
    worker.stop()
    worker.join()

    with reading() as session:
        page_id = pages_of(key)[0].id
        found = [timers.find(session, f"{kind}-{page_id}") for kind in ("unseen", "unnotified")]
    assert [(t.due_at - clock()).total_seconds() for t in found] == [60, 120]


def last_look(clock, integration):
    """What is objected to, or what is about to go out."""
    with transaction() as session:
        claimed = deliveries.claim(session, integration=integration, owner="w", at=clock())
        return deliveries.guard(session, claimed, public_url="https://desk.example", at=clock())


@pytest.mark.parametrize("integration", ["slack", "email"])
def test_an_alarm_that_waited_until_somebody_had_it_is_not_sent_any_more(paged, clock, integration):
    key = paged()
    wait(clock, seconds=60)
    page = pages_of(key)[0]
    clock.forward(minutes=50)
    with transaction() as session:
        answer = {"incident_key": key, "page_id": page.id, "actor": ADA, "at": clock()}
        pages.acknowledge(session, **answer)

    assert last_look(clock, integration) == Moot("somebody has it")


@pytest.mark.parametrize("integration", ["slack", "email"])
def test_an_alarm_that_waited_until_pagerduty_took_the_page_is_not_sent(paged, clock, integration):
    paged()
    wait(clock, seconds=60)
    clock.forward(minutes=5)
    attempt(clock, Delivered())

    assert last_look(clock, integration) == Moot("it is so no longer")


def test_another_alarm_about_a_page_that_was_taken_goes_out(paged, clock):
    paged()
    attempt(clock, Delivered(), given=Given(pagerduty_api_token="t"))
    wait(clock, seconds=61)

    assert "NOBODY" in last_look(clock, "slack").message.settings["text"]


def test_an_alarm_that_waited_goes_out_while_nobody_has_it(paged, clock):
    paged()
    wait(clock, seconds=60)
    clock.forward(minutes=50)

    assert last_look(clock, "slack").message.settings["text"].startswith("INC-1 Uploads")
