"""What a rule would have done with what was written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from incident.rules import rehearsals
from incident.rules.rehearsals import Spoken
from tests.rules.test_cries import Rule, said

NOON = datetime(2021, 7, 9, 12, 0, tzinfo=UTC)


def spoken(text="Down", minutes=0.0, *, ts="", **fields):
    at = NOON + timedelta(minutes=minutes)
    given = {"text": text, "title": text, "ts": ts or f"{at.timestamp():.6f}"}
    return Spoken(said(**given | fields), at, "Sam")


def what(*messages, rule=None, zone="UTC"):
    week = rehearsals.week(messages, rule or Rule(), zone=zone)
    return [(one.spoken.said.title, one.what) for day in week.days for one in day.messages][::-1]


def test_what_follows_within_half_an_hour_joins():
    told = what(spoken("One"), spoken("Two", 29), spoken("Three", 30), spoken("Four", 31))

    assert told == [("One", "opens"), ("Two", "joins"), ("Three", "opens"), ("Four", "joins")]


def test_the_order_in_which_they_are_known_does_not_matter():
    assert what(spoken("Two", 29), spoken("One")) == [("One", "opens"), ("Two", "joins")]


def test_a_message_told_twice_is_one():
    one = spoken("One")

    assert what(one, one, replace(one, said=said(text="One", title="One", ts=one.said.ts))) == [
        ("One", "opens")
    ]


def test_words_and_strangers_and_bots_are_as_the_rule_says():
    messages = (
        spoken("Lunch?"),
        spoken("SOS", 1),
        spoken("Backup done", 2, bots=("B0OTHER",)),
        spoken("sos", 3, external=True),
    )

    assert what(*messages, rule=Rule(words=["sos"])) == [
        ("Lunch?", "nothing"),
        ("SOS", "opens"),
        ("sos", "nothing"),
    ]


def test_an_edit_that_adds_the_word_makes_the_message_count():
    before = spoken("slow")
    after = spoken("SOS slow", 1, ts=before.said.ts, kind="edit")

    assert what(before, after, rule=Rule(words=["sos"])) == [("SOS slow", "opens")]


def test_replies_and_deletions_are_left_out():
    thread = {"kind": "reply", "thread_ts": "1.1"}

    assert what(spoken("Me, too", **thread), spoken("gone", 1, kind="deletion")) == []
    assert what(spoken("Me, too", **thread), rule=Rule(threads=True)) == [("Me, too", "opens")]


def test_the_week_counts_pages_and_those_at_night_by_the_clock_of_whom_they_wake():
    messages = [spoken("Day"), spoken("Night", 11 * 60), spoken("Early", 18 * 60 + 30)]

    week = rehearsals.week(messages, Rule(grace_seconds=7), zone="Europe/Berlin")

    assert (week.messages, week.pages, week.at_night) == (3, 3, 1)
    assert [day.day.isoformat() for day in week.days] == ["2021-07-10", "2021-07-09"]
    assert week.days[0].messages[0].grace_seconds == 7


def test_an_unknown_zone_is_utc():
    assert rehearsals.week([spoken()], Rule(), zone="Mars").zone == "UTC"
