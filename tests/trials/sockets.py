"""Slack over sockets: renewed, lost, told twice, and heard while nothing can be written down."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from sqlalchemy import Connection, create_engine, text
from websockets.exceptions import ConnectionClosed

from tests.fakes.slack_sockets import FakeSockets
from tests.trials.cords import a_cry
from tests.trials.desk import Desk
from tests.trials.processes import wait_until
from tests.trials.rows import require_one_cry

AWAY = 7.0
AGAIN_EVERY = 1.0
RENEWED_WITHIN = 15.0


def heard_over_them(desk: Desk, *, act: Callable[[Desk], None]) -> None:
    """What else may happen, where Slack tells of it over sockets."""
    with desk.heard_over_sockets():
        act(desk)


def are_renewed(desk: Desk) -> None:
    """Slack is about to hang up: the new socket stands before the old one goes."""
    with desk.sockets() as sockets:
        opened, fewest = sockets.opened, []
        sockets.say_goodbye(over=0)
        wait_until(lambda: _renewed(sockets, opened, fewest), "another socket", RENEWED_WITHIN)
        assert min(fewest) >= 2, f"for a while only {min(fewest)} sockets were open"
        _require_a_cry(desk, sockets)


def both_die(desk: Desk) -> None:
    """Whatever was on its way and not acknowledged comes again over a new one, once."""
    with desk.sockets() as sockets:
        channel = desk.hang_a_cord(grace_seconds=0)
        sockets.send("events_api", a_cry(channel))
        sockets.drop_all()
        _send_until_taken(sockets)
        require_one_cry(desk, channel)


def tell_twice(desk: Desk) -> None:
    """The same envelope again, although it was acknowledged, and over the other socket."""
    with desk.sockets() as sockets:
        channel = desk.hang_a_cord(grace_seconds=0)
        for over in (0, 1):
            id = sockets.send("events_api", a_cry(channel), over=over, id=f"twice-{channel}")
            sockets.wait_for_answer(id)
        require_one_cry(desk, channel)


def whoever_listens_dies(desk: Desk) -> None:
    """Killed with the event kept and not acknowledged."""
    with desk.sockets() as sockets:
        channel = desk.hang_a_cord(grace_seconds=0)
        desk.stop_worker()
        victim = desk.start_worker("signal-committed")
        sockets.wait_for(2)
        sockets.send("events_api", a_cry(channel))
        wait_until(lambda: not victim.alive, "the worker to die")
        assert sockets.pending
        desk.start_worker()
        _send_until_taken(sockets)
        require_one_cry(desk, channel)


def nothing_can_be_written(desk: Desk) -> None:
    """Without the database nothing is acknowledged, so nothing is lost."""
    with desk.sockets() as sockets:
        channel = desk.hang_a_cord(grace_seconds=0)
        with _database_away(desk.database_url):
            id = sockets.send("events_api", a_cry(channel))
            time.sleep(AWAY)
            assert id not in sockets.acknowledged, "acknowledged, and written down nowhere"
        _send_until_taken(sockets)
        require_one_cry(desk, channel)


def _require_a_cry(desk: Desk, sockets: FakeSockets) -> None:
    channel = desk.hang_a_cord(grace_seconds=0)
    sockets.wait_for_answer(sockets.send("events_api", a_cry(channel)))
    require_one_cry(desk, channel)


def _renewed(sockets: FakeSockets, opened: int, fewest: list[int]) -> bool:
    """Meanwhile it is noted how many were open at any moment."""
    fewest.append(len(sockets.open))
    return sockets.opened > opened and len(sockets.open) == 2


def _send_until_taken(sockets: FakeSockets) -> None:
    """As Slack does: again and again, over whichever socket is there."""

    def is_taken() -> bool:
        if sockets.pending and sockets.open:
            with suppress(ConnectionClosed):
                sockets.send_again()
            time.sleep(AGAIN_EVERY)
        return not sockets.pending

    wait_until(is_taken, "the envelope to be acknowledged")


@contextmanager
def _database_away(url: str) -> Iterator[None]:
    """SQLite is locked by somebody else; PostgreSQL lets nobody in."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as other:
            other.isolation_level = None
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    server, _, name = url.rpartition("/")
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        _let_in(connection, name, allowed=False)
        try:
            yield
        finally:
            _let_in(connection, name, allowed=True)
    engine.dispose()


def _let_in(connection: Connection, name: str, *, allowed: bool) -> None:
    connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {str(allowed).lower()}'))
    if not allowed:
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        connection.execute(text(ending), {"name": name})
