"""Slack's own validators, held against what we build, and the limits that they leave out.

assert_valid(card_blocks.of(story))
assert_valid_view(views.view_of(dialog))
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

BLOCKS_OF_A_MESSAGE = 50
BLOCKS_OF_A_VIEW = 100
SIZE_OF_A_VIEW = 250_000
TEXT_OF_A_MESSAGE = 13_200
METADATA_OF_A_VIEW = 3_000

# What a text may have at most, in UTF-16 units, by where it stands: its block or element and name.
TEXTS = {
    ("section", "text"): 3_000,
    ("section", "fields"): 2_000,
    ("header", "text"): 150,
    ("context", "elements"): 3_000,
    ("input", "label"): 2_000,
    ("input", "hint"): 2_000,
    ("button", "text"): 75,
    ("modal", "title"): 24,
    ("modal", "submit"): 24,
    ("modal", "close"): 24,
}
OPTION_TEXTS = {"text": 75, "description": 75}
PLACEHOLDER = 150
OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
OPTIONS_OF_A_LIST = 100
PLAIN_ONLY = ("header", "button", "modal")


def assert_valid(blocks: Sequence[Mapping[str, Any]]) -> None:
    """These blocks may stand in a message."""
    assert_these(blocks, at_most=BLOCKS_OF_A_MESSAGE)
    _assert_actions(blocks)
    assert _text_of(blocks) <= TEXT_OF_A_MESSAGE, "all texts together are too long"


def assert_valid_view(view: Mapping[str, Any]) -> None:
    """This view may be opened, pushed or put in another's place."""
    assert view.get("type") == "modal", "only modals are opened here"
    assert {"title", "blocks"} <= set(view), "a modal has a title and blocks"
    _assert_same(View(**view).to_dict(), view)
    assert len(json.dumps(view)) <= SIZE_OF_A_VIEW, "the view is too large"
    assert _size(view.get("private_metadata", "")) <= METADATA_OF_A_VIEW
    assert_these(view["blocks"], at_most=BLOCKS_OF_A_VIEW)
    kinds = {block["type"] for block in view["blocks"]}
    assert "input" not in kinds or "submit" in view, "a modal with inputs can be submitted"
    _assert_texts(view)


def assert_these(blocks: Sequence[Mapping[str, Any]], *, at_most: int) -> None:
    """Slack's classes take them as they are: what they drop, change or warn of is wrong."""
    assert 1 <= len(blocks) <= at_most, f"{len(blocks)} blocks"
    for block in blocks:
        _assert_same(_read(block), block)
    for one in _objects(blocks):
        _assert_texts(one)
        _assert_options(one)
        assert one.get("elements") != [], "an empty row"
    _assert_ids(blocks)


def _read(block: Mapping[str, Any]) -> Mapping[str, Any]:
    warnings = _Warnings()
    log = logging.getLogger("slack_sdk.models")
    log.addHandler(warnings)
    try:
        parsed = Block.parse(dict(block))
        assert parsed is not None, f"slack_sdk knows no such block: {block}"
        said: Mapping[str, Any] = parsed.to_dict()
    finally:
        log.removeHandler(warnings)
    assert not warnings.said, f"{warnings.said} in {block}"
    return said


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _assert_same(read: Mapping[str, Any], written: Mapping[str, Any]) -> None:
    assert _plain(read) == _plain(written), f"slack_sdk reads {written} as {read}"


def _plain(value: Any) -> Any:
    """Without what says nothing: an emoji switch, and a False that is the default."""
    if isinstance(value, Mapping):
        kept = {name: _plain(inner) for name, inner in value.items() if name != "emoji"}
        return {name: inner for name, inner in kept.items() if inner not in (None, False, [])}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _objects(inner)


def _assert_texts(one: Mapping[str, Any]) -> None:
    kind = str(one.get("type", ""))
    for name, value in one.items():
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, Mapping) and text.get("type") in ("mrkdwn", "plain_text"):
                _assert_text(kind, name, text, is_option="value" in one and kind != "button")


def _assert_text(kind: str, name: str, text: Mapping[str, Any], *, is_option: bool) -> None:
    longest = TEXTS.get((kind, name), 3_000)
    if is_option:
        longest = OPTION_TEXTS.get(name, longest)
    if name == "placeholder":
        longest = PLACEHOLDER
    said = f"{kind or 'option'}.{name}: {str(text['text'])[:80]!r}"
    assert 1 <= _size(text["text"]) <= longest, f"{said} has {_size(text['text'])} characters"
    if kind in PLAIN_ONLY or name in ("placeholder", "label", "hint"):
        assert text["type"] == "plain_text", f"{said} has to be plain"


def _assert_options(one: Mapping[str, Any]) -> None:
    if "options" not in one:
        return
    options, kind = one["options"], str(one.get("type", ""))
    assert 1 <= len(options) <= OPTIONS.get(kind, OPTIONS_OF_A_LIST), f"options of {kind}"
    values = [option["value"] for option in options]
    assert len(set(values)) == len(values), f"two options of {kind} have the same value"
    assert all(1 <= _size(value) <= 150 for value in values), f"a value of {kind} is too long"
    chosen = [one["initial_option"]] if "initial_option" in one else one.get("initial_options", [])
    assert all(each in options for each in chosen), f"what is chosen in {kind} is no option"


def _assert_ids(blocks: Sequence[Mapping[str, Any]]) -> None:
    ids = [str(block["block_id"]) for block in blocks if "block_id" in block]
    assert len(set(ids)) == len(ids), f"two blocks are called {_twice(ids)}"
    for block in blocks:
        _assert_actions(block)


def _assert_actions(within: Any) -> None:
    actions = [str(one["action_id"]) for one in _objects(within) if "action_id" in one]
    assert all(1 <= len(action) <= 255 for action in actions), "an action_id is too long"
    assert len(set(actions)) == len(actions), f"two elements are called {_twice(actions)}"


def _twice(ids: Sequence[str]) -> str:
    return next(each for each, times in Counter(ids).items() if times > 1)


def _text_of(blocks: Sequence[Mapping[str, Any]]) -> int:
    texts = [one["text"] for one in _objects(blocks) if one.get("type") in ("mrkdwn", "plain_text")]
    return sum(_size(text) for text in texts)


def _size(text: str) -> int:
    """In UTF-16 units: the strictest way Slack may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
