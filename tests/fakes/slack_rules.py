"""What Slack's Web API asks of a request: arguments by method, and the limits of blocks."""

from dataclasses import dataclass
from typing import Any

TEXT_OF_ALL_BLOCKS = 13_200
TEXT_OF_AN_UPDATE = 4_000
METADATA_SIZE = 16_000


@dataclass(frozen=True)
class Method:
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_PAGES = ("cursor", "limit")
_MESSAGES = ("include_all_metadata", "inclusive", "latest", "oldest", *_PAGES)
_WORDS = ("as_user", "attachments", "blocks", "link_names", "markdown_text", "metadata", "parse")

METHODS = {
    "auth.test": Method(),
    "chat.postMessage": Method(
        ("channel",),
        (
            *_WORDS,
            "current_draft_last_updated_ts",
            "icon_emoji",
            "icon_url",
            "mrkdwn",
            "reply_broadcast",
            "text",
            "thread_ts",
            "unfurl_links",
            "unfurl_media",
            "username",
        ),
    ),
    "chat.update": Method(
        ("channel", "ts"),
        (*_WORDS, "file_ids", "reply_broadcast", "text", "unfurled_attachments"),
    ),
    "conversations.history": Method(("channel",), _MESSAGES),
    "conversations.info": Method(("channel",), ("include_locale", "include_num_members")),
    "conversations.join": Method(("channel",)),
    "conversations.list": Method((), (*_PAGES, "exclude_archived", "team_id", "types")),
    "conversations.replies": Method(("channel", "ts"), _MESSAGES),
    "users.info": Method(("user",), ("include_locale",)),
    "views.open": Method(("view",), ("interactivity_pointer", "trigger_id")),
}


def problem_of_arguments(name: str, arguments: dict[str, Any]) -> str:
    """What is wrong with the arguments of a method, or nothing."""
    method = METHODS[name]
    missing = [each for each in method.required if not arguments.get(each)]
    if missing:
        return f"missing required field: {missing[0]}"
    unknown = sorted(set(arguments) - {*method.required, *method.optional})
    return f"unknown argument: {unknown[0]}" if unknown else ""


def error_in_words(arguments: dict[str, Any], *, longest: int | None = None) -> str:
    """Slack's error for the words of a post, or nothing."""
    text, blocks = arguments.get("text"), arguments.get("blocks")
    if not text and not blocks:
        return "no_text"
    if longest is not None and len(text or "") > longest:
        return "msg_too_long"
    return error_in_blocks(blocks or []) or _error_in_metadata(arguments.get("metadata"))


def error_in_blocks(blocks: Any) -> str:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "invalid_blocks_format"
    if len(blocks) > 50 or not all(_fits(block) for block in blocks):
        return "invalid_blocks"
    ids = [
        element.get("action_id")
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    if len(ids) != len(set(ids)):
        return "invalid_blocks"
    total = sum(_length(block.get("text")) for block in blocks)
    return "msg_blocks_too_long" if total > TEXT_OF_ALL_BLOCKS else ""


def _fits(block: dict[str, Any]) -> bool:
    match block.get("type"):
        case "section":
            return _is_text(block.get("text"), 3_000)
        case "header":
            return _is_text(block.get("text"), 150, kinds=("plain_text",))
        case "context":
            elements = block.get("elements") or []
            return 1 <= len(elements) <= 10 and all(_is_text(each, 3_000) for each in elements)
        case "actions":
            elements = block.get("elements") or []
            return 1 <= len(elements) <= 25 and all(_is_button(each) for each in elements)
    return block.get("type") == "divider"


def _is_button(element: Any) -> bool:
    return (
        isinstance(element, dict)
        and element.get("type") == "button"
        and _is_text(element.get("text"), 75, kinds=("plain_text",))
        and 1 <= len(element.get("action_id", "?")) <= 255
        and len(element.get("value", "")) <= 2_000
        and element.get("style", "primary") in ("primary", "danger")
        and not set(element) - {"type", "text", "action_id", "value", "style", "url", "confirm"}
    )


def _is_text(text: Any, longest: int, kinds: tuple[str, ...] = ("mrkdwn", "plain_text")) -> bool:
    return isinstance(text, dict) and text.get("type") in kinds and 1 <= _length(text) <= longest


def _length(text: Any) -> int:
    """In UTF-16 units: the strictest way Slack may count."""
    words = text.get("text") if isinstance(text, dict) else None
    return len(words.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(words, str) else 0


def _error_in_metadata(metadata: Any) -> str:
    if metadata is None:
        return ""
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        return "invalid_metadata_format"
    if not isinstance(metadata["event_payload"], dict):
        return "invalid_metadata_schema"
    return "metadata_too_large" if len(str(metadata)) > METADATA_SIZE else ""
