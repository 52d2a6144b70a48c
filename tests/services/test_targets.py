"""Page targets: whom a checklist may wake, and with which key."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.rules.proofs import Finding
from incident.services import proofs, targets
from incident.services.targets import TargetForm
from incident.storage import sealed
from incident.storage import targets as rows
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA, START

KEY, NEW_KEY = "K" * 32, "N" * 32
SOON = START + timedelta(days=40)


def put(name="mobile", actor=ADA, at=START, **fields):
    with transaction() as session:
        targets.put(session, name=name, form=TargetForm(**fields), actor=actor, at=at)


def target(name="mobile"):
    with reading() as session:
        return rows.find(session, name)


def secret_of(routing_key_id):
    with reading() as session:
        return sealed.unseal(rows.secret_of(session, routing_key_id))


def test_a_new_target_is_connected_by_its_key(database):
    put(routing_key=KEY, description="The app")

    assert target().connected
    assert (target().description, target().urgency, target().zone) == ("The app", "high", "UTC")
    assert secret_of(target().routing_key_id) == KEY


def test_the_database_does_not_hold_the_key_in_the_clear(database):
    put(routing_key=KEY)

    with reading() as session:
        assert KEY not in str(session.execute(text("SELECT * FROM routing_keys")).all())


def test_a_new_key_leaves_the_old_one_to_the_pages_sent_with_it(database):
    put(routing_key=KEY)
    old = target().routing_key_id

    put(routing_key=NEW_KEY)

    assert secret_of(target().routing_key_id) == NEW_KEY
    assert secret_of(old) == KEY


def test_an_empty_key_keeps_what_there_is(database):
    put(routing_key=KEY)

    put(routing_key="", description="The app")

    assert secret_of(target().routing_key_id) == KEY


def test_what_is_not_mentioned_stays(database):
    put(routing_key=KEY, service_id="P1A2B3C", backup="primary", phones="Maya +49 30 1234567")

    put(urgency="low")

    assert (target().service_id, target().backup, target().urgency) == ("P1A2B3C", "primary", "low")
    assert target().phones == [{"name": "Maya", "phone": "+49 30 1234567"}]


def test_the_age_of_the_numbers_is_that_of_their_last_change_or_check(database):
    put(phones="Maya +49 30 1234567")

    put(phones="Maya +49 30 1234567", at=SOON)
    assert target().phones_at == START
    put(phones="Maya +49 30 1234567", phones_right=True, at=SOON)

    assert target().phones_at == SOON


def test_a_target_without_its_key_is_not_connected(database):
    put(routing_key=KEY)

    with transaction() as session:
        targets.disconnect(session, name="mobile", actor=ADA, at=SOON)

    assert not target().connected


def test_only_an_admin_changes_targets(database):
    with pytest.raises(NotAllowed, match="role admin"):
        put(actor=MAYA)


def test_every_field_that_is_wrong_is_named_and_nothing_is_saved(database):
    with pytest.raises(Wrong) as refusal:
        put(routing_key="K" * 31, backup="nobody", urgency="huge", zone="Mars", phones="Maya")

    assert sorted(refusal.value.fields) == ["backup", "phones", "routing_key", "urgency", "zone"]
    assert target() is None


def test_what_was_found_out_about_another_key_counts_no_more(database):
    with transaction() as session:
        found = Finding("target mobile", "service", False, "mobile has no routing key", grave=True)
        proofs.keep_one(session, found, at=START)
        proofs.round_done(session, at=START, looked=True)

    put(routing_key=KEY)

    with reading() as session:
        assert proofs.doubts(session, ["mobile"]) == proofs.doubts(session, ["another"])
        assert proofs.is_due(session, at=START)
