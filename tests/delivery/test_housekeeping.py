from datetime import timedelta

from sqlalchemy import func, select

from incident.delivery import housekeeping
from incident.storage.answers import Answer
from incident.storage.db import reading, transaction
from tests.conftest import START


def an_answer(key, at):
    return Answer(actor="Maya", key=key, request="POST /", status=200, location="", created_at=at)


def test_answers_to_old_requests_are_forgotten_and_recent_ones_kept(database):
    with transaction() as session:
        session.add(an_answer("old", START - timedelta(days=3)))
        session.add(an_answer("new", START - timedelta(hours=3)))

    housekeeping.tidy(START)

    with reading() as session:
        assert session.scalars(select(Answer.key)).all() == ["new"]
        assert session.scalar(select(func.count()).select_from(Answer)) == 1
