"""The live page of somebody being woken: the receipt of each rung, and who comes next."""

from datetime import timedelta

import pytest

from incident.rules import alarms
from incident.rules.proofs import Finding
from incident.services import incidents, pages, proofs, steps
from incident.storage import pages as page_rows
from incident.storage import people, targets, workers
from incident.storage.db import transaction
from incident.storage.outbox import Delivery
from incident.storage.pages import Page
from tests.conftest import MAYA, START, TOM, connect_target
from tests.services.looks import deliveries, the, the_pages
from tests.web.browsers import words

PAGE = "Page the mobile on-call {page=mobile ack=5m then=platform}"


@pytest.fixture
def maya(browser, wall_clock):
    return browser("Maya")


@pytest.fixture
def paged(an_incident, wall_clock):
    """An incident whose page to mobile PagerDuty took a minute ago; its key."""
    connect_target("mobile", backup="primary")
    connect_target("platform", backup="primary")
    connect_target("primary")
    key = an_incident(PAGE, "Go on")
    wall_clock.forward(minutes=1)
    change(
        key,
        state="accepted",
        accepted_at=START + timedelta(seconds=1),
        then="platform",
        ack_due_at=START + timedelta(minutes=5),
    )
    return key


def change(key, number=-1, **fields):
    """What a page became: the newest, or the one of this place."""
    with transaction() as session:
        page = page_rows.of_incident(session, the(key).id)[number]
        for name, value in fields.items():
            setattr(page, name, value)
        return page.id


def climb(key, target, **fields):
    """The next rung is paged."""
    with transaction() as session:
        before = page_rows.of_incident(session, the(key).id)[-1]
        page = Page(
            incident_id=before.incident_id,
            cause=f"{before.cause}-rung-2",
            generation=before.generation,
            step=before.step,
            target=target,
            dedup_key=f"{before.dedup_key}-{target}",
            summary=before.summary,
            requested_by="Incident desk",
            promised_at=START + timedelta(minutes=5),
            rung=before.rung + 1,
            follows_id=before.id,
            **fields,
        )
        session.add(page)
        session.flush()
        session.add(trigger_of(page))


def trigger_of(page):
    return Delivery(
        incident_id=page.incident_id,
        page_id=page.id,
        step=page.step,
        integration="pagerduty",
        action="trigger",
        target=page.target,
        subject=page.summary,
        intent_key=f"{page.dedup_key}/trigger",
        dedup_key=page.dedup_key,
        fifo_key=page.dedup_key,
        due_at=page.promised_at,
        created_at=page.promised_at,
    )


def live(maya, key):
    return words(maya.get(f"/incidents/{key}"))


def test_the_receipt_tells_each_thing_with_its_time(maya, paged):
    change(
        paged,
        state="notified",
        seen_at=START + timedelta(seconds=2),
        notified_at=START + timedelta(seconds=4),
        notified_whom="Jo (push)",
        pagerduty_id="Q1",
        pagerduty_url="https://example.pagerduty.com/incidents/Q1",
    )

    page = maya.get(f"/incidents/{paged}")

    shown = words(page)
    assert "Asked for 02:00 PagerDuty took it 02:00 Incident opened 02:00" in shown
    assert "Jo (push) notified 02:00 no answer yet" in shown
    assert 'href="https://example.pagerduty.com/incidents/Q1"' in page.text


def test_step_and_strip_count_down_to_whoever_is_next(maya, paged):
    shown = live(maya, paged)

    assert "No answer from mobile, paging platform in 4:00" in shown
    assert "paging platform in 4:00" in shown.partition("Page the mobile on-call")[2]
    assert "If nobody answers: platform in 4:00 , then primary, then the telephones." in shown


def test_a_ladder_that_would_go_round_ends_at_the_telephones(maya, paged):
    with transaction() as session:
        targets.get(session, "primary").backup = "mobile"

    assert "platform in 4:00 , then primary, then the telephones." in live(maya, paged)


