"""The whole retro as one Markdown document."""

from dataclasses import dataclass
from datetime import date

from markdown_it import MarkdownIt

from incident.rules.retros.document import Standing, document
from tests.rules.records import (
    AnEffect,
    APage,
    AStep,
    a_record,
    after,
    an_event,
    corrected,
)

DRAFT = Standing("draft")


@dataclass
class AnItem:
    text: str = "Monitor the error rate"
    kind: str = "detect"
    owner: str = "web team"
    due_on: date | None = date(2021, 7, 23)
    state: str = "open"
    link: str = ""


def written(facts=None, standing=DRAFT, sections=(), items=()):
    return document(facts or a_record(), standing, sections, items)


def headings(markdown):
    tokens = MarkdownIt("commonmark").parse(markdown)
    return [b.content for a, b in zip(tokens, tokens[1:], strict=False) if a.type == "heading_open"]


def test_the_head_says_what_it_is_and_where_it_stands():
    published = Standing("published", published_at=after(hours=30), published_by="Ada")

    assert written(standing=published).startswith(
        "# Comments fail to post\n\nINC-42, SEV 2, resolved. "
        "Retro published 11 Jul 2021, 08:00 UTC by Ada. Times are in UTC.\n"
    )


def test_a_waived_retro_says_why():
    assert "Retro waived: a known flake." in written(
        standing=Standing("draft", waived="a known flake")
    )


def test_a_drill_cannot_be_mistaken():
    assert written(a_record(mode="drill")).startswith(
        "# DRILL Comments fail to post\n\nDRILL INC-42"
    )


def test_the_parts_follow_each_other():
    facts = a_record(
        an_event("incident_resolved", hours=1), steps=[AStep(1, value="7")], pages=[APage()],
        effects=[AnEffect()],
    )  # fmt: skip
    sections = [("Response and timeline", "x"), ("Fix", "y"), ("Impact", "z"), ("Learnings", "")]

    assert headings(written(facts, sections=sections)) == [
        "Comments fail to post", "Response and timeline", "Phases", "Times", "Timeline",
        "Checklist: Runaway queue, revision 3", "Pages", "Fix", "Temporary measures", "Impact",
        "Values recorded", "Learnings",
    ]  # fmt: skip


def test_the_timeline_says_what_was_written_down_late_or_put_right():
    facts = a_record(
        an_event("note_added", "Posted", hours=1, recorded_at=after(hours=6)),
        an_event("note_added", "Seen", hours=2),
        corrected(3, at=after(hours=3)),
    )  # fmt: skip

    timeline = written(facts, sections=[("Response and timeline", "")])
    assert "| Posted (written down 10 Jul 2021, 08:00 UTC) | Maya |" in timeline
    assert "| Seen (time corrected; it said 10 Jul 2021, 04:00 UTC) | Maya |" in timeline


def test_an_action_item_has_its_owner_its_date_and_its_link():
    [row] = written(
        sections=[("Action items", "")], items=[AnItem(link="https://github.com/a/b")]
    ).splitlines()[-1:]

    assert row == (
        "| 1 | Monitor the error rate | detect | web team | 2021-07-23 | open "
        "| <https://github.com/a/b> |"
    )


def test_dates_that_contradict_each_other_stand_before_everything_else():
    facts = a_record(started_at=after(hours=1))

    flagged = written(facts, sections=[("Summary", "x")]).partition("## Summary")[0]
    assert "> - It began 10 Jul 2021, 03:00 UTC, after it was first reported" in flagged


def test_a_section_cannot_swallow_the_next():
    found = written(sections=[("Summary", "```\nopen"), ("Context", "<!-- x"), ("Fix", "ok")])

    assert headings(found)[1:] == ["Summary", "Context", "Fix"]


def test_hostile_words_everywhere_leave_the_tables_whole():
    evil = "a | b\n# c =1+1 <!--"
    facts = a_record(
        an_event("note_added", evil, actor=evil),
        steps=[AStep(1, evil, state="failed", reason=evil)],
        pages=[APage(target=evil)], effects=[AnEffect(evil)], title=evil,
    )  # fmt: skip

    found = written(facts, sections=[("Response and timeline", ""), ("Fix", ""), ("Learnings", "")])
    tables = [t for t in MarkdownIt("commonmark").enable("table").parse(found)]
    kinds = [t.type for t in tables]
    assert "html_block" not in kinds
    assert found.count("a \\| b # c =1+1 \\<!--") >= 6
