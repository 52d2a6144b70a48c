"""What is kept about the way a page takes, and what is read from it."""

from datetime import timedelta

import pytest

from incident.rules.outcome import NotAllowed
from incident.rules.permissions import DESK
from incident.rules.proofs import Finding
from incident.services import connections, proofs, proving
from incident.services.connections import PagerDutyAccess
from incident.storage import checklists, targets
from incident.storage import proofs as rows
from incident.storage.db import reading, transaction
from incident.storage.slack_rules import SlackRule
from incident.storage.targets import Target
from tests.conftest import ADA, MAYA, START, a_checklist, connect_target

HEARS = PagerDutyAccess(token="u+token")  # noqa: S106
LATER = START + timedelta(minutes=1)


def keep(*findings, at=START):
    with transaction() as session:
        proofs.keep(session, findings, at=at)


def chip(at=START):
    with reading() as session:
        return proofs.chip(session, at=at)


def shut(target="primary", name="service", sentence="The service is disabled."):
    return Finding(f"target {target}", name, False, sentence, grave=True)


def trouble(at, target="primary"):
    with reading() as session:
        return proofs.trouble_with(session, target, at=at)


def begin(actor=ADA, at=START):
    with transaction() as session:
        return proving.ask(session, access=HEARS, actor=actor, at=at).id


def move(step, number, *rest, **known):
    with transaction() as session:
        step(session, number, *rest, **known)


def hear(number, at=LATER, by="webhook"):
    with transaction() as session:
        proofs.heard(session, rows.get_test(session, number, lock=True), None, at=at, by=by)


def the_test(number):
    with reading() as session:
        return rows.get_test(session, number)


def prove(at=START, by="poll"):
    number = begin(at=at)
    move(proving.accepted, number, at=at)
    hear(number, at=at, by=by)
    move(proving.settled, number, at=at, webhook_expected=True)


def test_a_fresh_desk_can_page_nobody(database):
    assert chip().words == "Nobody can be paged"


def test_a_connected_target_is_never_proven_until_a_test_came_back(database):
    connect_target()
    assert chip().words == "pager path never proven"

    connect_target("tests", proving=True)
    keep()
    with transaction() as session:
        proofs.round_done(session, at=START, looked=True)
    prove(by="webhook")

    assert (chip().tone, chip().proven_at) == ("well", START)


def test_a_target_for_tests_alone_wakes_nobody_and_counts_for_nothing(database):
    connect_target("tests", proving=True)

    assert chip().words == "Nobody can be paged"


def test_what_is_wrong_now_is_red_and_what_is_well_again_is_forgotten(database):
    connect_target()

    keep(shut())
    assert chip().sentence == "The service is disabled."

    keep(Finding("target primary", "service"))
    assert chip().tone == "caution"


def test_what_a_round_no_longer_asks_about_is_dropped_but_never_the_last_proof(database):
    connect_target("tests", proving=True)
    prove()
    keep(shut("gone"))

    keep(Finding("target primary", "service"))

    with reading() as session:
        left = {(row.subject, row.name) for row in rows.every(session)}
    assert ("target gone", "service") not in left
    assert ("pagerduty", "path") in left


def test_a_page_is_told_of_trouble_while_the_look_is_fresh(database):
    keep(shut())

    assert trouble(START) == "The service is disabled."
    assert trouble(START + timedelta(minutes=31)) == ""
    assert trouble(START, "mobile") == ""


def test_a_gap_tomorrow_is_no_trouble_for_a_page_tonight(database):
    keep(shut(name="next_day"))

    assert trouble(START) == ""


def test_the_targets_of_published_lists_and_rules_are_used_and_their_backups(database):
    connect_target("second")
    connect_target("third")
    connect_target("cord")
    connect_target("nobody")
    with transaction() as session:
        targets.get(session, "second").backup = "third"
        a_checklist(session, "Page them {page=primary then=second}")
        session.add(SlackRule(channel="C1", target="cord", created_at=START, updated_at=START))

    with reading() as session:
        used = [target.name for target in proofs.used_targets(session)]

    assert used == ["cord", "primary", "second", "third"]


def test_a_list_is_doubted_when_its_target_is_red(database):
    connect_target()
    keep(shut())

    with reading() as session:
        doubts = proofs.doubts(session, ["primary"])

    assert doubts[0] == "The service is disabled."
    assert "never been proven" in doubts[1]


def test_a_list_names_the_targets_it_pages_in_order(database):
    connect_target("a")
    connect_target("b")
    with transaction() as session:
        slug = a_checklist(session, "Look", "Page {page=b then=a}", "Again {page=b}")
        session.flush()
        revision = checklists.published(session, slug)

        assert proofs.paged(revision) == ("b", "a")


