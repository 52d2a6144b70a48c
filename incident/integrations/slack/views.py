"""A dialog of ours as Slack's view, within Slack's limits; and what was filled into it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from incident.integrations.slack import blocks
from incident.integrations.slack.payload import Object, part, parts, text
from incident.rules.dialogs import Asked, Dialog, Field

TITLE_LENGTH = 24
LABEL_LENGTH = 2_000
PLACEHOLDER_LENGTH = 150
INPUT_LENGTH = 3_000
OPTION_LENGTH, VALUE_LENGTH = 75, 150
OPTIONS, BOXES = 100, 10
BLOCKS = 100
METADATA_LENGTH = 3_000
CALLBACK_LENGTH = 255
CONTEXT_LENGTH = 500

# Slack takes no empty value for a choice.
NOTHING = "-"
ELEMENT = "value"
LOADING = "One moment…"

View = dict[str, Any]


def loading(asked: Asked) -> View:
    """What opens at once, before anybody has looked anything up."""
    return {**_frame(asked.name, asked.title, {}), "blocks": blocks.blocks(LOADING)}


def telling(name: str, title: str, words: str, *, address: str = "") -> View:
    """A view that only says something."""
    view = {**_frame(name, title, {}), "blocks": blocks.blocks(words, address=address)}
    return {**view, "close": _plain("Close", TITLE_LENGTH)}


def view_of(dialog: Dialog) -> View:
    """The dialog as it may be opened, or put in the place of another."""
    opening = blocks.blocks(dialog.text) if dialog.text else []
    questions = [_input(each) for each in dialog.fields]
    view = _frame(dialog.name, dialog.title, dialog.context)
    view["blocks"] = [*opening, *questions][:BLOCKS] or blocks.blocks("…")
    if dialog.submit:
        view["submit"] = _plain(dialog.submit, TITLE_LENGTH)
    return view


def read_metadata(written: str) -> tuple[str, dict[str, str]]:
    """The dialog's name and its context: nobody but Slack's signature vouches for them."""
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return "", {}
    if not isinstance(found, Mapping):
        return "", {}
    context = part(found, "context")
    return text(found, "name"), {key: text(context, key) for key in context if text(context, key)}


def read_value(block: Any) -> str | list[str]:
    """What was filled into one block of a view. Whatever is odd is empty."""
    if not isinstance(block, Mapping):
        return ""
    answer = next((part(block, name) for name in block), {})
    if "selected_options" in answer:
        return [_given(text(one, "value")) for one in parts(answer, "selected_options")]
    chosen = part(answer, "selected_option")
    if chosen:
        return _given(text(chosen, "value"))
    return text(answer, "value") or text(answer, "selected_user")


def _frame(name: str, title: str, context: Mapping[str, str]) -> View:
    return {
        "type": "modal",
        "callback_id": name[:CALLBACK_LENGTH] or "dialog",
        "title": _plain(title, TITLE_LENGTH),
        "close": _plain("Cancel", TITLE_LENGTH),
        "private_metadata": _metadata(name, context),
    }


def _metadata(name: str, context: Mapping[str, str]) -> str:
    short = {key: value[:CONTEXT_LENGTH] for key, value in context.items()}
    written = json.dumps({"name": name, "context": short})
    if len(written) <= METADATA_LENGTH:
        return written
    return json.dumps({"name": name[:CALLBACK_LENGTH], "context": {}})


def _input(asked: Field) -> View:
    element = ELEMENTS.get(asked.kind, _line)(asked)
    if element is None:
        return blocks.blocks(f"{asked.label}: there is nothing to choose from.")[0]
    block: View = {
        "type": "input",
        "block_id": asked.name,
        "label": _plain(asked.label, LABEL_LENGTH),
        "element": element,
    }
    if asked.optional:
        block["optional"] = True
    if asked.hint:
        block["hint"] = _plain(asked.hint, LABEL_LENGTH)
    return block


def _line(asked: Field) -> View:
    longest = max(1, min(asked.longest, INPUT_LENGTH))
    element: View = {"type": "plain_text_input", "action_id": ELEMENT, "max_length": longest}
    if asked.kind == "text":
        element["multiline"] = True
    value = cut(str(asked.value or ""), longest)
    return {**element, "initial_value": value} if value else element


def _number(asked: Field) -> View:
    element: View = {"type": "number_input", "action_id": ELEMENT, "is_decimal_allowed": True}
    value = str(asked.value if asked.value is not None else "").strip()
    return {**element, "initial_value": value} if value else element


def _choice(asked: Field) -> View | None:
    options = _options(asked.options, OPTIONS)
    if not options:
        return None
    element: View = {"type": "static_select", "action_id": ELEMENT, "options": options}
    chosen = _chosen(options, [str(asked.value)])
    return {**element, "initial_option": chosen[0]} if chosen else element


def _choices(asked: Field) -> View | None:
    few = len(asked.options) <= BOXES
    options = _options(asked.options, BOXES if few else OPTIONS)
    if not options:
        return None
    kind = "checkboxes" if few else "multi_static_select"
    element: View = {"type": kind, "action_id": ELEMENT, "options": options}
    value = asked.value if isinstance(asked.value, list | tuple) else ()
    chosen = _chosen(options, [str(one) for one in value])
    return {**element, "initial_options": chosen} if chosen else element


def _options(given: Sequence[tuple[str, str]], at_most: int) -> list[View]:
    labels = {_named(value): label for value, label in given}
    some = list(labels.items())[:at_most]
    return [{"text": _plain(label, OPTION_LENGTH), "value": value} for value, label in some]


def _chosen(options: Sequence[View], values: Sequence[str]) -> list[View]:
    wanted = {_named(value) for value in values}
    return [option for option in options if option["value"] in wanted]


def _named(value: str) -> str:
    return cut(value, VALUE_LENGTH) or NOTHING


def _given(value: str) -> str:
    return "" if value == NOTHING else value


def _plain(words: str, longest: int) -> Object:
    return {"type": "plain_text", "text": cut(words.strip(), longest) or "…"}


def cut(words: str, longest: int) -> str:
    """As Slack may count: a character beyond the basic plane is two."""
    if blocks.size(words) <= longest:
        return words
    kept = words.encode("utf-16-le", "surrogatepass")[: 2 * (longest - 1)]
    return f"{kept.decode('utf-16-le', 'ignore').rstrip()}…"


ELEMENTS = {
    "line": _line,
    "text": _line,
    "number": _number,
    "choice": _choice,
    "choices": _choices,
}
