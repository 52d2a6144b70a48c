"""Which words are a cry for help, and how long its grace is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules import cries
from incident.rules.signals import Signal

BERLIN = {"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00", "zone": "Europe/Berlin"}
NIGHTS = {"days": [5], "from": "22:00", "until": "06:00", "zone": "UTC"}
FRIDAY = datetime(2021, 7, 9, 10, 0, tzinfo=UTC)
WORDS = st.text(st.characters(categories=("Lu", "Ll", "Nd")), min_size=1, max_size=12)


@dataclass
class Rule:
    words: list[str] = field(default_factory=list)
    urgent_words: list[str] = field(default_factory=list)
    bots: list[str] = field(default_factory=list)
    threads: bool = False
    strangers: bool = False
    grace_seconds: int = 30
    work_hours: dict[str, object] = field(default_factory=dict)
    work_grace_seconds: int | None = None


def said(**fields):
    given = {"source": "slack", "key": "T:C:1", "event_id": "Ev1", "title": "Down", "kind": "call"}
    return Signal(**given | fields)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("SOS, the site is down", "sos"),
        ("help!", "Help"),
        ("(help)", "help"),
        ("the site   is\ndown", "site is down"),
        ("Straße gesperrt", "STRASSE"),
        ("cafe\u0301 is closed", "caf\u00e9"),
        ("服务故障了", "故障"),
        ("it burns 🔥", "🔥"),
        ("c++ fails", "c++"),
        ("#sos now", "#sos"),
        ("ＳＯＳ", "sos"),
    ],
)
def test_a_word_is_found_however_it_is_written(text, word):
    assert cries.has_word(text, [word])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("sosage", "sos"),
        ("unhelpful", "help"),
        ("breakdown", "down"),
        ("downs", "down"),
        ("cafe\u0301s", "cafe"),
        ("", "sos"),
        ("sos", ""),
        ("anything", ".*"),
    ],
)
def test_a_part_of_a_word_is_none(text, word):
    assert not cries.has_word(text, [word])


@given(WORDS, WORDS, WORDS)
def test_a_word_between_blanks_is_always_found(before, word, after):
    assert cries.has_word(f"{before} {word.swapcase().swapcase()} {after}", [word])


@given(st.text(max_size=60), st.lists(st.text(max_size=10), max_size=5))
def test_no_text_and_no_words_are_too_odd(text, words):
    assert cries.has_word(text, words) in (True, False)


def test_without_words_everything_counts_and_an_urgent_word_always_does():
    assert cries.counts(Rule(), "Lunch?")
    assert not cries.counts(Rule(words=["sos"]), "Lunch?")
    assert cries.counts(Rule(words=["sos"], urgent_words=["breach"]), "A breach")


@pytest.mark.parametrize(
    ("before", "after", "adds"),
    [("slow", "SOS slow", True), ("SOS slow", "SOS down", False), ("slow", "down", False)],
)
def test_an_edit_adds_a_word_or_does_not(before, after, adds):
    edited = said(kind="edit", text=after, before=before)

    assert cries.adds_a_word(Rule(words=["sos"]), edited) is adds
    assert not cries.adds_a_word(Rule(), edited)


def test_a_bot_is_heard_by_any_of_its_names():
    bot = said(bots=("B0ALARMS", "A0ALARMS"))

    assert cries.why_deaf(Rule(), bot) == "a bot wrote it"
    assert cries.why_deaf(Rule(bots=["A0ALARMS"]), bot) == ""
    assert cries.why_deaf(Rule(bots=["A0ALARMS"]), said(bots=("",))) == "a bot wrote it"


def test_strangers_are_heard_where_the_rule_says_so():
    stranger = said(external=True)

    assert "another company" in cries.why_deaf(Rule(), stranger)
    assert cries.why_deaf(Rule(strangers=True), stranger) == ""


@pytest.mark.parametrize(
    ("hours", "day", "hour", "is_work"),
    [
        (BERLIN, 9, 6.9, False),
        (BERLIN, 9, 7, True),
        (BERLIN, 9, 15.9, True),
        (BERLIN, 9, 16, False),
        (BERLIN, 10, 10, False),
        (NIGHTS, 9, 22, True),
        (NIGHTS, 10, 5.9, True),
        (NIGHTS, 10, 6, False),
        (NIGHTS, 9, 5, False),
        ({}, 9, 10, False),
        ({**BERLIN, "zone": "Mars"}, 9, 10, False),
        ({**BERLIN, "from": "soon"}, 9, 10, False),
        ({**BERLIN, "days": "x"}, 9, 10, False),
    ],
)
def test_working_hours_are_those_of_their_zone(hours, day, hour, is_work):
    at = datetime(2021, 7, day, tzinfo=UTC) + timedelta(hours=hour)

    assert cries.in_hours(hours, at) is is_work


@given(st.integers(946_684_800, 4_102_444_800), st.sampled_from([BERLIN, NIGHTS]))
def test_hours_are_the_same_from_wherever_one_looks(seconds, hours):
    at = datetime.fromtimestamp(seconds, UTC)

    assert cries.in_hours(hours, at) == cries.in_hours(hours, at.astimezone(ZoneInfo("Asia/Tokyo")))


def test_the_grace_depends_on_the_words_and_the_hour():
    rule = Rule(urgent_words=["breach"], work_hours=BERLIN, work_grace_seconds=300)

    assert cries.grace(rule, "Down", FRIDAY) == 300
    assert cries.grace(rule, "Down", FRIDAY + timedelta(hours=12)) == 30
    assert cries.grace(rule, "A breach", FRIDAY) == 0
