"""The limits of Slack's dialogs, and what somebody filled in, as Slack tells it."""

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.slack_elements import MENUS, PLAIN, is_text
from tests.fakes.slack_rules import OF_A_VIEW, elements_of, problem_of_blocks

LARGEST = 250_000
KNOWN = {
    "type",
    "title",
    "blocks",
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
}
Json = Any


def problem_of_view(view: Json) -> str:
    """What is wrong with a dialog, or nothing."""
    if not isinstance(view, dict) or view.get("type") != "modal":
        return "unsupported type [json-pointer:/view/type]"
    if set(view) - KNOWN:
        return f"invalid additional property: {sorted(set(view) - KNOWN)[0]} [json-pointer:/view]"
    too_long = _too_long(view)
    if too_long:
        return too_long
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "missing required field: blocks [json-pointer:/view]"
    asks = any(block.get("type") == "input" for block in blocks)
    if asks and not view.get("submit"):
        return "missing required field: submit [json-pointer:/view]"
    return problem_of_blocks(blocks, most=OF_A_VIEW)


def _too_long(view: Json) -> str:
    for name in ("title", "submit", "close"):
        given = view.get(name)
        if (given or name == "title") and not is_text(given, 24, kinds=PLAIN):
            return f"must be 1 to 24 characters [json-pointer:/view/{name}]"
    for name, most in (("private_metadata", 3_000), ("callback_id", 255), ("external_id", 255)):
        if len(view.get(name, "")) > most:
            return f"must be less than {most + 1} characters [json-pointer:/view/{name}]"
    return ""


def is_too_large(view: Json) -> bool:
    return len(json.dumps(view).encode()) > LARGEST


def filled_in(view: Json, values: Mapping[str, Any]) -> Json:
    """The state of a dialog: `values` by the ids of their blocks, or of their elements.

    What nobody touched keeps what stood there already.
    """
    state: dict[str, dict[str, Json]] = {}
    for block in view["blocks"]:
        for element in elements_of(block):
            action = element["action_id"]
            given = values.get(block.get("block_id"), values.get(action))
            state.setdefault(block["block_id"], {})[action] = _value(element, given)
    return {"values": state}


def _value(element: Json, given: Json) -> Json:
    kind = element["type"]
    if kind == "checkboxes" or kind == "multi_static_select":
        wanted = element.get("initial_options", []) if given is None else given
        return {"type": kind, "selected_options": [_option(element, each) for each in wanted]}
    if kind in ("static_select", "radio_buttons"):
        chosen = element.get("initial_option") if given is None else given
        return {"type": kind, "selected_option": _option(element, chosen) if chosen else None}
    if kind in MENUS:
        name = f"selected_{kind.removesuffix('s_select')}"
        return {"type": kind, name: element.get(f"initial_{name[9:]}") if given is None else given}
    written = element.get("initial_value") if given is None else given
    return {"type": kind, "value": written or None}


def _option(element: Json, chosen: Json) -> Json:
    """As it stands in the menu. Somebody can only choose what is there."""
    value = chosen["value"] if isinstance(chosen, dict) else chosen
    found = next(each for each in element["options"] if each["value"] == value)
    return {"text": found["text"], "value": found["value"]}
