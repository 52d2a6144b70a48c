"""The buttons of a receipt. `generation` is that of the newest page of the cord."""

from collections.abc import Callable, Mapping

Button = Mapping[str, str]
Making = Callable[[str, int], Button]


def button(label: str, action: str, value: str, style: str = "") -> Button:
    """One that says `value` to whoever hears the press. `style` is Slack's."""
    made = {"label": label, "action": action, "value": value}
    return made | {"style": style} if style else made


def page_now(key: str, generation: int) -> Button:
    return button("Page now", "page_now", key, "danger")


def not_an_emergency(key: str, generation: int) -> Button:
    return button("Not an emergency", "not_an_emergency", key)


def i_have_it(key: str, generation: int) -> Button:
    return button("I have it", "i_have_it", key, "primary")


def false_alarm(key: str, generation: int) -> Button:
    return button("False alarm", "false_alarm", key)


def same_as(key: str, generation: int) -> Button:
    return button("Same as…", "same_as", key)


def page_again(key: str, generation: int) -> Button:
    """It names the page it repeats: of two people who press it, one wakes somebody."""
    return button("Page again", "page_again", f"{key}:{generation}", "danger")


CALLS_IT_OFF = (false_alarm, not_an_emergency)
