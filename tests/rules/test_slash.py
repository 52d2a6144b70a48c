"""What is typed after /inc, as it is meant."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from incident.rules import slash, slash_words
from incident.rules.slash import Said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Said("")),
        ("help", Said("help")),
        ("open Uploads are failing", Said("open", rest="Uploads are failing")),
        ("declare Uploads are failing", Said("open", rest="Uploads are failing")),
        ("INC-42 status mitigated", Said("status", "INC-42", "mitigated")),
        ("inc-42", Said("status", "INC-42")),
        ("mitigated", Said("status", rest="mitigated")),
        ("sev2", Said("severity", rest="sev2")),
        ("SEV-1", Said("severity", rest="sev-1")),
        ("note\nrestarted it", Said("note", rest="restarted it")),
        ("dance with me", Said("dance", rest="with me")),
    ],
)
def test_words_are_read_as_they_are_meant(typed, meant):
    assert slash.read(typed) == meant


@pytest.mark.parametrize(
    ("typed", "name", "context"),
    [
        ("open", "open", {"in": "C1"}),
        ("page", "page", {"channel": "C1"}),
        ("INC-42 note", "note", {"key": "INC-42"}),
        ("update", "update", {"channel": "C1"}),
    ],
)
def test_a_word_alone_asks_for_its_dialog(typed, name, context):
    asked = slash.dialog_of(slash.read(typed), "C1")

    assert asked is not None
    assert (asked.name, asked.context) == (name, context)


@pytest.mark.parametrize("typed", ["open Uploads", "page primary", "status", "list", "", "dance"])
def test_other_words_need_no_dialog(typed):
    assert slash.dialog_of(slash.read(typed), "C1") is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Uploads are failing sev2", ("Uploads are failing", "sev2")),
        ("SEV-1 Uploads are failing", ("Uploads are failing", "sev1")),
        ("Uploads are failing", ("Uploads are failing", "unset")),
        ("the sev2 room is locked", ("the sev2 room is locked", "unset")),
    ],
)
def test_a_severity_may_stand_before_or_after_the_title(typed, expected):
    assert slash.title_and_severity(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("restarted it @02:05", ("restarted it", "02:05")),
        ("@2:05 restarted it", ("restarted it", "2:05")),
        ("restarted it", ("restarted it", "")),
        ("@tom restarted it", ("@tom restarted it", "")),
    ],
)
def test_a_note_may_carry_its_time(typed, expected):
    assert slash.text_and_time(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("primary nothing loads", ("primary", "nothing loads")),
        ("Mobile on-call: nothing loads", ("mobile on-call", "nothing loads")),
        ("mobile nothing loads", ("mobile", "nothing loads")),
        ("primaryish", ("", "primaryish")),
        ("nothing loads", ("", "nothing loads")),
    ],
)
def test_a_target_stands_at_the_beginning(typed, expected):
    assert slash.target_and_words(typed, ["primary", "mobile", "mobile on-call"]) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mitigated", ("mitigate", "")),
        ("false alarm", ("decline", "False alarm")),
        ("declined: a test of ours", ("decline", "a test of ours")),
        ("sleeping", ("", "")),
    ],
)
def test_a_status_is_a_move(typed, expected):
    assert slash.move_in(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("staus", "status"), ("pgae", "page"), ("efects", "effects"), ("xyzzy", "")],
)
def test_the_nearest_word_is_found(typed, expected):
    assert slash.nearest(typed) == expected


def test_a_button_says_the_same_about_one_incident():
    said = slash.read("note restarted it")

    assert slash.read(slash.again(said, "INC-7")) == Said("note", "INC-7", "restarted it")


@given(some.text(max_size=200))
def test_whatever_is_typed_is_read(text):
    said = slash.read(text)

    slash.dialog_of(said, "C1")
    slash.title_and_severity(said.rest)
    slash.text_and_time(said.rest)
    slash.move_in(said.rest)
    slash.nearest(said.word)


@pytest.mark.parametrize("word", slash.WORDS)
def test_every_word_is_explained_in_the_guide(word):
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "slack.md").read_text(encoding="utf-8")

    assert f"`/inc {word}" in guide


@pytest.mark.parametrize("word", slash.WORDS)
def test_every_word_is_taught_by_help(word):
    taught = "\n".join(slash_words.EXAMPLES) + "/inc help"

    assert f"/inc {word}" in taught
