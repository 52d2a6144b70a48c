"""An update: one report, three wordings, to whoever waits, and the next one promised."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.services import audiences, effects, incidents, privacy, updates
from incident.services.updates import Draft
from incident.storage import connections as connection_rows
from incident.storage import incidents as rows
from incident.storage import timeline
from incident.storage import updates as update_rows
from incident.storage.db import reading, transaction
from incident.storage.outbox import Delivery
from tests.conftest import ADA, MAYA, SAM, START

pytestmark = pytest.mark.usefixtures("database")
EXECUTIVES = {"channel": "C0EXEC", "name": "#exec"}


@pytest.fixture
def key(an_incident):
    """Ours came from Slack: its responders read in the thread of the cry."""
    return an_incident(severity="sev1", slack_channel="C0EMERGENCY", slack_thread="1.000100")


def choose(**chosen):
    with transaction() as session:
        row = connection_rows.find_or_make(session, "slack", "Ada", START)
        row.settings = {"audiences": chosen}


def write(key, clock, conditions="A third of all uploads fail", actor=MAYA, **fields):
    with transaction() as session:
        return updates.write(
            session,
            incident_key=key,
            draft=Draft(conditions, **fields),
            actor=actor,
            at=clock(),
        )


def written(key):
    with reading() as session:
        return update_rows.of_incident(session, rows.id_of(key))


def posts():
    with reading() as session:
        found = session.scalars(select(Delivery).order_by(Delivery.id))
        return {delivery.settings["channel"]: delivery for delivery in found}


def lines(key, kind):
    with reading() as session:
        return timeline.of_kinds(session, rows.id_of(key), [kind])


def test_an_update_is_kept_told_and_promises_the_next(key, clock):
    clock.forward(minutes=8)

    update = write(key, clock, actions="We roll back")

    (line,) = lines(key, "update_written")
    assert (update.seq, line.key_moment, line.actor) == (line.seq, True, "Maya")
    assert line.text.startswith("Update from Maya: A third of all uploads fail.\nActions: We")
    assert update.promised_at == START + timedelta(minutes=28)
    assert (update.was_due_at, update.written_at) == (START + timedelta(minutes=10), clock())


def test_responders_alone_are_told_unless_somebody_says_otherwise(key, clock):
    choose(executives=EXECUTIVES)

    update = write(key, clock)

    assert list(update.wordings) == ["responders"]
    assert list(posts()) == ["C0EMERGENCY"]
    assert posts()["C0EMERGENCY"].settings["thread_ts"] == "1.000100"


def test_every_audience_is_told_in_its_own_words_where_it_reads(key, clock):
    choose(executives=EXECUTIVES, customers={"channel": "C0HELP", "name": "#help"})

    write(key, clock, wordings={"responders": "", "executives": "All is well", "customers": ""})

    said = {channel: post.settings["text"] for channel, post in posts().items()}
    assert list(said) == ["C0EMERGENCY", "C0EXEC", "C0HELP"]
    assert said["C0EXEC"] == "All is well"
    assert said["C0HELP"].startswith("We know of a problem")


def test_customers_get_no_way_into_the_desk(key, clock):
    choose(executives=EXECUTIVES, customers={"channel": "C0HELP", "name": "#help"})

    write(key, clock, wordings={"executives": "", "customers": ""})

    assert posts()["C0EXEC"].settings["path"] == f"/incidents/{key}"
    assert "path" not in posts()["C0HELP"].settings


def test_words_for_an_audience_without_a_channel_are_kept_and_go_nowhere(key, clock):
    update = write(key, clock, wordings={"executives": "For the board"})

    assert update.wordings == {"executives": "For the board"}
    assert posts() == {}


def test_of_a_private_incident_nobody_is_told_outside_its_own_channel(key, clock):
    choose(executives=EXECUTIVES, customers={"channel": "C0HELP", "name": "#help"})
    with transaction() as session:
        privacy.hide(session, incident_key=key, actor=ADA, at=clock())
    before = len(posts())

    update = write(key, clock, wordings={"responders": "", "executives": "", "customers": ""})

    assert len(update.wordings) == 3
    assert not {"C0EXEC", "C0HELP"} & set(posts())
    assert len(posts()) == before


def test_an_audience_may_be_told_nothing_this_time(key, clock):
    choose(executives=EXECUTIVES)

    update = write(key, clock, wordings={"responders": "", "executives": None})

    assert list(update.wordings) == ["responders"]


def test_the_post_of_each_audience_is_found_again(key, clock):
    choose(executives=EXECUTIVES)
    first = write(key, clock, wordings={"responders": "", "executives": ""})
    second = write(key, clock)

    with reading() as session:
        found = audiences.posts_of(session, rows.get(session, key), written(key))

    assert {place: post.target for place, post in found.items()} == {
        (first.seq, "responders"): "C0EMERGENCY",
        (first.seq, "executives"): "C0EXEC",
        (second.seq, "responders"): "C0EMERGENCY",
    }


def test_a_channel_is_called_by_its_name(key, clock):
    choose(executives={"channel": "C0EXEC"}, customers={"channel": "C0HELP", "name": "#help"})

    with reading() as session:
        found = audiences.audiences_of(session, rows.get(session, key))

    places = [audience.place for audience in found.values()]
    assert places == ["the incident's thread", "C0EXEC", "#help"]


def test_what_is_in_effect_is_told_to_those_who_work_on_it(key, clock):
    with transaction() as session:
        effects.put_in_force(
            session, incident_key=key, text="Uploads are paused", actor=MAYA, at=clock()
        )

    update = write(key, clock, wordings={"responders": "", "executives": ""})

    assert "Still in effect: Uploads are paused" in update.wordings["responders"]
    assert "Uploads are paused" not in update.wordings["executives"]


def test_the_last_update_says_that_it_is_over_and_promises_nothing(key, clock):
    with transaction() as session:
        incidents.move(session, incident_key=key, action="resolve", actor=MAYA, at=clock())

    update = write(key, clock, wordings={"customers": ""}, next_minutes=20)

    assert update.wordings["customers"] == "This is resolved.\nA third of all uploads fail"
    assert update.promised_at is None


def test_a_form_begins_with_what_was_said_last(key, clock):
    write(key, clock, actions="We roll back", needs="A DBA")

    with reading() as session:
        begun = updates.begun(session, rows.get(session, key))

    assert begun == Draft("A third of all uploads fail", "We roll back", "A DBA", None, 20)


def test_text_without_end_is_cut(key, clock):
    update = write(key, clock, "x" * 5_000, wordings={"responders": "y" * 20_000})

    assert len(update.conditions) == 3_000
    assert len(update.wordings["responders"]) == 10_000


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"conditions": " "}, {"conditions": "Say what is known: what do users see?"}),
        ({"next_minutes": 0}, {"next_minutes": "A whole number of minutes, from 1 to 1440."}),
    ],
)
def test_what_cannot_be_sent_is_said_beside_its_field(key, clock, fields, wrong):
    with pytest.raises(Wrong) as refused:
        write(key, clock, **fields)

    assert refused.value.fields == wrong
    assert written(key) == []


def test_an_unknown_audience_is_refused(key, clock):
    with pytest.raises(NotAllowed, match="An audience is one of: responders, executives"):
        write(key, clock, wordings={"press": "No comment"})


def test_a_merged_incident_has_no_updates_of_its_own(key, an_incident, clock):
    other = an_incident()
    with transaction() as session:
        incidents.move(
            session, incident_key=key, action="merge", into=other, actor=MAYA, at=clock()
        )

    with pytest.raises(NotAllowed, match="is merged. Write the update for the other one"):
        write(key, clock)


def test_whoever_may_only_look_writes_none(key, clock):
    with pytest.raises(NotAllowed, match="needs the role responder"):
        write(key, clock, actor=SAM)


def postpone(key, clock, minutes=40, reason="Everybody is in the same room"):
    with transaction() as session:
        updates.postpone(
            session, incident_key=key, minutes=minutes, reason=reason, actor=MAYA, at=clock()
        )


def test_an_update_that_nobody_needs_is_put_off_with_a_reason(key, clock):
    postpone(key, clock)

    (line,) = lines(key, "update_postponed")
    assert line.text == "Maya put off the update until 02:40: Everybody is in the same room"
    with reading() as session:
        assert rows.get(session, key).update_due_at == START + timedelta(minutes=40)


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"reason": " "}, "reason"), ({"minutes": None}, "minutes"), ({"minutes": 9999}, "minutes")],
)
def test_putting_it_off_asks_why_and_for_how_long(key, clock, fields, name):
    with pytest.raises(Wrong) as refused:
        postpone(key, clock, **fields)

    assert list(refused.value.fields) == [name]


def test_nothing_is_put_off_when_nothing_is_due(an_incident, clock):
    key = an_incident(severity="sev4")

    with pytest.raises(NotAllowed, match=f"No update of {key} is due"):
        postpone(key, clock)
