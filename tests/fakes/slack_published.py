"""What Slack publishes of its methods, held against every request, where it lies beside us.

The descriptions are not part of this project. Without them nothing is held and nothing is wrong.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.fakes.published import FOLDER
from tests.fakes.slack_methods import PACKED

METHODS = FOLDER / "slack-methods"
KINDS: Mapping[str, type] = {"boolean": bool, "string": str}
# Whoever is answered one of these asked for something that cannot be.
MISSHAPEN = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_form_data",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_name",
        "invalid_name_maxlength",
        "invalid_name_punctuation",
        "invalid_name_required",
        "invalid_name_specials",
        "invalid_trigger_id",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_long",
        "unknown_method",
        "view_too_large",
    }
)


def breaches_of(name: str, arguments: Mapping[str, Any]) -> list[str]:
    """What is wrong with a request by what is published; nothing if nothing is published."""
    described = _arguments_of(name)
    if described is None:
        return []
    given = {each for each, value in arguments.items() if value is not None}
    required = {each for each, how in described.items() if how.get("required")}
    wrong = [f"{each} is no argument" for each in sorted(given - set(described))]
    wrong += [f"{each} is missing" for each in sorted(required - given)]
    wrong += [
        f"{each} is no {described[each]['type']}"
        for each in sorted(given & set(described))
        if each not in PACKED
        and not isinstance(arguments[each], KINDS.get(described[each].get("type"), object))
    ]
    return [f"{name}: {each}" for each in wrong]


@cache
def _arguments_of(name: str) -> Mapping[str, Any] | None:
    file = METHODS / f"{name}.json"
    if not file.is_file():
        return None
    found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))["args"]
    return found
