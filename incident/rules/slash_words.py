"""What is answered after /inc: how it stands, who is woken, what may be typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.rules import spoken
from incident.rules.dialogs import Reply
from incident.rules.receipt_buttons import Button
from incident.rules.receipts import DEAD
from incident.rules.slash import WORDS, Said, again, button
from incident.rules.words import shortened

TITLE_LENGTH = 150
LISTED, OFFERED = 20, 5
NEXT_MOVES: Mapping[str, tuple[str, str]] = {
    "triage": ("Accept", "accept"),
    "investigating": ("Identified", "identify"),
    "identified": ("Mitigated", "mitigate"),
    "mitigated": ("Resolved", "resolve"),
    "resolved": ("Close", "close"),
}
NOTHING_OPEN = (
    "No incident is open. Type “/inc open” and what users see, such as: "
    "/inc open Uploads are failing sev2"
)
LACKS_ACCOUNT = "the rest needs an account. {how_to_link}"
LACKS_ROLE = "the rest needs the role responder, which an admin can give you: you are {role}."
AT_HOME = (
    "This desk answers only people of its own company. If you need help now, telephone whoever "
    "you know there."
)
EXAMPLES = (
    "/inc open Uploads are failing sev2: opens an incident. Without words it asks for them",
    "/inc page: shows who would be woken and what time it is there, and asks before it pages",
    "/inc page primary the database is full: pages primary at once",
    "/inc status: how it stands; /inc status mitigated: it is mitigated",
    "/inc severity sev1: how bad it is",
    "/inc note restarted it @02:05: a line on the timeline, at its own time",
    "/inc effect Mail is paused: a temporary measure; /inc effects lists them, /inc undo ends one",
    "/inc role scribe, /inc role comms @sam: who does what; /inc handover @tom: gives command",
    "/inc update: writes the update for everybody who waits",
    "/inc keep <link to a message>: puts that message on the timeline",
    "/inc channel: makes a channel for it; /inc channel #uploads uses that one",
    "/inc list: what is open",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One open incident in a list."""

    key: str
    title: str
    status: str
    severity: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident as /inc status tells it. `steps` are those that are current, in words;
    `effects` are texts and when they began; `pages` say who is asked for or has it."""

    line: Line
    drill: bool = False
    roles: Sequence[tuple[str, str]] = ()
    steps: Sequence[str] = ()
    pages: Sequence[str] = ()
    effects: Sequence[tuple[str, datetime]] = ()
    update_due_at: datetime | None = None


def standing(now: Standing, at: datetime) -> Reply:
    """A few lines, and what may be done next."""
    head = one_line(now.line, at)
    lines = [f"DRILL {head}" if now.drill else head]
    lines += [" · ".join(f"{name}: {who}" for name, who in now.roles) or "Nobody commands it yet."]
    lines += list(now.steps) + list(now.pages)
    if now.effects:
        told = [f"{text} ({spoken.length(at - began)})" for text, began in now.effects]
        lines.append(f"In effect: {'; '.join(told)}")
    if now.update_due_at is not None:
        lines.append(_update(now.update_due_at, at))
    return Reply("\n".join(lines), buttons=_buttons(now.line))


def one_line(line: Line, at: datetime) -> str:
    title = shortened(line.title, TITLE_LENGTH)
    age = spoken.length(at - line.began_at)
    severity = "severity not known" if line.severity == "unset" else line.severity
    return f"{line.key} {severity}, {line.status}, {age}: {title}"


def listed(lines: Sequence[Line], at: datetime) -> Reply:
    if not lines:
        return Reply(NOTHING_OPEN, buttons=(button("Open an incident…", "open"),))
    told = [one_line(line, at) for line in lines[:LISTED]]
    more = [f"and {len(lines) - LISTED} more in the desk"] if len(lines) > LISTED else []
    offered = [button(f"Status of {line.key}", f"{line.key} status") for line in lines[:OFFERED]]
    return Reply("\n".join([*told, *more]), buttons=tuple(offered))


def which(lines: Sequence[Line], said: Said, at: datetime) -> Reply:
    """Several are open: the same words are offered for each."""
    told = [one_line(line, at) for line in lines[:LISTED]]
    text = "\n".join(["Several incidents are open. Which one do you mean?", *told])
    offered = [button(line.key, again(said, line.key)) for line in lines[:OFFERED]]
    return Reply(text, buttons=tuple(offered))


def unknown(word: str, meant: str, said: Said) -> Reply:
    text = f"/inc knows no “{shortened(word, 30)}”."
    if not meant:
        return Reply(f"{text} It knows: {', '.join(WORDS)}.", buttons=(button("Help", "help"),))
    probably = again(Said(meant, said.key, said.rest), said.key)
    buttons = (button(f"/inc {meant}", probably), button("Help", "help"))
    return Reply(f"{text} Did you mean “{meant}”?", buttons=buttons)


def help_with(here: str, *, lacks: str) -> Reply:
    """`here` says what the channel means, `lacks` what somebody needs for all that they may not
    do; empty for whoever may do everything."""
    lines = [here, "You can type:", *(f"• {example}" for example in EXAMPLES)]
    if lacks:
        lines += [f"You may open an incident, page and read; {lacks}"]
    buttons = (button("Open an incident…", "open"), button("Page…", "page"), button("List", "list"))
    return Reply("\n".join(line for line in lines if line), buttons=buttons)


def woken(target: str, on_call: Sequence[tuple[str, str]], at: datetime) -> str:
    """Whom a page to this target wakes, and what time it is there: (name, zone) each."""
    if not on_call:
        return f"{target} (PagerDuty has not told who is on call)"
    there = ", ".join(f"{name}, {spoken.clock(at, zone)} their time" for name, zone in on_call[:3])
    more = f" and {len(on_call) - 3} more" if len(on_call) > 3 else ""
    return f"{target}: {there}{more}"


def paged(key: str, who: str, *, state: str, reason: str, phones: Sequence[tuple[str, str]]) -> str:
    """`who` is from woken(). What cannot go out is said in capitals, with the telephones."""
    if state not in DEAD:
        return f"Paging for {key}: {who}. It goes on until somebody has it."
    numbers = ", ".join(f"{name} {phone}" for name, phone in phones) or "nobody left a number"
    return f"NOBODY WAS PAGED for {key}: {reason}. Telephone: {numbers}"


def _update(due_at: datetime, at: datetime) -> str:
    if due_at >= at:
        return f"Update due in {spoken.length(due_at - at)}."
    return f"Update overdue by {spoken.length(at - due_at)}."


def _buttons(line: Line) -> tuple[Button, ...]:
    key = line.key
    found = [button("Note…", f"{key} note"), button("Page…", f"{key} page")]
    found.append(button("Write the update…", f"{key} update"))
    if line.status in NEXT_MOVES:
        label, move = NEXT_MOVES[line.status]
        found.append(button(label, f"{key} status {move}"))
    return tuple(found)
