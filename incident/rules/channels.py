"""The channel of an incident in Slack: when it gets one, what it is called, what its topic says."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NAME_LENGTH, TOPIC_LENGTH, BOOKMARK_LENGTH = 80, 250, 100
PREFIX, LONGEST_PREFIX, DRILL = "inc-", 21, "drill-"
WHEN = ("always", "major", "asked")
MAJOR = ("sev1", "sev2")
MOST_NAMES = 9
HARMLESS = str.maketrans({"<": "‹", ">": "›", "&": "＆"})
INVITED_ROLES = ("commander", "deputy", "comms", "scribe", "expert")

_ESCAPED = re.compile(r"<#([CG][A-Z0-9]{2,20})(?:\|[^>]*)?>")
_ADDRESS = re.compile(r"https://[a-z0-9.-]+\.slack\.com/archives/([CG][A-Z0-9]{2,20})\S*")
_ID = re.compile(r"[CG][A-Z0-9]{7,20}")
_NAME = re.compile(r"[^\s#@<>&,.:;!?\"'/\\A-Z]{1,80}")


@dataclass(frozen=True, slots=True)
class Habit:
    """When incidents get a channel of their own, how its name begins, and whether it is archived
    once the incident is closed."""

    when: str = "asked"
    prefix: str = PREFIX
    archives: bool = False


def habit(kept: Mapping[str, Any]) -> Habit:
    """What an admin chose in Settings. Whatever is none of our choices counts as not chosen."""
    chosen = kept.get("channels")
    if not isinstance(chosen, Mapping):
        return Habit()
    when, prefix = str(chosen.get("when")), _plain(str(chosen.get("prefix") or PREFIX), keep="-_")
    return Habit(
        when=when if when in WHEN else "asked",
        prefix=prefix[:LONGEST_PREFIX] or PREFIX,
        archives=chosen.get("archive") is True,
    )


def severities(habit: Habit) -> tuple[str, ...] | None:
    """Of which severities an incident gets a channel unasked; None stands for every one."""
    return {"always": None, "major": MAJOR}.get(habit.when, ())


def name_of(
    number: int, title: str, *, prefix: str = PREFIX, drill: bool = False, private: bool = False
) -> str:
    """`inc-42-uploads-are-failing`, as Slack takes it: at most 80 of a to z, digits, - and _.

    The name of a private channel says nothing of what happened: names are seen by more people.
    """
    begins = f"{DRILL if drill else ''}{prefix}{number}"
    about = "" if private else _plain(title)
    return f"{begins}-{about}"[:NAME_LENGTH].strip("-_") if about else begins


def numbered(name: str, turn: int) -> str:
    """The name to try when `turn` - 1 others are taken."""
    return name if turn < 2 else f"{name[: NAME_LENGTH - 2].rstrip('-_')}-{turn}"


def reference(text: str) -> str:
    """The channel that somebody typed or pasted: its id, or its name without #. "" is none."""
    text = text.strip()
    found = _ESCAPED.fullmatch(text) or _ADDRESS.fullmatch(text)
    if found:
        return found[1]
    if _ID.fullmatch(text.removeprefix("#")):
        return text.removeprefix("#")
    name = text.removeprefix("#").lower()
    return name if _NAME.fullmatch(name) else ""


def is_there(text: str) -> bool:
    """Whether this names a channel that exists: `#uploads`, its id or its link."""
    text = text.strip()
    typed = bool(_ESCAPED.fullmatch(text) or _ADDRESS.fullmatch(text) or _ID.fullmatch(text))
    return typed or text.startswith("#")


def wished(text: str) -> str:
    """The name that somebody wants for a new channel, as Slack takes it; "" if nothing is left."""
    return _plain(text, keep="-_")[:NAME_LENGTH].strip("-_")


def wish_problem(text: str, *, private: bool) -> str:
    if not text.strip():
        return ""
    if private:
        return (
            "A private incident's channel is named by the desk: names are seen by more people "
            "than the channel. Ask for it without a name."
        )
    return "" if wished(text) else "This is no name of a channel. One looks like uploads-war-room."


def reference_problem(text: str) -> str:
    if not text.strip():
        return "Say which channel: its name, or its link from Slack."
    return "" if reference(text) else "This is no name of a channel. One looks like #uploads."


def topic(*, key: str, title: str, severity: str, status: str, commander: str) -> str:
    """`SEV2 · investigating · lead Maya · INC-42 Uploads are failing`, at most 250 characters."""
    lead = f"lead {_line(commander)[:60]}" if commander else "nobody leads"
    begins = f"{label(severity)} · {status} · {lead} · {key} "
    return f"{begins}{_cut(_line(title), TOPIC_LENGTH - len(begins))}"


def bookmark(*, key: str, severity: str, status: str) -> str:
    return f"{key} · {label(severity)} · {status}"[:BOOKMARK_LENGTH]


def label(severity: str) -> str:
    return "SEV?" if severity == "unset" else severity.upper()


def farewell(*, key: str, title: str, status: str, took: str) -> str:
    """The last message of a channel, before it is archived."""
    lines = [f"{key} is {status}: {_line(title)}"]
    lines += [f"It took {took}."] if took else []
    lines += ["Everything that happened is on its timeline. This channel is archived now."]
    return "\n".join(lines)


def _plain(text: str, keep: str = "") -> str:
    """Lower-case letters without their accents, and digits; - for everything else."""
    flat = unicodedata.normalize("NFKD", text.replace("ß", "ss")).lower()
    bare = "".join(letter for letter in flat if not unicodedata.combining(letter))
    kept = re.sub(rf"[^a-z0-9{re.escape(keep)}]+", "-", bare)
    return kept if keep else kept.strip("-")


def _line(text: str) -> str:
    """On one line, with nothing that Slack acts on where it shows plain text."""
    return " ".join(text.translate(HARMLESS).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: max(length - 1, 0)]}…"
