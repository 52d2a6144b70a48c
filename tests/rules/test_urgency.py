"""How urgent a page is, by severity and by the hour where they live."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from incident.rules.urgency import problem, read_rows, urgency_of

NIGHT = {"severities": ["sev3"], "from": "22:00", "until": "07:00", "urgency": "low"}
ALWAYS = {"severities": ["sev4"], "from": "", "until": "", "urgency": "low"}


@dataclass
class Someone:
    urgency: str = "high"
    zone: str = "Europe/Berlin"
    urgencies: list = field(default_factory=lambda: [NIGHT, ALWAYS])


def at(hour, minute=0):
    """An hour in Berlin, in July."""
    return datetime(2021, 7, 10, (hour - 2) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(21, 59, "high"), (22, 0, "low"), (3, 0, "low"), (6, 59, "low"), (7, 0, "high")],
)
def test_the_hours_are_theirs_and_go_over_midnight(hour, minute, expected):
    assert urgency_of(Someone(), "sev3", at(hour, minute)) == expected


def test_a_row_without_hours_is_all_day():
    assert [urgency_of(Someone(), "sev4", at(hour)) for hour in (3, 12, 22)] == ["low"] * 3


def test_the_same_hour_twice_is_all_day():
    row = {**NIGHT, "from": "09:00", "until": "09:00"}

    assert urgency_of(Someone(urgencies=[row]), "sev3", at(3)) == "low"


def test_the_first_row_that_fits_wins():
    rows = [{**NIGHT, "urgency": "high"}, {**ALWAYS, "severities": ["sev3"]}]

    assert urgency_of(Someone(urgencies=rows), "sev3", at(23)) == "high"
    assert urgency_of(Someone(urgencies=rows), "sev3", at(12)) == "low"


def test_what_no_row_fits_is_as_urgent_as_the_target():
    assert urgency_of(Someone(urgency="low"), "sev2", at(12)) == "low"
    assert urgency_of(Someone(urgency="high"), "sev2", at(3)) == "high"


@pytest.mark.parametrize("severity", ["sev1", "unset"])
def test_what_may_be_the_worst_is_never_low(severity):
    everything = {"severities": [severity], "from": "", "until": "", "urgency": "low"}

    assert urgency_of(Someone(urgency="low", urgencies=[everything]), severity, at(3)) == "high"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({**NIGHT, "severities": ["sev1"]}, "always wakes"),
        ({**NIGHT, "severities": ["sev9"]}, "Severities are"),
        ({**NIGHT, "severities": []}, "Tick a severity"),
        ({**NIGHT, "until": ""}, "both empty"),
        ({**NIGHT, "from": "25:00"}, "“25:00” is no time"),
        ({**NIGHT, "urgency": "medium"}, "high or low"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_in_words(row, sentence):
    assert sentence in problem([ALWAYS, row])


def test_more_rows_than_anybody_can_follow_are_refused():
    assert "At most 12" in problem([ALWAYS] * 13)


def test_rows_are_kept_in_one_way_of_writing():
    empty = {"severities": [], "from": "", "until": "", "urgency": "low"}
    typed = {"severities": ["sev4", "sev3"], "from": "9:00", "until": "17:30", "urgency": "low"}

    assert problem([typed, empty]) == ""
    assert read_rows([typed, empty]) == [
        {"severities": ["sev3", "sev4"], "from": "09:00", "until": "17:30", "urgency": "low"}
    ]
