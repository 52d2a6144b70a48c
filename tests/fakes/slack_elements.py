"""The limits of what stands in Slack's blocks: texts, buttons, menus and fields."""

from typing import Any

Json = Any
PLAIN = ("plain_text",)
BUTTON = {
    "type",
    "text",
    "action_id",
    "value",
    "style",
    "url",
    "confirm",
    "accessibility_label",
}
MENUS = {
    f"{often}{what}_select"
    for often in ("", "multi_")
    for what in ("static", "users", "conversations", "channels", "external")
}
PICKERS = {"datepicker", "timepicker", "datetimepicker"}
WRITTEN = {"plain_text_input", "number_input", "email_text_input", "url_text_input"}


def is_text(text: Json, longest: int, kinds: tuple[str, ...] = ("mrkdwn", "plain_text")) -> bool:
    return isinstance(text, dict) and text.get("type") in kinds and 1 <= length(text) <= longest


def length(text: Json) -> int:
    """In UTF-16 units: the strictest way Slack may count."""
    words = text.get("text") if isinstance(text, dict) else None
    return len(words.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(words, str) else 0


def is_element(element: Json, *, asking: bool = False) -> bool:
    """Something to press or to choose from; or, in a dialog, to fill in."""
    if not isinstance(element, dict) or not 1 <= len(element.get("action_id", "?")) <= 255:
        return False
    kind, placeholder = element.get("type", ""), element.get("placeholder")
    if placeholder is not None and not is_text(placeholder, 150, kinds=PLAIN):
        return False
    if kind in WRITTEN:
        return asking and _is_written(element)
    if kind == "button":
        return not asking and _is_button(element)
    if kind == "overflow":
        return not asking and _has_options(element, most=5)
    if kind in ("checkboxes", "radio_buttons"):
        return _has_options(element, most=10)
    return kind in PICKERS or (kind in MENUS and _is_menu(element))


def _is_button(element: Json) -> bool:
    confirm = element.get("confirm")
    return (
        is_text(element.get("text"), 75, kinds=PLAIN)
        and len(element.get("value", "")) <= 2_000
        and len(element.get("url", "")) <= 3_000
        and element.get("style", "primary") in ("primary", "danger")
        and not set(element) - BUTTON
        and (confirm is None or _is_confirmation(confirm))
    )


def _is_confirmation(confirm: Json) -> bool:
    limits = {"title": 100, "confirm": 30, "deny": 30}
    asked = all(is_text(confirm.get(name), most, kinds=PLAIN) for name, most in limits.items())
    return asked and is_text(confirm.get("text"), 300)


def _is_menu(element: Json) -> bool:
    return "static" not in element["type"] or _has_options(element, most=100)


def _has_options(element: Json, *, most: int) -> bool:
    """Every one fits, no two are the same, and what is chosen already is one of them."""
    options = element.get("options") or []
    chosen = [element["initial_option"]] if element.get("initial_option") else []
    chosen += element.get("initial_options") or []
    values = [option.get("value") for option in options]
    return (
        1 <= len(options) <= most
        and all(_is_option(option) for option in options)
        and len(values) == len(set(values))
        and all(option in options for option in chosen)
        and element.get("initial_options") != []
    )


def _is_option(option: Json) -> bool:
    about = option.get("description")
    return (
        is_text(option.get("text"), 75)
        and 1 <= len(option.get("value", "")) <= 150
        and (about is None or is_text(about, 75))
    )


def _is_written(element: Json) -> bool:
    if element["type"] == "number_input" and "is_decimal_allowed" not in element:
        return False
    longest = element.get("max_length", 3_000)
    return (
        1 <= longest <= 3_000
        and 0 <= element.get("min_length", 0) <= longest
        and len(element.get("initial_value", "")) <= longest
    )
