"""Foreign words in a Markdown document are shown, never obeyed."""

import pytest
from markdown_it import MarkdownIt

from incident.rules.retros.escaped import contained, link, table, text

HOSTILE = [
    "*bold* _it_ `code` [a](http://b) ![i](x) <b>x</b> <!-- x",
    "# heading", "## heading", "> quote", "- item", "+ item", "* item", "1. item", "1) item",
    "=cmd|'/C calc'!A0", "@someone", "+1", "-1", "---", "===", "~~~", "```", "~~gone~~", "~gone~",
    "a | b", "\\| b", "&amp; &#35; &lt;", "$x$", "[x]: http://y", "<https://z>", "user_ids _a_",
    "Läuft 日本語 🔥",
]  # fmt: skip


def shown(markdown):
    """The text a reader sees, and whether it is anything but a plain paragraph."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    inline = next(token for token in tokens if token.type == "inline")
    plain = all(child.type == "text" for child in inline.children)
    return inline.content and "".join(c.content for c in inline.children), plain, len(tokens)


@pytest.mark.parametrize("words", HOSTILE)
def test_a_line_reads_as_it_was_written(words):
    assert shown(text(words)) == (words, True, 3)


@pytest.mark.parametrize("words", HOSTILE)
def test_a_cell_reads_as_it_was_written(words):
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(table(("What", "Who"), [(words, "Maya")]))

    cells = [t for t in tokens if t.type == "inline"]
    assert ["".join(c.content for c in cell.children) for cell in cells] == [
        "What", "Who", words, "Maya",
    ]  # fmt: skip


@pytest.mark.parametrize("sign", "=+-@")
def test_no_cell_begins_like_a_formula(sign):
    written = table(("What",), [(f"{sign}SUM(A1)",)])

    assert written.splitlines()[-1] == f"| \\{sign}SUM(A1) |"


def test_lines_become_one_line():
    assert text("one\n\n# two\r\nthree") == "one # two three"


def test_a_link_is_an_address_in_a_cell():
    assert table(("Link",), [(link("https://a.b/c_d_e"),)]).endswith("| <https://a.b/c_d_e> |")
    assert link("") == ""


def test_a_table_without_rows_is_nothing():
    assert table(("What",), []) == ""


@pytest.mark.parametrize(
    "swallowing", ["```\nopen", "~~~~ text\nopen\n~~~", "<!-- open", "<details>", "<pre>", "<?php"]
)
def test_what_somebody_left_open_does_not_swallow_what_follows(swallowing):
    parser = MarkdownIt("commonmark")

    tokens = parser.parse(f"{contained(swallowing)}\n\n## Impact")

    assert [t.content for t in tokens if t.type == "inline"][-1] == "Impact"
    assert "heading_open" in [t.type for t in tokens]


def test_headings_go_below_those_of_the_document():
    assert contained("# One\n## Two\n#### Four\n#hash") == "#### One\n#### Two\n#### Four\n#hash"


def test_code_stays_as_it_is():
    code = "`<b>` and ``a ` <i>``\n\n```html\n# <b>\n```"

    assert contained(code) == code
    assert contained("see <https://a.b> and a <b> b") == "see <https://a.b> and a \\<b> b"