def test_one_process_at_a_time_proves_and_the_next_one_takes_over(database):
    def take(owner, at):
        with transaction() as session:
            return proofs.take_turn(session, owner=owner, at=at)

    assert take("one", START)
    assert take("one", LATER)
    assert not take("two", LATER + timedelta(seconds=29))
    assert take("two", LATER + timedelta(seconds=30))


def test_whoever_stops_leaves_the_turn_to_the_others(database):
    with transaction() as session:
        proofs.take_turn(session, owner="one", at=START)
        proofs.end_turn(session, owner="one", at=START)

        assert proofs.take_turn(session, owner="two", at=START)


def test_a_round_is_due_at_once_then_every_ten_minutes_or_when_somebody_asks(database):
    def due(at):
        with reading() as session:
            return proofs.is_due(session, at=at)

    assert due(START)
    with transaction() as session:
        proofs.round_done(session, at=START, looked=True)
    assert not due(START + timedelta(minutes=9))
    assert due(START + timedelta(minutes=10))

    with transaction() as session:
        proofs.ask(session, actor=MAYA, at=LATER)
    assert due(LATER)


def test_a_test_needs_somewhere_to_go_and_a_way_back(database):
    with pytest.raises(NotAllowed, match="Choose a test service first"):
        begin()
    connect_target("tests", proving=True)
    with pytest.raises(NotAllowed, match="Nothing could come back"), transaction() as session:
        proving.ask(session, access=PagerDutyAccess(), actor=ADA, at=START)
    with pytest.raises(NotAllowed, match="admin"):
        begin(actor=MAYA)


def test_pressing_twice_is_one_test(database):
    connect_target("tests", proving=True)

    assert begin() == begin()


def test_the_webhook_may_come_before_our_own_receipt(database):
    connect_target("tests", proving=True)
    number = begin()

    hear(number)
    move(proving.accepted, number, at=LATER)

    assert (the_test(number).state, the_test(number).accepted_at) == ("heard", LATER)


def test_a_test_that_did_not_come_back_is_red_and_stays_to_be_resolved(database):
    connect_target()
    connect_target("tests", proving=True)
    number = begin()
    move(proving.accepted, number, at=START)

    move(proving.failed, number, "Nothing came back.", at=LATER)

    assert (chip().words, chip().sentence) == ("PAGING DEGRADED", "Nothing came back.")
    assert the_test(number).settled_at is None
    move(proving.settled, number, at=LATER, webhook_expected=False)
    assert (the_test(number).state, the_test(number).settled_at) == ("failed", LATER)


def test_word_that_comes_too_late_proves_nothing(database):
    connect_target("tests", proving=True)
    number = begin()
    move(proving.failed, number, "Nothing came back.", at=LATER)

    hear(number)

    assert the_test(number).state == "failed"


def test_a_failure_does_not_forget_when_it_was_last_proven(database):
    connect_target()
    connect_target("tests", proving=True)
    prove()
    move(proving.failed, begin(at=LATER), "Refused.", at=LATER, is_open=False)

    assert (chip().tone, chip().proven_at) == ("danger", START)


def test_a_webhook_that_was_only_asked_after_is_told(database):
    connect_target()
    connect_target("tests", proving=True)
    with transaction() as session:
        proofs.round_done(session, at=START, looked=True)
    prove(by="poll")

    assert "The webhook did not bring" in chip().sentence
    prove(at=LATER, by="webhook")
    assert chip(LATER).tone == "well"


def test_a_test_is_due_every_day_and_an_hour_after_a_failure(database):
    def due(at):
        with transaction() as session:
            found = proving.begin_if_due(session, access=HEARS, actor=DESK, at=at)
            return found.id if found is not None else None

    assert due(START) is None
    connect_target("tests", proving=True)
    number = due(START)
    move(proving.failed, number, "Refused.", at=START, is_open=False)
    assert due(START + timedelta(minutes=59)) is None
    number = due(START + timedelta(hours=1))
    hear(number, at=START + timedelta(hours=1))
    assert due(START + timedelta(hours=30)) is None
    move(proving.settled, number, at=LATER, webhook_expected=False)
    assert due(START + timedelta(hours=24)) is None
    assert due(START + timedelta(hours=25))


def test_the_test_service_is_one_and_wakes_nobody(database):
    with transaction() as session:
        known = {"actor": ADA, "at": START}
        for name, key in (("first", "A" * 32), ("second", "B" * 32)):
            connections.keep_test_service(
                session, name=name, service_id="PPROOF", routing_key=key, **known
            )

    with reading() as session:
        found: dict[str, Target] = {one.name: one for one in targets.every(session)}
        assert proving.proving_target(session).name == "second"
    assert [found[name].proving for name in ("first", "second", "primary")] == [True, True, False]
