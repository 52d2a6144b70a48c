"""What may be said about a Slack rule: which channel is a pull-cord, and how long its grace is."""

import re

CHANNEL = re.compile(r"[CG][A-Z0-9]{5,20}")
LONGEST_GRACE = 600
NAME_LENGTH = 80


def channel_problem(channel: str) -> str:
    if CHANNEL.fullmatch(channel):
        return ""
    return "A channel id starts with C or G, such as C024BE91L. Slack shows it below the details."


def name_problem(name: str) -> str:
    if len(name) <= NAME_LENGTH and name.isprintable():
        return ""
    return f"One line of at most {NAME_LENGTH} characters."


def named(name: str) -> str:
    """A channel's name as people say it, with one # before it."""
    bare = name.strip().lstrip("#")
    return f"#{bare}" if bare else ""


def grace_problem(seconds: int | None) -> str:
    if seconds is not None and 0 <= seconds <= LONGEST_GRACE:
        return ""
    return f"A whole number of seconds from 0 to {LONGEST_GRACE}."


def whole(text: str) -> int | None:
    """The number in a field, or None if it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