def test_the_front_page_counts_down_too(maya, paged):
    assert "No answer from mobile, paging platform in 4:00" in words(maya.get("/"))


def test_a_page_asked_for_by_hand_is_on_the_front_page_too(maya, paged):
    with transaction() as session:
        pages.page(session, incident_key=paged, target="primary", actor=MAYA, at=START)

    assert "primary" in words(maya.get("/")).partition("Commander")[2].partition("Closed")[0]


def test_every_rung_keeps_its_receipt(maya, paged, wall_clock):
    wall_clock.forward(minutes=5)
    climb(paged, "platform", ack_due_at=START + timedelta(minutes=10), then="primary")

    shown = live(maya, paged)

    assert "mobile Asked for 02:00 PagerDuty took it 02:00" in shown
    assert "no answer in time 02:05" in shown
    assert "platform Asked for 02:05" in shown
    assert "If nobody answers: primary in 4:00 , then the telephones." in shown


def test_what_pagerduty_has_not_taken_is_amber_after_fifteen_seconds(maya, paged, wall_clock):
    change(paged, state="promised", accepted_at=None)
    wall_clock.now = START + timedelta(seconds=14)
    before = maya.get(f"/incidents/{paged}").text
    wall_clock.forward(seconds=2)

    after = maya.get(f"/incidents/{paged}").text

    assert 'data-allowed="15">14 s' in before
    assert 'data-allowed="15" over>16 s' in after
    assert "PagerDuty has not taken it yet" in after


def test_a_rung_that_is_late_raises_the_banner_with_the_telephones(maya, paged):
    with transaction() as session:
        targets.get(session, "mobile").phones = [{"name": "Jo", "phone": "+49 30 5550103"}]
    change(paged, alarm="NOBODY WAS WOKEN: PagerDuty opened no incident for it.", alarm_at=START)

    page = maya.get(f"/incidents/{paged}")

    banner = words(page).partition("NOBODY WAS WOKEN")[2]
    assert 'role="alert"' in page.text
    assert banner.startswith(" PagerDuty opened no incident for it. Telephone, in this order:")
    assert "Jo +49 30 5550103 Reached No answer" in banner


def test_a_refused_rung_stays_in_the_banner_until_somebody_answers(maya, paged):
    change(paged, state="refused", reason="PagerDuty does not know the key", ended_at=START)
    climb(paged, "platform")
    before = maya.get(f"/incidents/{paged}")

    change(paged, state="acknowledged", acknowledged_by="Tom", acknowledged_at=START)

    assert "MOBILE WAS NOT PAGED mobile: PagerDuty does not know the key" in words(before)
    assert "platform is being paged now" in words(before)
    assert 'role="alert"' not in maya.get(f"/incidents/{paged}").text


def test_an_exhausted_ladder_leaves_the_telephones(maya, paged, browser):
    browser("Tom")
    with transaction() as session:
        people.by_name(session, "Tom").phone = "+1 555 0101"
    change(paged, state="exhausted", ended_at=START)

    shown = live(maya, paged)

    assert "NOBODY HAS ANSWERED Every rung has been tried" in shown
    assert "Tom +1 555 0101 Reached No answer" in shown


def test_whoever_has_it_and_does_nothing_is_an_alarm_though_the_step_is_done(maya, paged):
    page_id = change(paged)
    with transaction() as session:
        pages.acknowledge(session, incident_key=paged, page_id=page_id, actor=TOM, at=START)
    assert "NOBODY IS AT WORK" not in live(maya, paged)
    why = "Tom has it, but nothing was done for 10 min"
    change(paged, state="exhausted", reason=why, alarm=alarms.asleep(why), acknowledged_by=None)

    shown = live(maya, paged)

    assert f"NOBODY IS AT WORK {why}" in shown
    assert "Nobody is at work, telephone them" in shown
    assert f"NOBODY IS AT WORK: {why}." in shown
    assert "nothing was done" in shown
    assert "NOBODY HAS ANSWERED" not in shown
    assert "I have it" in shown


