"""Markdown that people wrote, as HTML that is safe to show."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.tasklists import tasklists_plugin

TAGS = {
    "a", "blockquote", "br", "code", "copy-code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "input", "li", "mark", "ol", "p", "pre", "s", "span", "strong", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "input": {"type", "checked", "disabled"},
    "li": {"class"},
    "mark": {"class", "title"},
    "ol": {"start"},
    "ul": {"class"},
}
BLANK = re.compile(r"\{\{\s*[\w.-]+\s*\}\}")


@lru_cache(maxsize=2048)
def render(text: str) -> Markup:
    """The same words are rendered once: bodies of steps never change while they run."""
    html = _parser().render(text)
    return Markup(  # noqa: S704 - nh3 has just cleaned it
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(tasklists_plugin)
    parser.add_render_rule("text", _text)
    parser.add_render_rule("code_inline", _code)
    parser.add_render_rule("image", _picture)
    parser.add_render_rule("fence", _block)
    parser.add_render_rule("code_block", _block)
    return parser


def _text(_self: RendererHTML, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return _with_blanks(tokens[index].content)


def _code(_self: RendererHTML, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return f"<code>{_with_blanks(tokens[index].content)}</code>"


def _picture(_self: RendererHTML, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    """A link to it: fetching it would tell a stranger who looks, and the policy forbids it."""
    address = str(tokens[index].attrGet("src") or "")
    return f'<a href="{escape(address)}">{escape(tokens[index].content or address)}</a>'


def _block(_self: RendererHTML, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    """The button that copies is drawn by the script: without scripts it could do nothing."""
    return f"<copy-code><pre><code>{_with_blanks(tokens[index].content)}</code></pre></copy-code>\n"


def _with_blanks(text: str) -> str:
    """`{{ name }}` stays as written, marked: nobody has filled it in."""
    parts, end = [], 0
    for found in BLANK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(f'<mark class="blank" title="Not filled in">{escape(found[0])}</mark>')
        end = found.end()
    return "".join(parts) + escape(text[end:])
