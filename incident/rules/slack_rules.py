"""What may be said about a Slack rule: which channel is a pull-cord, and how long its grace is."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

CHANNEL = re.compile(r"[CG][A-Z0-9]{5,20}")
BOT = re.compile(r"[ABUW][A-Z0-9]{5,20}")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
LONGEST_GRACE = 600
NAME_LENGTH = 80
IS_A_CORD = "is a pull-cord: whatever is written there calls for help. Use another channel"
MOST_WORDS, WORD_LENGTH = 50, 40
MOST_BOTS = 20
ANY_MESSAGE, NAMED = "a message", 12


def is_lived_in(key: str) -> str:
    """Why the rule of a channel cannot be armed in which an incident is worked on."""
    return (
        f"{key} is worked on in that channel: every word about it would call for help. Arm the "
        "rule when it is over, or take another channel."
    )


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


def listed(text: str) -> list[str]:
    """What stands in a field between commas or line ends, each thing once."""
    entries = (" ".join(entry.split()) for entry in re.split(r"[,\n]", text))
    return list(dict.fromkeys(entry for entry in entries if entry))


def what_counts(words: Sequence[str], urgent_words: Sequence[str]) -> str:
    """Which messages a rule hears, for a sentence: any, or one with a word of the rule."""
    named = [f"“{word}”" for word in dict.fromkeys([*words, *urgent_words])] if words else []
    if len(named) < 2:
        return f"{ANY_MESSAGE} with the word {named[0]}" if named else ANY_MESSAGE
    if len(named) > NAMED:
        named[NAMED - 1 :] = [f"{len(named) - NAMED + 1} more"]
    return f"{ANY_MESSAGE} with one of the words {', '.join(named[:-1])} or {named[-1]}"


def words_problem(words: Sequence[str]) -> str:
    fine = all(word.strip() and word.isprintable() for word in words)
    if fine and len(words) <= MOST_WORDS and all(len(word) <= WORD_LENGTH for word in words):
        return ""
    return (
        f"At most {MOST_WORDS} words, with commas between them, each of at most {WORD_LENGTH} "
        "characters."
    )


def bots_problem(bots: Sequence[str]) -> str:
    if len(bots) <= MOST_BOTS and all(BOT.fullmatch(bot) for bot in bots):
        return ""
    return (
        f"At most {MOST_BOTS} ids, with commas between them: of an app (A…), of a bot (B…) or of "
        "its member (U…). Slack shows them in the app's profile."
    )


def hours_problem(hours: Mapping[str, Any]) -> str:
    """What is wrong with working hours. Empty ones are none, and fine."""
    if not hours:
        return ""
    days = hours.get("days")
    if not isinstance(days, list) or not days or not all(day in range(1, 8) for day in days):
        return "Say on which days: 1 is Monday, 7 is Sunday."
    begins, ends = str(hours.get("from")), str(hours.get("until"))
    if not (CLOCK.fullmatch(begins) and CLOCK.fullmatch(ends)) or begins == ends:
        return "Say from when until when, such as 09:00 and 18:00."
    if hours.get("zone") not in available_timezones():
        return "Choose a time zone, such as Europe/Berlin."
    return ""


def work_grace_problem(hours: Mapping[str, Any], seconds: int | None) -> str:
    """Hours without a grace of their own would change nothing, and so would the reverse."""
    if not hours and seconds is None:
        return ""
    if not hours:
        return "Say on which days and at what time this grace holds."
    return grace_problem(seconds)
