import pytest

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
