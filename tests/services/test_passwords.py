"""Passwords become argon2id hashes."""

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


def test_somebody_who_is_not_there_costs_the_same_work(monkeypatch):
    hasher, worked_on = Hasher(time_cost=2, memory_cost=16), []
    argon = hasher._argon
    monkeypatch.setattr(hasher, "_argon", Watched(argon, worked_on))

    assert not hasher.fits("guess", "")

    assert [argon.check_needs_rehash(kept) for kept in worked_on] == [False]


class Watched:
    """The real hasher, with a list of the hashes that it worked through."""

    def __init__(self, argon, worked_on):
        self._argon, self._worked_on = argon, worked_on

    def verify(self, kept, password):
        self._worked_on.append(kept)
        return self._argon.verify(kept, password)


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
