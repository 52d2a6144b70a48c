"""Passwords become argon2id hashes."""

import timeit

import pytest

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.services import passwords
from incident.services.passwords import Hasher

QUICK = Hasher(time_cost=1, memory_cost=8)


def test_the_real_settings_are_argon2id_with_64_mib_and_three_passes():
    assert Hasher().hash("tall green horses run").startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_only_the_password_itself_fits():
    kept = QUICK.hash("tall green horses run")

    assert QUICK.fits("tall green horses run", kept)
    assert not QUICK.fits("tall green horses runs", kept)


@pytest.mark.parametrize("kept", ["", "not a hash", "$argon2id$"])
def test_nothing_fits_somebody_without_a_hash(kept):
    assert not QUICK.fits("nobody has this password", kept)


def test_somebody_who_is_not_there_costs_the_same_time():
    hasher = Hasher(time_cost=2, memory_cost=8 * 1024)
    kept = hasher.hash("tall green horses run")

    wrong = min(timeit.repeat(lambda: hasher.fits("guess", kept), number=1, repeat=7))
    unknown = min(timeit.repeat(lambda: hasher.fits("guess", ""), number=1, repeat=7))

    assert 0.5 < unknown / wrong < 2


def test_a_hash_made_with_less_work_is_outdated():
    weak = Hasher(time_cost=1, memory_cost=8)
    strong = Hasher(time_cost=2, memory_cost=16)

    assert strong.outdated(weak.hash("tall green horses run"))
    assert not weak.outdated(weak.hash("tall green horses run"))


def test_a_flood_of_log_ins_is_turned_away_instead_of_taking_every_thread(monkeypatch):
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    busy = Hasher(time_cost=1, memory_cost=8)

    with busy._turn(), busy._turn(), pytest.raises(NotAllowed, match="Too many people"):
        busy.hash("tall green horses run")

    assert busy.hash("tall green horses run")


def test_a_password_that_is_too_short_is_refused_beside_its_field():
    passwords.use(QUICK)

    with pytest.raises(Wrong) as refusal:
        passwords.made("short", field="new_password")

    assert list(refusal.value.fields) == ["new_password"]
