from datetime import timedelta

import pytest

from incident import clock as clocks
from incident.storage import outbox
from incident.storage.db import reading

DATABASE_NOW = outbox.database_now


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_leases_go_by_the_clock_of_postgresql(database, clock):
    with reading() as session:
        now = DATABASE_NOW(session, clock())

    assert (now - clock()).days > 365


def test_on_sqlite_there_is_only_our_own_clock(sqlite, clock):
    with reading() as session:
        assert DATABASE_NOW(session, clock()) == clock()


def test_a_test_may_set_the_clock_wrong_by_a_file(monkeypatch, tmp_path):
    monkeypatch.setattr(clocks, "_offset_file", None)
    file = tmp_path / "offset"
    clocks.go_wrong_by(file)
    right = clocks.now()
    file.write_text("-7200")

    assert timedelta(hours=-2) <= clocks.now() - right < timedelta(hours=-2, minutes=1)


def test_the_steady_clock_only_ever_goes_on():
    assert clocks.steady() <= clocks.steady()
