"""What a rule listens for: whose words, which words, and how long a grace they get."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from incident.rules.signals import Signal

# They are written without blanks between words, so a word has no edge that one could look for.
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")


class Ear(Protocol):
    """A rule, as far as it says what counts as a cry for help."""

    @property
    def words(self) -> Sequence[str]: ...
    @property
    def urgent_words(self) -> Sequence[str]: ...
    @property
    def bots(self) -> Sequence[str]: ...
    @property
    def threads(self) -> bool: ...
    @property
    def strangers(self) -> bool: ...
    @property
    def grace_seconds(self) -> int: ...
    @property
    def work_hours(self) -> Mapping[str, Any]: ...
    @property
    def work_grace_seconds(self) -> int | None: ...


def why_deaf(ear: Ear, said: Signal) -> str:
    """Why it does not matter to this rule what this speaker says, or nothing."""
    if said.bots and not set(said.bots) & set(ear.bots):
        return "a bot wrote it"
    if said.external and not ear.strangers:
        return "somebody of another company wrote it"
    return ""


def counts(ear: Ear, text: str) -> bool:
    """Whether these words are a cry for help. Without words of its own a rule hears everything."""
    return not ear.words or has_word(text, ear.words) or is_urgent(ear, text)


def is_urgent(ear: Ear, text: str) -> bool:
    return has_word(text, ear.urgent_words)


def adds_a_word(ear: Ear, said: Signal) -> bool:
    """Whether an edit made a cry for help of what was none."""
    is_edit = said.kind == "edit" and bool(ear.words)
    return is_edit and counts(ear, words_of(said)) and not counts(ear, said.before)


def grace(ear: Ear, text: str, at: datetime) -> int:
    """For how many seconds a cry with these words, heard at this time, may be called off."""
    if is_urgent(ear, text):
        return 0
    if ear.work_grace_seconds is not None and in_hours(ear.work_hours, at):
        return ear.work_grace_seconds
    return ear.grace_seconds


def words_of(said: Signal) -> str:
    return said.text or said.title


def has_word(text: str, words: Sequence[str]) -> bool:
    """Whether one of `words` stands in `text` as a whole word, in capitals or not."""
    said = _even(text) if words else ""
    return any(_stands_in(said, _even(word)) for word in words)


def in_hours(hours: Mapping[str, Any], at: datetime) -> bool:
    """Whether it is working time. What began in the evening belongs to that day until it ends.

    Hours that cannot be read are none: a page must not fail on them.
    """
    try:
        local = at.astimezone(ZoneInfo(str(hours["zone"])))
        begins, ends = _time(hours["from"]), _time(hours["until"])
        days = {int(day) for day in hours["days"]}
    except (KeyError, TypeError, ValueError, OSError, ZoneInfoNotFoundError):
        return False
    now, today = local.time(), local.isoweekday()
    if begins < ends:
        return today in days and begins <= now < ends
    yesterday = today - 1 or 7
    return (today in days and now >= begins) or (yesterday in days and now < ends)


def _time(written: object) -> time:
    return time.fromisoformat(str(written))


def _even(text: str) -> str:
    """The same words in the same letters, however they were typed."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _stands_in(text: str, word: str) -> bool:
    place = text.find(word) if word else -1
    while place >= 0:
        end = place + len(word)
        before, after = text[max(place - 1, 0) : place], text[end : end + 1]
        if _is_edge(word[0], before) and _is_edge(word[-1], after):
            return True
        place = text.find(word, place + 1)
    return False


def _is_edge(letter: str, beside: str) -> bool:
    """Whether a word with this outermost `letter` ends there. `beside` it may stand nothing."""
    if not beside or not _is_letter(letter) or _is_unspaced(letter):
        return True
    return not _is_letter(beside)


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _is_unspaced(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(UNSPACED)
