"""The limits of Slack's blocks, and of the words of a post."""

from typing import Any

from tests.fakes.slack_elements import is_element, is_text, length

TEXT_OF_A_POST = 40_000
TEXT_OF_ALL_BLOCKS = 13_200
TEXT_OF_AN_UPDATE = 4_000
METADATA_SIZE = 16_000
OF_A_MESSAGE, OF_A_VIEW = 50, 100


def error_in_words(arguments: dict[str, Any], *, longest: int | None = None) -> str:
    """Slack's error for the words of a post, or nothing."""
    text, blocks = arguments.get("text"), arguments.get("blocks")
    if not text and not blocks:
        return "no_text"
    if longest is not None and len(text or "") > longest:
        return "msg_too_long"
    return error_in_blocks(blocks or []) or error_in_metadata(arguments.get("metadata"))


def error_in_blocks(blocks: Any) -> str:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "invalid_blocks_format"
    if problem_of_blocks(blocks, most=OF_A_MESSAGE):
        return "invalid_blocks"
    total = sum(length(block.get("text")) for block in blocks)
    return "msg_blocks_too_long" if total > TEXT_OF_ALL_BLOCKS else ""


def problem_of_blocks(blocks: list[dict[str, Any]], *, most: int) -> str:
    """Where they break a limit, in the way Slack points at it."""
    if len(blocks) > most:
        return f"no more than {most} items allowed [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        if not _fits(block):
            return f"invalid {block.get('type')} block [json-pointer:/blocks/{number}]"
        ids = [each.get("action_id") for each in elements_of(block) if each.get("action_id")]
        if len(ids) != len(set(ids)):
            return f"an action_id occurs twice [json-pointer:/blocks/{number}]"
    named = [block["block_id"] for block in blocks if block.get("block_id")]
    return "a block_id occurs twice [json-pointer:/blocks]" if len(named) > len(set(named)) else ""


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """What can be used in a block."""
    found = block.get("elements") if block.get("type") == "actions" else None
    single = block.get("accessory") or block.get("element")
    return list(found or ([single] if single else []))


def error_in_metadata(metadata: Any) -> str:
    if metadata is None:
        return ""
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        return "invalid_metadata_format"
    if not isinstance(metadata["event_payload"], dict):
        return "invalid_metadata_schema"
    return "metadata_too_large" if len(str(metadata)) > METADATA_SIZE else ""


def _fits(block: dict[str, Any]) -> bool:
    if len(str(block.get("block_id", ""))) > 255:
        return False
    match block.get("type"):
        case "section":
            return _is_section(block)
        case "header":
            return is_text(block.get("text"), 150, kinds=("plain_text",))
        case "context":
            elements = block.get("elements") or []
            return 1 <= len(elements) <= 10 and all(_in_context(each) for each in elements)
        case "actions":
            elements = block.get("elements") or []
            return 1 <= len(elements) <= 25 and all(is_element(each) for each in elements)
        case "input":
            return _is_input(block)
        case "image":
            return _is_image(block)
    return block.get("type") == "divider"


def _is_section(block: dict[str, Any]) -> bool:
    fields, accessory = block.get("fields"), block.get("accessory")
    if fields is None and not is_text(block.get("text"), 3_000):
        return False
    if fields is not None and not 1 <= len(fields) <= 10:
        return False
    return all(is_text(each, 2_000) for each in fields or []) and (
        accessory is None or is_element(accessory) or _is_image(accessory)
    )


def _in_context(element: Any) -> bool:
    return is_text(element, 3_000) or (isinstance(element, dict) and _is_image(element))


def _is_input(block: dict[str, Any]) -> bool:
    hint = block.get("hint")
    return (
        is_text(block.get("label"), 2_000, kinds=("plain_text",))
        and (hint is None or is_text(hint, 2_000, kinds=("plain_text",)))
        and is_element(block.get("element"), asking=True)
    )


def _is_image(block: dict[str, Any]) -> bool:
    return (
        block.get("type") == "image"
        and 1 <= len(str(block.get("image_url", ""))) <= 3_000
        and 1 <= len(str(block.get("alt_text", ""))) <= 2_000
    )
