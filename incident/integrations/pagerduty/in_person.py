"""What a person does to a page in PagerDuty, done there in that person's name."""

from collections.abc import Callable
from dataclasses import dataclass

from incident.integrations.notifier import Delivered, Message, NotSent, Refused, Result, TryAgain
from incident.integrations.pagerduty.rest import (
    ALREADY_ACKNOWLEDGED,
    ALREADY_RESOLVED,
    UNKNOWN_SENDER,
    Rest,
    RestRefused,
    RestUnreachable,
)

STATUSES = {"acknowledge": "acknowledged", "resolve": "resolved"}
ONLY_HERE = ("note", "escalate")
DONE_ALREADY = (ALREADY_RESOLVED, ALREADY_ACKNOWLEDGED)
CONTENT_LENGTH = 2_000
TOKENLESS = "PagerDuty takes that only with a REST token. Give one in Settings, PagerDuty"
NO_INCIDENT = "PagerDuty's incident for this page is not known here"


@dataclass(frozen=True, slots=True)
class Access:
    """`sender` is the address in whose name the desk itself acts."""

    token: str = ""
    sender: str = ""


def takes(message: Message, access: Access) -> bool:
    """Whether this goes over REST at all. What has failed there once goes as an event."""
    if message.action in ONLY_HERE:
        return True
    known = bool(access.token and _number(message) and (_from(message) or access.sender))
    return known and message.action in STATUSES and message.attempt == 1


def do(message: Message, access: Access, rest: Rest) -> Result:
    """In the name of whoever pressed; if PagerDuty does not know them, in the desk's."""
    if not access.token:
        return NotSent(TOKENLESS)
    if not _number(message):
        return NotSent(NO_INCIDENT)
    try:
        return _done(lambda: _as_somebody(message, access, rest))
    except RestUnreachable as silent:
        return TryAgain(_clause(silent), after=silent.after, ambiguous=silent.reached)
    except RestRefused as refused:
        if refused.status == 429:
            return TryAgain(_clause(refused), after=refused.after)
        return Refused(_clause(refused))


def _done(act: Callable[[], Result]) -> Result:
    """That somebody was quicker is as good."""
    try:
        return act()
    except RestRefused as refused:
        if refused.code in DONE_ALREADY:
            return Delivered({"already": refused.code})
        raise


def _as_somebody(message: Message, access: Access, rest: Rest) -> Result:
    sender = _from(message)
    if sender and sender != access.sender:
        try:
            _act(message, rest, sender, in_name_of="")
            return Delivered({"as": "person"})
        except RestRefused as refused:
            if refused.code != UNKNOWN_SENDER or not access.sender:
                raise
    by = "" if sender == access.sender else str(message.settings.get("by") or "")
    _act(message, rest, access.sender, in_name_of=by)
    return Delivered({"as": "desk"})


def _act(message: Message, rest: Rest, sender: str, *, in_name_of: str) -> None:
    where = f"/incidents/{_number(message)}"
    if message.action == "note":
        said = f"{in_name_of}: {_text(message)}" if in_name_of else _text(message)
        _write(message, rest, where, said, sender)
        return
    change: dict[str, object] = {"type": "incident_reference"}
    if message.action == "escalate":
        change["escalation_level"] = message.settings.get("level")
    else:
        change["status"] = STATUSES[message.action]
    rest.put(where, {"incident": change}, sender=sender)
    if in_name_of:
        verb = STATUSES.get(message.action, "escalated")
        _write(message, rest, where, f"{in_name_of} {verb} it in the incident desk.", sender)


def _write(message: Message, rest: Rest, where: str, said: str, sender: str) -> None:
    """Notes have no key: after an attempt that may have arrived, look before writing again."""
    content = said[:CONTENT_LENGTH]
    if message.maybe_sent:
        found = rest.get(f"{where}/notes").get("notes") or []
        if any(isinstance(note, dict) and note.get("content") == content for note in found):
            return
    rest.post(f"{where}/notes", {"note": {"content": content}}, sender=sender)


def _number(message: Message) -> str:
    return str(message.settings.get("pagerduty_id") or "")


def _from(message: Message) -> str:
    return str(message.settings.get("from") or "")


def _text(message: Message) -> str:
    return str(message.settings.get("text") or "")


def _clause(error: Exception) -> str:
    return str(error).rstrip(".")
