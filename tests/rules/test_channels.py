"""When an incident gets a channel, what it is called, and what stands at its top."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules import channels
from incident.rules.channels import Habit

ANY_TEXT = st.text(max_size=400)


def test_a_channel_is_called_by_its_incident_and_what_it_is_about():
    assert channels.name_of(42, "Uploads are failing!") == "inc-42-uploads-are-failing"


def test_letters_lose_their_accents_and_a_title_without_letters_leaves_the_number():
    assert channels.name_of(7, "Größe der Übersicht") == "inc-7-grosse-der-ubersicht"
    assert channels.name_of(7, "アップロード") == "inc-7"


def test_the_name_of_a_private_channel_says_nothing_of_what_happened():
    assert channels.name_of(42, "Keys of the CEO stolen", private=True) == "inc-42"


def test_a_drill_cannot_be_mistaken():
    assert channels.name_of(42, "Uploads", drill=True) == "drill-inc-42-uploads"


@given(st.integers(1, 10**9), ANY_TEXT, st.booleans(), st.integers(1, 9))
def test_slack_takes_every_name(number, title, drill, turn):
    name = channels.numbered(channels.name_of(number, title, drill=drill), turn)

    assert re.fullmatch(r"[a-z0-9_-]{1,80}", name)


def test_a_name_that_is_taken_is_followed_by_a_number_that_still_fits():
    assert channels.numbered("inc-42", 1) == "inc-42"
    assert channels.numbered("inc-42", 2) == "inc-42-2"
    assert channels.numbered("x" * 80, 3) == "x" * 78 + "-3"


def test_the_topic_says_how_bad_it_is_where_it_stands_and_who_leads():
    said = channels.topic(
        key="INC-42", title="Uploads fail", severity="sev2", status="identified", commander="Maya"
    )

    assert said == "SEV2 · identified · lead Maya · INC-42 Uploads fail"


def test_nobody_leads_is_said_too():
    said = channels.topic(key="INC-1", title="x", severity="unset", status="triage", commander="")

    assert said == "SEV? · triage · nobody leads · INC-1 x"


@given(ANY_TEXT, ANY_TEXT)
def test_no_topic_is_too_long_and_nothing_in_it_pings(title, commander):
    said = channels.topic(
        key="INC-999999999",
        title=f"<!channel> {title}",
        severity="sev1",
        status="investigating",
        commander=commander,
    )

    assert len(said) <= 250
    assert not set(said) & set("<>&\n")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("#uploads", "uploads"),
        (" Uploads ", "uploads"),
        ("C0EMERGENCY", "C0EMERGENCY"),
        ("<#C0EMERGENCY|emergency>", "C0EMERGENCY"),
        ("https://acme.slack.com/archives/C0EMERGENCY/p1740000000000100", "C0EMERGENCY"),
        ("two words", ""),
        ("<!channel>", ""),
        ("", ""),
    ],
)
def test_a_channel_may_be_typed_in_many_ways(typed, found):
    assert channels.reference(typed) == found


@given(ANY_TEXT)
def test_whatever_is_typed_is_a_plain_name_or_an_id_or_nothing(typed):
    found = channels.reference(typed)

    assert not set(found) & set("<>&#@ \n")
    assert bool(found) == (channels.reference_problem(typed) == "")


def test_without_a_choice_a_channel_is_made_when_somebody_asks():
    assert channels.habit({}) == Habit("asked", "inc-", archives=False)
    assert channels.severities(Habit("asked")) == ()


def test_the_choice_of_an_admin_is_followed():
    chosen = {"channels": {"when": "major", "prefix": "Ops_", "archive": True}}

    assert channels.habit(chosen) == Habit("major", "ops_", archives=True)
    assert channels.severities(Habit("major")) == ("sev1", "sev2")
    assert channels.severities(Habit("always")) is None


@given(st.dictionaries(st.sampled_from(["when", "prefix", "archive"]), st.text() | st.none()))
def test_no_setting_makes_a_name_that_slack_refuses(chosen):
    prefix = channels.habit({"channels": chosen}).prefix

    assert re.fullmatch(r"[a-z0-9_-]{1,80}", channels.name_of(42, "Uploads", prefix=prefix))


def test_the_last_word_of_a_channel_says_how_it_ended():
    said = channels.farewell(key="INC-42", title="Uploads", status="closed", took="1 h 47 min")

    assert said.splitlines()[:2] == ["INC-42 is closed: Uploads", "It took 1 h 47 min."]
