"""What may be said about a Slack rule."""

import pytest

from incident.rules import slack_rules


def test_a_channel_is_named_by_its_id():
    assert slack_rules.channel_problem("C024BE91L") == ""
    assert "channel id" in slack_rules.channel_problem("#emergency")


def test_a_name_gets_exactly_one_hash():
    assert slack_rules.named("emergency") == slack_rules.named(" #emergency ") == "#emergency"
    assert slack_rules.named("") == ""


@pytest.mark.parametrize("seconds", [0, 30, 600])
def test_a_grace_of_up_to_ten_minutes_is_fine(seconds):
    assert slack_rules.grace_problem(seconds) == ""


@pytest.mark.parametrize("seconds", [None, -1, 601])
def test_any_other_grace_is_refused(seconds):
    assert "0 to 600" in slack_rules.grace_problem(seconds)


@pytest.mark.parametrize("text", ["", "x", "1.5", "-3", "²", "9" * 12])
def test_what_is_no_whole_number_is_none(text):
    assert slack_rules.whole(text) is None


@pytest.mark.parametrize(
    ("words", "urgent", "said"),
    [
        ([], [], "a message"),
        ([], ["outage"], "a message"),
        (["sos"], [], "a message with the word “sos”"),
        (["sos"], ["sos", "fire"], "a message with one of the words “sos” or “fire”"),
    ],
)
def test_what_counts_is_said_in_words(words, urgent, said):
    assert slack_rules.what_counts(words, urgent) == said


def test_of_many_words_the_first_are_named():
    said = slack_rules.what_counts([f"w{number}" for number in range(40)], [])

    assert said.startswith("a message with one of the words “w0”, “w1”, ")
    assert said.endswith("“w10” or 29 more")
