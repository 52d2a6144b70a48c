from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from incident.rules import deliveries as rules


@dataclass
class Delivery:
    integration: str = "pagerduty"
    action: str = "trigger"
    target: str = "primary"
    subject: str = "[SEV1] INC-1 Uploads fail"
    step: int | None = 2
    attempts: int = 1
    drill: bool = False
    settings: dict[str, object] = field(default_factory=dict)


POST = Delivery("slack", "post", "#support", "We are on it")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.42, "0.4 s"), (4, "4 s"), (12.6, "13 s"), (119, "119 s"), (185, "3 min 5 s"), (-1, "0 s")],
)
def test_lengths_are_written_so_that_nobody_takes_them_for_a_clock(seconds, words):
    event = rules.accepted(Delivery(), took=timedelta(seconds=seconds))

    assert event.text == f"PagerDuty took the page to primary ({words})"


def test_a_line_belongs_to_its_step():
    assert rules.refused(Delivery(step=7), "no such key").step == 7


@pytest.mark.parametrize(
    ("delivery", "text"),
    [
        (Delivery(), "NOBODY WAS PAGED: no such key"),
        (Delivery(action="resolve"), "PagerDuty was NOT told that it is over: no such key"),
        (
            Delivery(action="acknowledge"),
            "PagerDuty was NOT told that somebody has it: no such key",
        ),
        (POST, "NOT SENT to #support: no such key"),
    ],
)
def test_what_failed_for_good_is_said_in_capitals(delivery, text):
    assert rules.refused(delivery, "no such key").text == text


def test_a_channel_is_called_what_people_call_it():
    post = Delivery("slack", "post", "C0EXEC", settings={"channel_name": "#exec"})

    assert rules.refused(post, "it is archived").text == "NOT SENT to #exec: it is archived"


def test_only_a_page_that_was_called_off_is_worth_a_line():
    assert rules.superseded(Delivery(), "Tom has it")
    assert rules.superseded(Delivery(action="resolve"), "never had it") is None
    assert rules.superseded(POST, "a later wording follows") is None


def test_a_delay_that_is_one_of_many_is_not_told():
    assert rules.delayed(Delivery(attempts=3), "503", wait=timedelta(seconds=4))
    assert rules.delayed(Delivery(attempts=4), "503", wait=timedelta(seconds=8)) is None


def test_an_hour_in_which_a_post_waits_is_a_handful_of_lines():
    waiting = [replace(POST, attempts=attempt) for attempt in range(1, 121)]

    told = [
        one.attempts for one in waiting if rules.delayed(one, "503", wait=timedelta(seconds=30))
    ]

    assert told == [1, 2, 3, 21, 41, 61, 81, 101]


@pytest.mark.parametrize(
    "edit",
    [
        Delivery("slack", "update", "C0EXEC"),
        Delivery("slack", "set_topic", "C0EXEC"),
        Delivery("slack", "post", "C0EXEC", settings={"quiet": True}),
    ],
)
def test_what_is_no_news_when_it_goes_out_is_none_while_it_waits(edit):
    assert rules.delayed(edit, "503", wait=timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("state", "drill", "step"),
    [
        ("sent", False, "done"),
        ("refused", False, "failed"),
        ("not_sent", False, "failed"),
        ("not_sent", True, "done"),
        ("superseded", False, ""),
        ("due", False, ""),
    ],
)
def test_what_becomes_of_a_step_that_posts(state, drill, step):
    assert rules.step_state(state, drill=drill) == step


MAIL = Delivery("email", "mail", "4 people", "[SEV1] INC-1 Uploads fail: NOBODY WAS PAGED")


def test_a_mail_is_told_in_words_of_its_own():
    took = timedelta(seconds=0.4)
    sent = rules.accepted(MAIL, took=took)
    partly = rules.accepted(MAIL, took=took, left_out={"tom@example.com": "550"})

    assert (sent.kind, sent.text) == ("mail_sent", "Mailed 4 people (0.4 s)")
    assert partly.text == "Mailed 4 people (0.4 s), but NOT tom@example.com (550)"


def test_a_mail_that_fails_is_never_taken_for_a_page_that_failed():
    refused = rules.refused(MAIL, "The mail server answered 550")
    absent = rules.not_sent(MAIL, "E-mail is not connected")

    assert refused.text == "NOT MAILED to 4 people: The mail server answered 550"
    assert absent.text == "No mail goes out: E-mail is not connected"
    assert (refused.kind, absent.kind) == ("mail_refused", "mail_not_sent")


def test_a_note_on_an_alert_is_no_news_unless_it_fails():
    note = Delivery(action="note_held")

    assert rules.accepted(note, took=timedelta(seconds=1)) is None
    assert rules.refused(note, "no such key").text == (
        "PagerDuty was NOT told that more pages are held back: no such key"
    )
