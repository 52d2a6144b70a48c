"""A place that was crowded once is, afterwards, a place like any other."""

from datetime import timedelta

from incident.rules.paces import gaps
from incident.storage import paces
from incident.storage.db import reading, transaction
from incident.storage.paces import CROWDED
from tests.conftest import START

LATER = START + timedelta(minutes=1)
LINE = "slack/C0A"


def test_a_place_that_is_told_again_after_a_crowd_is_crowded_no_more(database):
    with transaction() as session:
        until = START + timedelta(seconds=30)
        paces.hold(session, LINE, until=until, now=START, reason=CROWDED)

    with transaction() as session:
        took = paces.take(session, gaps("post", LINE), {}, LATER)

    with reading() as session:
        assert took
        assert LINE in paces.taken(session, LATER).until
        assert paces.held(session, LATER, reason=CROWDED) == []
