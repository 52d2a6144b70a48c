"""Whose words count in a channel, and which: bots, strangers, words, edits, hours."""

import pytest

from incident.storage import incident_channels, incidents, slack_members
from incident.storage.db import reading, transaction
from incident.storage.incident_channels import IncidentChannel
from tests.conftest import START
from tests.fakes.slack_events import (
    APP,
    OUR_BOT,
    a_bot_event,
    a_change_event,
    a_deletion_event,
    a_message_event,
    an_envelope,
)
from tests.slack.conftest import text_of

WORK = {"days": [6], "from": "00:00", "until": "06:00", "zone": "UTC"}


def test_with_words_only_a_message_with_one_of_them_counts(desk):
    sam = desk(words=["sos"])

    sam.says("Lunch at noon?")
    sam.says("SOS: uploads are failing")

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.reasons()[0] == "no word of the rule is in it"


def test_an_edit_that_adds_the_word_counts_once(desk):
    sam = desk(words=["sos"])
    ts = sam.says("Uploads are slow")

    sam.edits("SOS uploads are down", ts=ts, before="Uploads are slow")
    sam.edits("SOS uploads are down, all", ts=ts, before="SOS uploads are down")

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.states() == ["ignored", "opened", "noted"]


def test_the_word_may_be_added_to_an_old_message(desk, clock):
    sam = desk(words=["sos"])
    ts = sam.says("Uploads are slow")
    clock.forward(hours=3)

    sam.edits("SOS uploads are down", ts=ts, before="Uploads are slow")

    assert sam.incidents() == ["INC-1 triage"]


def test_the_word_may_be_added_to_a_reply_that_everybody_sees(desk):
    sam = desk(words=["sos"])
    loud = {"thread_ts": "1.1", "subtype": "thread_broadcast"}
    ts = sam.says("slow", **loud)

    sam.send(a_change_event("sos slow", before="slow", ts=ts, at=sam.stamp(), **loud))
    sam.send(a_change_event("sos so slow", before="sos slow", ts=ts, at=sam.stamp(), **loud))

    assert sam.incidents() == ["INC-1 triage"]


def test_an_old_message_that_had_the_word_all_along_wakes_nobody(desk, clock):
    sam = desk(words=["sos"])
    ts = sam.stamp()
    clock.forward(hours=3)

    sam.edits("SOS all over", ts=ts, before="SOS al over")

    assert sam.incidents() == []


def test_an_urgent_word_has_no_grace(desk):
    sam = desk(urgent_words=["data loss"])

    sam.says("We have DATA LOSS on db1")

    assert sam.pages() == [("primary", "promised", 1)]
    assert text_of(sam.receipt()).startswith("INC-1: Paging primary now.")


def test_an_urgent_word_ends_the_grace_of_what_it_joins(desk):
    sam = desk(urgent_words=["data loss"], grace_seconds=600)
    sam.says("Uploads are failing")

    sam.says("It is data loss!")
    sam.says("data loss, really")

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.pages() == [("primary", "promised", 1)]


def test_during_working_hours_another_grace_holds(desk):
    sam = desk(work_hours=WORK, work_grace_seconds=300)

    sam.says()
    sam.wait(seconds=299)

    assert sam.pages() == []
    sam.wait(seconds=1)
    assert sam.pages() == [("primary", "promised", 1)]


def test_hours_that_cannot_be_read_hold_up_nothing(desk):
    sam = desk(work_hours={**WORK, "zone": "Mars"}, work_grace_seconds=300)

    sam.says()
    sam.wait(seconds=30)

    assert sam.pages() == [("primary", "promised", 1)]


@pytest.mark.parametrize(
    "post",
    [
        {"bot_id": "B0ALARMS", "user": None, "subtype": "bot_message"},
        {"bot_id": "B0ALARMS"},
        {"bot_id": "B0X", "app_id": "A0ALARMS"},
        {"bot_id": "B0X", "bot_profile": {"app_id": "A0ALARMS"}},
        {"bot_id": "B0X", "user": "U0ALARMS"},
    ],
)
def test_a_bot_on_the_list_may_cry_by_any_of_its_names(desk, post):
    sam = desk(bots=["B0ALARMS", "A0ALARMS", "U0ALARMS"])

    sam.says("Disk full", **post)

    assert sam.incidents() == ["INC-1 triage"]


