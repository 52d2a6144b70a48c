"""What somebody typed after /inc: the word, the incident, and the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from incident.rules.dialogs import Asked
from incident.rules.incidents import SEVERITIES
from incident.rules.receipt_buttons import Button

# The action of a button whose value is what somebody might have typed.
BUTTON = "inc"

WORDS = (
    "open",
    "page",
    "status",
    "severity",
    "note",
    "effect",
    "effects",
    "undo",
    "role",
    "handover",
    "update",
    "keep",
    "channel",
    "list",
    "help",
)
ALSO = {
    "declare": "open",
    "new": "open",
    "start": "open",
    "sev": "severity",
    "hand-over": "handover",
    "ls": "list",
    "?": "help",
}

# A status as people say it, and the move that leads there.
MOVES = {
    "accept": "accept",
    "accepted": "accept",
    "investigating": "accept",
    "identify": "identify",
    "identified": "identify",
    "mitigate": "mitigate",
    "mitigated": "mitigate",
    "resolve": "resolve",
    "resolved": "resolve",
    "decline": "decline",
    "declined": "decline",
    "close": "close",
    "closed": "close",
    "reopen": "reopen",
    "reopened": "reopen",
}

# What opens a dialog when nothing more is said: its name and title.
DIALOGS = {
    "open": ("open", "Open an incident"),
    "page": ("page", "Page somebody"),
    "note": ("note", "Note for the timeline"),
    "effect": ("effect", "Put something in effect"),
    "update": ("update", "Write the update"),
}

SEVERITY_WORDS = {
    "unset": "Not known yet",
    "sev1": "sev1: everybody, now",
    "sev2": "sev2: many",
    "sev3": "sev3: some",
    "sev4": "sev4: nobody yet",
}

_KEY = re.compile(r"inc-[0-9]{1,9}", re.IGNORECASE)
_SEVERITY = re.compile(r"sev-?[1-4]", re.IGNORECASE)
_TIME = re.compile(r"@(?P<time>[0-9]{1,2}:[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Said:
    """`word` is one of WORDS, or what was typed in its place; "" when nothing was typed.
    `members` are the ids of the Slack members who were named."""

    word: str
    key: str = ""
    rest: str = ""
    members: Sequence[str] = ()


def read(text: str, members: Sequence[str] = ()) -> Said:
    """`text` is plain. An incident may be named first: "INC-42 status mitigated"."""
    key, rest = "", text.strip()
    word, after = _first(rest)
    if _KEY.fullmatch(word):
        key, (word, after) = word.upper(), _first(after)
    word = word.lower().strip("/:,")
    word = ALSO.get(word, word)
    if _SEVERITY.fullmatch(word):
        return Said("severity", key, word, members)
    if word in MOVES:
        return Said("status", key, f"{word} {after}".strip(), members)
    if not word and key:
        word = "status"
    return Said(word, key, after, members)


def dialog_of(said: Said, channel: str = "") -> Asked | None:
    """The dialog that this asks for, if it asks for one. It can be told without looking."""
    if said.word not in DIALOGS or (said.rest and said.word != "update"):
        return None
    name, title = DIALOGS[said.word]
    if name == "open":
        return Asked(name, title, {"in": channel})
    return Asked(name, title, {"key": said.key} if said.key else {"channel": channel})


def again(said: Said, key: str) -> str:
    """The same words about this incident, for a button."""
    return " ".join(part for part in (key, said.word, said.rest) if part)


def about(said: Said, key: str) -> Said:
    return replace(said, key=key)


def button(label: str, words: str, style: str = "") -> Button:
    """A button that says these words after /inc."""
    found = {"label": label, "action": BUTTON, "value": words}
    return {**found, "style": style} if style else found


def title_and_severity(text: str) -> tuple[str, str]:
    """ "Uploads fail sev2" and "sev2 Uploads fail" alike."""
    words = text.split()
    for place in (0, -1):
        if words and _SEVERITY.fullmatch(words[place]):
            severity = words.pop(place).lower().replace("-", "")
            return " ".join(words), severity
    return " ".join(words), "unset"


def move_in(text: str) -> tuple[str, str]:
    """The move that a status asks for, "" if it is none; and what was said after it."""
    word, after = _first(text)
    if word.lower() == "false" and _first(after)[0].lower() == "alarm":
        return "decline", _first(after)[1] or "False alarm"
    return MOVES.get(word.lower().strip(":,"), ""), after.strip(" :")


def text_and_time(text: str) -> tuple[str, str]:
    """ "@02:05 restarted it" and "restarted it @02:05": what happened, and at what time."""
    first, after = _first(text)
    if found := _TIME.fullmatch(first):
        return after, found["time"]
    before, _, last = text.rstrip().rpartition(" ")
    if found := _TIME.fullmatch(last):
        return before.strip(), found["time"]
    return text.strip(), ""


def target_and_words(text: str, names: Sequence[str]) -> tuple[str, str]:
    """The target at the beginning of `text`, the longest name that fits; "" if none does."""
    said = text.lower()
    for name in sorted(names, key=len, reverse=True):
        begins = said.startswith(name.lower())
        if begins and (len(said) == len(name) or said[len(name)] in " :,"):
            return name, text[len(name) :].lstrip(" :,")
    return "", text.strip()


def nearest(word: str) -> str:
    """The word that was probably meant, "" if it looks like none."""
    found = get_close_matches(word.lower(), [*WORDS, *ALSO, *MOVES], n=1, cutoff=0.6)
    return ALSO.get(found[0], found[0]) if found else ""


def severities() -> Sequence[tuple[str, str]]:
    """The choices of a dialog, in words."""
    return [(name, SEVERITY_WORDS[name]) for name in SEVERITIES]


def _first(text: str) -> tuple[str, str]:
    word, *rest = text.split(maxsplit=1) or [""]
    return word, rest[0].strip() if rest else ""