def test_who_is_on_call_is_telephoned_where_nobody_typed_a_number(maya, paged):
    with transaction() as session:
        target = targets.get(session, "mobile")
        target.on_call = [{"name": "Ana", "phone": "+49 30 777"}]
        target.on_call_at = START
    change(paged, state="exhausted", ended_at=START)

    assert "Ana +49 30 777 Reached" in live(maya, paged)


def test_pages_that_were_held_back_are_counted(maya, paged):
    change(paged, held=3)

    assert "3 more pages were held back and told in this one." in live(maya, paged)


def test_a_step_whose_page_was_held_back_says_which_one_rings(maya, an_incident, wall_clock):
    connect_target("mobile")
    key = an_incident(
        "Page mobile {page=mobile}", "Look", "Page mobile again {page=mobile}", "Go on"
    )
    wall_clock.forward(minutes=1)
    with transaction() as session:
        steps.complete(session, incident_key=key, number=2, actor=TOM, at=wall_clock())

    shown = live(maya, key)

    assert "Held back: mobile is being paged since 02:00." in shown
    assert "1 more page was held back and told in this one." in shown


def test_who_must_answer_still_is_named(maya, paged):
    answers = [{"name": "Jo", "at": "2021-07-10T02:00:30+00:00"}]
    change(paged, everyone=["Jo", "Ana"], answers=answers)

    shown = live(maya, paged)

    assert "Jo answered 02:00 not everybody yet" in shown
    assert "Must answer still: Ana" in shown


def test_an_incident_that_is_over_promises_no_page(maya, an_incident, wall_clock):
    key = an_incident("Look", "Page them {page=primary}", "Go on")
    before = live(maya, key)

    with transaction() as session:
        incidents.move(session, incident_key=key, action="resolve", actor=TOM, at=wall_clock())

    assert "Done, then page primary" in before
    assert "Done, then page" not in live(maya, key)


def test_before_a_page_it_is_said_who_will_be_woken_and_how_old_that_is(maya, paged, wall_clock):
    with transaction() as session:
        target = targets.get(session, "platform")
        target.on_call = [{"name": "Ana", "zone": "Europe/Berlin"}]
        target.on_call_at = wall_clock() - timedelta(minutes=6)
        targets.get(session, "primary").on_call_at = wall_clock()

    shown = live(maya, paged).partition("Page somebody")[2]

    assert "wakes Ana (04:01 their time), as of 6 min ago" in shown
    assert "nobody is on call , as of 0 s ago" in shown
    assert "unknown: nobody has told us who is on call" in shown


def test_the_button_that_pages_tells_the_time_of_whoever_is_woken(maya, an_incident, wall_clock):
    connect_target("primary")
    key = an_incident("Look", "Page them {page=primary}")
    with transaction() as session:
        target = targets.get(session, "primary")
        target.on_call = [{"name": "Ana", "zone": "Europe/Berlin"}]
        target.on_call_at = wall_clock()

    alone = live(maya, key)
    with transaction() as session:
        others = [{"name": "Ana", "zone": "Europe/Berlin"}, {"name": "Jo", "zone": "Asia/Tokyo"}]
        targets.get(session, "primary").on_call = others
    together = live(maya, key)

    assert "Done, then page primary (04:00 their time)" in alone
    assert "Done, then page primary" in together
    assert "page primary (" not in together


def test_before_a_page_it_is_said_why_it_would_wake_nobody(maya, paged, wall_clock):
    with transaction() as session:
        sentence = "The policy Core has nobody on call now."
        finding = Finding("target platform", "on_call", False, sentence, grave=True)
        proofs.keep_one(session, finding, at=wall_clock())
    soon = live(maya, paged).partition("Page somebody")[2]
    wall_clock.forward(hours=1)

    assert "The policy Core has nobody on call now." in soon
    assert "The policy Core" not in live(maya, paged).partition("Page somebody")[2]