@pytest.mark.parametrize(
    "post",
    [{"bot_id": "B0OTHER"}, {"subtype": "bot_message", "user": None}, {"user": "USLACKBOT"}],
)
def test_every_other_bot_is_ignored(desk, post):
    sam = desk(bots=["B0ALARMS"])

    sam.says("Backup done", **post)

    assert (sam.incidents(), sam.reasons()) == ([], ["a bot wrote it"])


def test_a_bot_that_replies_to_us_is_a_line_and_gets_no_answer(desk):
    sam = desk(bots=["B0MONITOR"])
    ts = sam.says("Uploads are failing")
    before = len(sam.said("INC-1"))

    sam.send(a_bot_event("Try turning it off", ts=sam.stamp(), thread_ts=ts))

    assert sam.states() == ["opened", "noted"]
    assert len(sam.said("INC-1")) == before


def test_we_never_cry_ourselves_whatever_the_list_says(desk):
    sam = desk(bots=[OUR_BOT, APP])

    sam.says("Paging primary", bot_id=OUR_BOT, app_id=APP)

    assert (sam.incidents(), sam.reasons()) == ([], ["we wrote it ourselves"])


def test_a_reply_counts_where_threads_do_and_its_edit_too(desk):
    sam = desk(threads=True, words=["sos"])
    ts = sam.says("slow", thread_ts="1.1")

    sam.edits("sos slow", ts=ts, before="slow")

    assert sam.incidents() == ["INC-1 triage"]


def test_in_the_channel_that_we_made_for_an_incident_nobody_cries(desk, clock):
    sam = desk()
    sam.says("Uploads are failing", channel="C0OTHER")
    sam.says("Uploads are failing")
    _make_it_the_channel_of("INC-1")
    sam.wait(minutes=31)

    sam.says("I look at the logs")

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.reasons()[-1] == "it is the channel of INC-1"


def test_a_cord_that_is_also_used_for_an_incident_is_still_a_cord(desk):
    sam = desk()
    sam.says("Uploads are failing")
    _make_it_the_channel_of("INC-1", made=False)
    sam.wait(minutes=31)

    sam.says("Payments fail")

    assert sam.states()[-1] == "asked"


def test_a_reaction_is_no_message_and_is_answered_for(desk):
    sam = desk()
    ts = sam.says("Uploads are failing")
    item = {"type": "message", "channel": "C0EMERGENCY", "ts": ts}

    sam.send(
        an_envelope(
            {"type": "reaction_added", "reaction": "pushpin", "user": "U0MAYA", "item": item}
        )
    )

    assert sam.states() == ["opened", "ignored"]
    assert sam.reasons()[-1] == "the message is on the timeline already"


def test_a_message_that_a_timeline_quotes_is_followed_from_any_channel(desk):
    sam = desk()
    sam.says("Uploads are failing")
    quoted = a_message_event("We rolled back", channel="C0OTHER", ts="1625882000.000100")
    _keep(quoted["event"])
    told = {"ts": "1625882000.000100", "text": "We rolled back"}

    changed = a_change_event("We rolled forward", before="We rolled back", ts=told["ts"])
    changed["event"]["channel"] = "C0OTHER"
    sam.send(changed)
    deleted = a_deletion_event("We rolled forward", ts=told["ts"])
    deleted["event"]["channel"] = "C0OTHER"
    sam.send(deleted)

    assert "to: We rolled forward" in sam.lines()[-2]
    assert "deleted the message" in sam.lines()[-1]


def test_whoever_calls_for_help_is_remembered_by_their_id(desk):
    sam = desk()

    sam.says(user="U0SAM")

    with reading() as session:
        assert slack_members.find(session, "U0SAM") is not None


def _make_it_the_channel_of(key, *, made=True):
    with transaction() as session:
        number = incidents.id_of(key)
        row = incident_channels.of_incident(session, number)
        row = row or IncidentChannel(incident_id=number, created_at=START)
        row.channel, row.state, row.made = "C0EMERGENCY", "open", made
        session.add(row)


def _keep(event):
    from incident.services import kept_messages
    from tests.conftest import MAYA

    with transaction() as session:
        kept_messages.keep(
            session,
            "INC-1",
            channel="C0OTHER",
            ts=event["ts"],
            by=MAYA,
            way="shortcut",
            at=START,
            message=event,
        )
