"""An update that did not arrive is sent again: once, to where they read now."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from incident.rules.outcome import NotAllowed
from incident.services import audiences, repeats, updates
from incident.services.updates import Draft
from incident.storage import connections as connection_rows
from incident.storage import incidents as rows
from incident.storage import timeline
from incident.storage import updates as update_rows
from incident.storage.db import reading, transaction
from incident.storage.outbox import Delivery
from tests.conftest import MAYA, SAM, START

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def key(an_incident):
    return an_incident(severity="sev1")


@pytest.fixture
def refused(key, clock):
    """The number of an update that Slack did not take for executives."""
    return refuse(write(key, clock))


def choose(channel, name):
    with transaction() as session:
        row = connection_rows.find_or_make(session, "slack", "Ada", START)
        row.settings = {"audiences": {"executives": {"channel": channel, "name": name}}}


def write(key, clock, **wordings):
    choose("C0EXEC", "#exec")
    with transaction() as session:
        draft = Draft("Uploads fail", wordings=wordings or {"executives": "All is well"})
        return updates.write(session, incident_key=key, draft=draft, actor=MAYA, at=clock()).seq


def refuse(seq):
    with transaction() as session:
        post = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
        post.state, post.last_error = "refused", "the channel is archived"
    return seq


def repeat(key, seq, clock, audience="executives", actor=MAYA):
    with transaction() as session:
        repeats.repeat(
            session, incident_key=key, seq=seq, audience=audience, actor=actor, at=clock()
        )


def posts():
    with reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_the_same_words_go_to_where_they_read_now(key, refused, clock):
    choose("C0BOARD", "#board")
    clock.forward(minutes=5)

    repeat(key, refused, clock)

    first, second = posts()
    assert (first.target, second.target, second.state) == ("C0EXEC", "C0BOARD", "due")
    assert second.settings["text"] == first.settings["text"] == "All is well"
    assert second.intent_key == f"{first.intent_key}-2"
    with reading() as session:
        (line,) = timeline.of_kinds(session, rows.id_of(key), ["update_repeated"])
    assert line.text == "Maya sends the update of 02:00 to #board again"


def test_what_is_on_its_way_again_is_not_sent_a_third_time(key, refused, clock):
    repeat(key, refused, clock)

    with pytest.raises(NotAllowed, match="on its way already"):
        repeat(key, refused, clock)
    assert len(posts()) == 2


def test_what_fails_again_can_be_sent_again(key, refused, clock):
    repeat(key, refused, clock)
    refuse(refused)
    repeat(key, refused, clock)

    assert [post.intent_key.rpartition("/")[2] for post in posts()] == ["post", "post-2", "post-3"]


def test_the_newest_post_tells_what_became_of_it(key, refused, clock):
    repeat(key, refused, clock)

    with reading() as session:
        incident = rows.get(session, key)
        written = update_rows.of_incident(session, incident.id)
        found = audiences.posts_of(session, incident, written)

    assert found[(refused, "executives")].state == "due"


def test_words_that_had_no_channel_are_sent_when_there_is_one(key, clock):
    seq = write(key, clock, customers="We know of it")
    with transaction() as session:
        row = connection_rows.find(session, "slack")
        row.settings = {"audiences": {"customers": {"channel": "C0HELP", "name": "#help"}}}

    repeat(key, seq, clock, "customers")

    (post,) = posts()
    assert (post.target, post.intent_key.rpartition("/")[2]) == ("C0HELP", "post")


def test_what_was_overtaken_is_not_told_any_more(key, refused, clock):
    write(key, clock)

    with pytest.raises(NotAllowed, match="A newer update was written for executives"):
        repeat(key, refused, clock)


def test_nobody_is_told_what_was_not_said_to_them(key, refused, clock):
    with pytest.raises(NotAllowed, match="says nothing to customers"):
        repeat(key, refused, clock, "customers")
    with pytest.raises(NoResultFound, match="There is no update 999"):
        repeat(key, 999, clock)


def test_whoever_may_only_look_sends_nothing(key, refused, clock):
    with pytest.raises(NotAllowed, match="needs the role responder"):
        repeat(key, refused, clock, actor=SAM)
