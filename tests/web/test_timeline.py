"""The lines of a timeline as they are read on the screen: nothing twice, nothing unfinished."""

import pytest

from incident.storage.timeline import TimelineEvent
from incident.web.screens import timeline
from tests.conftest import START


@pytest.fixture
def line():
    """One line as the page tells it: the words, and who and from where."""

    def tell(text, **fields):
        given = {"kind": "page_notified", "actor": "PagerDuty", "source": "pagerduty", "data": {}}
        event = TimelineEvent(
            seq=1, text=text, occurred_at=START, recorded_at=START, key_moment=False,
            **{**given, **fields},
        )  # fmt: skip
        entry = timeline.entries([event], "UTC", now=START)[0]
        return entry.text, entry.by

    return tell


def test_a_source_that_the_words_name_is_not_named_again(line):
    named = line("PagerDuty notified Maya by push")
    unnamed = line("Maya has it: Page the primary", actor="Maya", kind="page_acknowledged")

    assert named == ("PagerDuty notified Maya by push", "")
    assert unnamed == ("Maya has it: Page the primary", "PagerDuty")


def test_what_somebody_said_is_always_theirs(line):
    said = line("Slack is down, says Maya", kind="note_added", actor="Maya", source="slack")

    assert said == ("Slack is down, says Maya", "Maya, Slack")


def test_an_alarm_does_not_end_in_a_call_to_telephone_without_numbers(line):
    sentence = "NOBODY HAS ANSWERED: there is nobody left to page after primary. Telephone"

    told = line(sentence, kind="page_alarm", actor="Incident desk", source="worker")

    assert told == (sentence.removesuffix(". Telephone"), "")
