import pytest

from incident.rules.documents import read
from tests.rules.documents.written import PURGE, every_step, shown


def texts(source):
    return [step["text"] for step in every_step(shown(source))]


def test_headings_are_sections_and_items_are_steps():
    document = shown(PURGE)

    assert document["title"] == "Purge a runaway notification queue"
    assert document["text"] == "Users receive notifications that nobody meant to send."
    assert [section["title"] for section in document["sections"]] == [
        "Stop the bleeding",
        "Clear the queue",
    ]
    assert [step["kind"] for step in every_step(document)] == [
        "do", "do", "decide", "choice", "do", "choice", "do", "do",
    ]  # fmt: skip


def test_boxes_and_attributes_are_no_part_of_the_text():
    first, second = every_step(shown(PURGE))[:2]

    assert first["text"] == "Confirm that users still receive them"
    assert first["settings"] == {"expect": "yes", "within": "5m"}
    assert (first["checked"], second["checked"]) == (False, True)


def test_what_stands_under_a_step_loses_only_its_margin():
    second = every_step(shown(PURGE))[1]

    assert second["text"] == (
        "Remove the iOS certificate\nIt lies in the vault.\n\n```sh\nheroku certs:remove ios\n```"
    )


def test_what_stands_after_a_list_belongs_to_its_last_step():
    assert every_step(shown(PURGE))[5]["text"].endswith("belongs to its last step.")


def test_a_text_takes_along_where_its_links_lead():
    count = every_step(shown(PURGE))[6]

    assert count["text"].endswith('\n\n[rpush]: https://example.org/rpush "Rpush"')


def test_a_heading_with_a_reference_gets_a_link_of_its_own():
    document = shown("# See [the docs][d] and `[d]`\n\n- a\n\n[d]: /docs\n")

    assert document["title"] == "See [the docs](/docs) and `[d]`"


@pytest.mark.parametrize("field", ["steps", "sections"])
def test_spans_lead_to_the_characters_of_the_source(field):
    document = shown(PURGE)
    section = document["sections"][1]
    node = section if field == "sections" else section["steps"][1]
    start, end = node["span"]

    told = document["source"][start:end]
    assert told == "2. Delete them" if field == "steps" else told.startswith("## Clear the queue")


def test_line_ends_byte_order_marks_and_blank_lines_around_change_nothing():
    plain = "# T\n\n- [ ] a\n\n      code\n- b\n"
    variants = [
        plain.replace("\n", "\r\n"),
        plain.replace("\n", "\r"),
        "\ufeff" + plain,
        "\n\n" + plain,
        plain.rstrip("\n"),
        plain + "\n\n",
    ]

    seen = [shown(variant) for variant in (plain, *variants)]
    for document in seen:
        del document["source"], document["source_start"]
    assert all(document == seen[0] for document in seen)


def test_items_in_a_quote_are_steps_and_the_rest_of_the_quote_stays_one():
    document = shown("# T\n\n> **Note**\n> - one\n>   more\n> - two\n>\n> tail\n")

    assert document["text"] == ""
    assert document["sections"][0]["text"] == "> **Note**"
    assert texts(document["source"]) == ["one\nmore", "two\n\n> tail"]


def test_two_markers_in_one_line_are_an_item_in_an_item():
    (outer,) = shown("- - [x] same line\n    more\n")["sections"][0]["steps"]

    assert outer["text"] == ""
    assert outer["children"][0]["text"] == "same line\nmore"
    assert outer["children"][0]["checked"] is True


def test_a_tab_is_as_wide_as_it_was_where_it_stood():
    assert texts("* foo\n\n\t\tcode\n") == ["foo\n\n      code"]
    assert texts("-\tfoo\n\n\t\tcode\n") == ["foo\n\n\tcode"]
    assert texts("- foo\n\n  ```\n  \tcode\n  ```\n") == ["foo\n\n```\n\tcode\n```"]


def test_words_that_look_like_a_block_stay_words():
    assert texts("- [ ] 1. is first\n- [ ] # is a sign\n") == ["1\\. is first", "\\# is a sign"]


def test_a_fence_nobody_closed_swallows_nothing_when_taken_along():
    assert texts("- a\n\n  ```\n  cmd\n\nafter\n") == ["a\n\n```\ncmd\n```\n\nafter"]


def test_a_runbook_without_lists_gets_steps_from_commands_and_headings():
    document = shown(
        "# T\n\n## Overview\n\nTo know.\n\n"
        "## Fix\n\nRun this:\n\n```sh\na\n```\n\nThen:\n\n    b\n\n"
        "## Look again\n\nIs it gone?\n"
    )

    overview, fix, again = document["sections"]
    assert (overview["text"], overview["steps"]) == ("To know.", [])
    assert [step["text"] for step in fix["steps"]] == [
        "Run this:\n\n```sh\na\n```",
        "Then:\n\n    b",
    ]
    assert [step["text"] for step in again["steps"]] == ["Is it gone?"]


def test_one_list_anywhere_and_nothing_else_is_a_step():
    assert texts("# T\n\n## A\n\nRun:\n\n```\na\n```\n\n## B\n\n- only\n") == ["only"]


def test_wording_suggests_a_page_and_arms_none():
    (step,) = every_step(shown("- Escalate to the database team\n"))

    assert (step["kind"], step["suggested"], step["settings"]) == ("do", "page", {})


def test_the_title_may_come_from_the_front_matter():
    document = shown("---\ntitle: Named\n---\n\n# Another\n\n- a\n")

    assert document["title"] == "Named"
    assert document["sections"][0]["title"] == "Another"


def test_a_preamble_does_not_hide_the_title():
    document = shown("<!-- badge -->\n\n# T\n\nIntro.\n\n## S\n")

    assert (document["title"], document["text"]) == ("T", "<!-- badge -->\n\nIntro.")


@pytest.mark.parametrize(
    "source", ["", "\n", "\ufeff", "\0", "#", "-", "- [ ]", "---\n---\n", "---"]
)
def test_there_is_no_document_that_cannot_be_read(source):
    assert shown(source)["source"] == source


def test_nesting_ends_somewhere_and_loses_nothing():
    source = "".join("  " * depth + "- x\n" for depth in range(300))

    deepest = every_step(shown(source))[-1]
    assert deepest["text"].count("- x") + len(every_step(shown(source))) >= 300


def test_a_document_that_is_far_too_long_is_kept_as_text_from_there_on():
    document = read("- [ ] x\n" * 30_000)

    assert document.unread == 10_001
    assert to_steps(document) == 10_000


def to_steps(document):
    return sum(len(section.blocks) - 1 for section in document.sections)
