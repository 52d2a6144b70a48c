"""What the record says in each section, and what people may do with it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.rules.retros import writing
from incident.rules.retros.draft import SECTIONS, draft, questions
from tests.rules.records import (
    AnEffect,
    APage,
    AStep,
    a_record,
    after,
    an_event,
)


def test_a_draft_has_the_sections_of_the_story():
    assert list(draft(a_record())) == list(SECTIONS) == [
        "summary", "context", "problem", "detection", "response", "fix", "impact", "learnings",
        "actions",
    ]  # fmt: skip


def test_the_summary_tells_the_course_and_asks_for_the_rest():
    facts = a_record(
        an_event("incident_resolved", hours=2), started_at=after(hours=-1), summary="# Broken"
    )

    summary = draft(facts)["summary"]
    assert summary.startswith("\\# Broken\n\nIt began 10 Jul 2021, 01:00 UTC;")
    assert summary.endswith("was resolved 10 Jul 2021, 04:00 UTC after 3 h.")


def test_an_incident_without_a_summary_asks_for_one():
    assert questions(draft(a_record())["summary"]) == [
        "What happened, in two or three sentences, for a stranger?"
    ]


def test_detection_names_the_gap_and_asks_about_it():
    detection = draft(a_record(first_signal_at=after(hours=-11)))["detection"]

    assert "- **report → seen: 11 h**, from 9 Jul 2021, 15:00 UTC to" in detection
    assert "The report waited 11 h. Who would have had to look, and where?" in detection


def test_detection_says_how_long_each_page_took_to_be_answered():
    page = APage(accepted_at=after(), acknowledged_at=after(minutes=4), acknowledged_by="Tom")
    unsent = APage(target="core", state="not_sent", reason="core is not connected")

    detection = draft(a_record(pages=[page, unsent]))["detection"]
    assert "mobile was paged 10 Jul 2021, 02:00 UTC: acknowledged by Tom after 4 min" in detection
    assert "core was paged 10 Jul 2021, 02:00 UTC: NOBODY WAS PAGED: core is not" in detection


def test_a_silence_becomes_a_question_unless_a_gap_asks_it_already():
    facts = a_record(
        an_event("note_added", minutes=30), an_event("incident_resolved", minutes=35),
        first_signal_at=after(hours=-1),
    )  # fmt: skip

    assert questions(draft(facts)["response"]) == [
        "Nothing is recorded from 10 Jul 2021, 02:00 UTC to 02:30 (30 min). "
        "What was happening, and who knew?"
    ]


def test_the_fix_says_how_long_each_measure_was_in_force():
    over = AnEffect(ended_at=after(minutes=75), ended_by="Tom")

    fix = draft(a_record(effects=[over, AnEffect("Deploys frozen")]))["fix"]
    assert "in effect from 10 Jul 2021, 02:00 UTC for 1 h 15 min, until Tom undid it" in fix
    assert "Deploys frozen: in effect from 10 Jul 2021, 02:00 UTC, and still" in fix


def test_the_impact_never_invents_a_figure():
    assert questions(draft(a_record(started_at=after()))["impact"]) == [
        "How many users were affected? Nobody recorded it.",
        "How many people wrote to support? Nobody recorded it.",
        "Was any data lost? Nobody recorded it.",
    ]


def test_a_fix_believed_too_early_is_a_question_of_the_learnings():
    facts = a_record(
        an_event("incident_mitigated", hours=1), an_event("incident_reopened", hours=20),
        an_event("incident_resolved", hours=21),
    )  # fmt: skip

    assert questions(draft(facts)["learnings"])[0] == (
        "For 19 h from 10 Jul 2021, 03:00 UTC it was thought to be over. "
        "What made us believe so, and what would have told us otherwise?"
    )


def test_what_is_still_owed_stands_with_the_action_items():
    owed = a_record(steps=[AStep(7, "Tell legal", state="deferred")], effects=[AnEffect()])

    assert draft(owed)["actions"] == (
        "- Step 7 is still deferred: Tell legal\n- Still in effect: iOS certificate removed"
    )


def test_foreign_words_in_a_draft_are_only_words():
    facts = a_record(an_event("incident_identified", "<script> *x*\n# y"))

    assert "- 10 Jul 2021, 02:00 UTC: \\<script> \\*x\\* # y" in draft(facts)["problem"]


@pytest.mark.parametrize(
    ("before", "after_it", "grew"),
    [
        ("", "a", True), ("ab", "aXb", True), ("ab", "ab", True), ("aa", "aaa", True),
        ("ab", "a", False), ("ab", "ba", False), ("abcd", "aXbXcd", False), ("ab", "", False),
    ],
)  # fmt: skip
def test_a_text_that_only_grew_loses_no_word(before, after_it, grew):
    assert writing.grew(before, after_it) is grew


@pytest.mark.parametrize(
    ("same_writer", "minutes", "kept"), [(True, 1, False), (True, 11, True), (False, 1, True)]
)
def test_what_another_wrote_or_wrote_long_ago_is_kept(same_writer, minutes, kept):
    age = timedelta(minutes=minutes)

    assert writing.is_worth_keeping("a", "ab", same_writer=same_writer, age=age) is kept


def test_new_facts_are_the_lines_that_were_not_there():
    before, now = "- one\n- two\n\n> Why?", "- one\n- three\n\n> Why?"

    assert writing.new_facts(before, now) == ["- three"]
    assert writing.gone_facts(before, now) == ["- two"]


def test_a_published_retro_is_not_written_in():
    with pytest.raises(NotAllowed, match="Reopen it to change it"):
        writing.require_draft("published")


def test_a_retro_is_published_when_its_incident_is_over():
    with pytest.raises(NotAllowed, match="INC-42 is still mitigated"):
        writing.require_over("INC-42", "mitigated")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""), ("kind", "blame"), ("due_on", date.min), ("due_on", date(2999, 1, 1)),
        ("link", "javascript:alert(1)"), ("link", "https://a b"), ("link", "https://[x"),
        ("link", "https://a.b|c"), ("state", "gone"),
    ],
)  # fmt: skip
def test_an_action_item_says_which_field_is_wrong(field, value):
    good = {"text": "x", "kind": "detect", "due_on": None, "link": "", "state": "open"}

    with pytest.raises(Wrong) as refused:
        writing.require_item(**{**good, field: value})
    assert list(refused.value.fields) == [field]


def test_a_date_is_read_as_people_and_browsers_write_it():
    assert writing.due_date(" 2021-07-23 ") == date(2021, 7, 23)
    assert writing.due_date("") is None
    assert writing.due_date("next week") == date.min


def test_an_item_is_overdue_from_the_day_after():
    noon = datetime(2021, 7, 23, 12, tzinfo=UTC)

    assert not writing.is_overdue("open", date(2021, 7, 23), noon)
    assert writing.is_overdue("open", date(2021, 7, 22), noon)
    assert not writing.is_overdue("done", date(2021, 7, 22), noon)
