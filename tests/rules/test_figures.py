"""The figures of a retro: measured, recorded, or blank with a question."""

from datetime import timedelta

import pytest

from incident.rules.retros import figures
from tests.rules.records import APage, AStep, a_record, after, an_event


def a_figure(label, value, **rest):
    return an_event("figure_recorded", data={"label": label, "value": value}, **rest)


def headlines(facts):
    return {headline.words: headline.value for headline in figures.headlines(facts)}


def span(facts, name):
    return next(span for span in figures.spans(facts) if span.name == name)


def test_how_long_it_was_broken_counts_from_its_beginning():
    facts = a_record(an_event("incident_mitigated", hours=1), started_at=after(hours=-29))

    assert headlines(facts)["from its start until it was mitigated"] == "30 h"


def test_a_beginning_nobody_recorded_stays_blank_with_a_question():
    [first, _users] = figures.headlines(a_record())

    assert (first.value, first.question) == ("", "When did it begin? Nobody recorded it.")


def test_users_nobody_counted_stay_blank_with_a_question():
    *_, last = figures.headlines(a_record(started_at=after()))

    assert (last.value, last.question) == ("", "How many users were affected? Nobody recorded it.")


def test_a_recorded_figure_answers_its_question():
    facts = a_record(a_figure("users AFFECTED", "0.2 %"))

    assert headlines(facts)["users AFFECTED"] == "0.2 %"
    assert [label for label, _ in figures.unanswered(facts)] == ["Support requests", "Data lost"]


def test_the_last_word_on_a_figure_counts_and_an_empty_one_takes_it_back():
    facts = a_record(
        a_figure("Comments", "900"), a_figure("Pushes", "5"), a_figure("comments", "934"),
        a_figure("Pushes", ""),
    )  # fmt: skip

    assert [(figure.label, figure.value) for figure in facts.figures] == [("comments", "934")]


def test_a_value_seen_at_a_step_is_a_figure_and_easy_to_read():
    facts = a_record(steps=[AStep(1, "Count the keys", value="1200000"), AStep(2, value="yes")])

    assert headlines(facts)["Count the keys"] == "1,200,000"
    assert [value.value for value in figures.values(facts)] == ["1200000", "yes"]


@pytest.mark.parametrize(
    ("shown", "value"),
    [("1,200,000", "1200000"), ("934", "934"), ("0.2 %", "0.2 %"), ("²²²²²", "²²²²²")],
)
def test_only_long_plain_numbers_are_grouped(shown, value):
    assert figures.grouped(value) == shown


def test_the_silence_lasts_until_the_first_person():
    facts = a_record(first_signal_at=after(hours=-11))

    assert span(facts, "Silence").length == timedelta(hours=11)


def test_where_nobody_was_paged_the_figure_asks():
    assert span(a_record(), "Acknowledge").question == (
        "Nobody was paged. Should somebody have been?"
    )


def test_a_page_that_went_nowhere_asks_something_else():
    facts = a_record(pages=[APage(state="refused", reason="403")])

    assert span(facts, "Acknowledge").question.startswith("No page ever reached anybody.")


def test_a_page_taken_before_pagerduty_answered_is_measured_from_its_promise():
    page = APage(acknowledged_at=after(minutes=4), acknowledged_by="Tom")
    facts = a_record(pages=[page], acked_at=after(minutes=4))

    assert span(facts, "Acknowledge").length == timedelta(minutes=4)


def test_the_time_at_each_severity_adds_up():
    raised = an_event("severity_changed", hours=1, data={"before": "unset", "after": "sev2"})
    facts = a_record(raised, an_event("incident_resolved", hours=3))

    found = [(interval.severity, interval.length) for interval in figures.severities(facts)]
    assert found == [("unset", timedelta(hours=1)), ("sev2", timedelta(hours=2))]