def test_a_target_for_test_events_is_not_offered(maya, paged):
    connect_target("self-test", proving=True)

    refused = maya.post(f"/incidents/{paged}/pages", {"target": "self-test"})

    assert refused.status_code == 409
    assert "self-test" not in live(maya, paged)
    assert "self-test" not in words(maya.get("/"))


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [(3, "Sender alive 3 s ago"), (16, "Sender silent for 16 s")],
)
def test_the_age_of_the_senders_last_sign_of_life_is_shown(
    maya, paged, wall_clock, seconds, sentence
):
    with transaction() as session:
        at = wall_clock() - timedelta(seconds=seconds)
        workers.beat(session, "desk-1", started_at=START, at=at)

    assert sentence in live(maya, paged)


def test_without_any_sender_the_page_says_that_nothing_is_sent(maya, paged):
    assert "Nothing is sent: no sender" in live(maya, paged)


def test_a_clock_that_was_set_is_noticed_for_an_hour(maya, paged, wall_clock):
    with transaction() as session:
        workers.beat(session, "desk-1", started_at=START, at=wall_clock())
        worker = session.get(workers.Worker, "desk-1")
        worker.jumped_at, worker.jumped_seconds = wall_clock() - timedelta(minutes=3), 900
    soon = live(maya, paged)
    wall_clock.forward(hours=1)

    assert "Clock of the sender was set 3 min ago" in soon
    assert "Clock of the sender" not in live(maya, paged)


def test_whoever_says_not_me_wakes_the_next_at_once(maya, paged):
    answer = maya.post(f"/incidents/{paged}/pages/1/not-me")

    shown = live(maya, paged)
    assert answer.status_code == 303
    assert "No answer from platform, paging primary in 5:00" in shown
    assert "Not me, page primary" in shown
    assert [page.target for page in the_pages(paged)] == ["mobile", "platform"]


def test_not_me_on_the_last_rung_leaves_the_telephones(maya, paged):
    for number in (1, 2, 3):
        maya.post(f"/incidents/{paged}/pages/{number}/not-me")

    page = maya.get(f"/incidents/{paged}")

    assert "NOBODY HAS ANSWERED" in words(page)
    assert 'role="alert"' in page.text
    assert "Not me" not in words(page)
    assert "I have it" in words(page)


def test_a_word_to_pagerduty_is_written_down_and_promised(maya, paged):
    change(paged, pagerduty_id="Q1", state="seen", seen_at=START)
    before = live(maya, paged)

    maya.post(f"/incidents/{paged}/pages/1/notes", {"text": "The disk is full"})
    maya.post(f"/incidents/{paged}/pages/1/escalation", {"level": "2"})

    assert "In PagerDuty…" in before
    assert [d.action for d in deliveries(paged)] == ["trigger", "note", "escalate"]
    assert "Maya writes to PagerDuty: The disk is full" in live(maya, paged)


def test_what_pagerduty_does_not_know_can_be_told_nothing(maya, paged):
    assert "In PagerDuty…" not in live(maya, paged)


def test_an_incident_open_again_says_that_nobody_is_being_paged(maya, paged):
    for action in ("resolve", "reopen"):
        with transaction() as session:
            incidents.move(session, incident_key=paged, action=action, actor=MAYA, at=START)

    page = live(maya, paged)

    assert "NOBODY IS BEING PAGED Mobile was called off when it was over. Telephone" in page


def test_the_card_says_how_it_went_when_somebody_last_rang(maya, paged):
    change(paged, state="exhausted", ended_at=START)
    with transaction() as session:
        targets.get(session, "mobile").phones = [{"name": "Jo", "phone": "+49 30 1234567"}]
    for text in ("Telephoned Jo: no answer", "Telephoned Jo: reached"):
        maya.post(f"/incidents/{paged}/events", {"text": text})

    page = live(maya, paged)

    assert "Reached No answer Reached 02:01" in page
