"""Markdown that people wrote: what it shows, and what it never lets through."""

import pytest

from incident.web.markdown import render


def test_commands_stand_in_a_block_that_can_be_copied():
    html = render("```sh\nls -l | wc\n```")

    assert html == "<copy-code><pre><code>ls -l | wc\n</code></pre></copy-code>\n"


def test_a_variable_that_nobody_filled_in_stays_as_written_and_is_marked():
    html = render("`redis-cli -u {{redis_url}}`")

    assert '<mark class="blank" title="Not filled in">{{redis_url}}</mark>' in html


def test_tables_lists_and_boxes_are_drawn():
    html = render("- [ ] one\n- [x] two\n\n| a | b |\n|---|---|\n| 1 | 2 |")

    assert 'type="checkbox"' in html
    assert "<td>1</td>" in html


def test_a_link_tells_nobody_where_it_came_from():
    html = render("[the graph](https://graphs.example.com/queue)")

    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "![x](javascript:alert(1))",
        "<svg onload=alert(1)>",
        '<a href="https://x" style="position:fixed">x</a>',
        "```html\n<script>alert(1)</script>\n```",
        "`<script>alert(1)</script>`",
        "{{ <script>alert(1)</script> }}",
        "[x](JaVaScRiPt&colon;alert(1))",
        "<iframe srcdoc='<script>alert(1)</script>'>",
    ],
)
def test_nothing_that_runs_gets_through(attack):
    html = render(attack).lower()

    assert "<script" not in html
    assert "<img src=x" not in html
    assert "<svg" not in html
    assert "<iframe" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert 'href="vbscript' not in html
    assert "<a style" not in html


def test_nesting_without_end_is_drawn_as_deep_as_anybody_can_read():
    assert 0 < render("> " * 5000 + "deep").count("<blockquote>") <= 100
