"""A message in PagerDuty's words, within the limits of the Events API v2."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from incident.integrations.notifier import Message

# Nobody has set a severity yet: it may be the worst, so a service that wakes people
# for critical events only has to be woken too.
SEVERITIES = {
    "sev1": "critical",
    "sev2": "error",
    "sev3": "warning",
    "sev4": "info",
    "unset": "critical",
}
# A service with dynamic urgency rings for "error", so a page of low urgency is not one. What is
# critical always is: no target makes that low.
CAPPED = {"error": "warning"}
SUMMARY_LENGTH = 1024
KEY_LENGTH = 255
BODY_SIZE = 400_000
CLIENT = "Incident desk"

# A second trigger of an alert that is open wakes nobody: PagerDuty writes it into its log.
VENDORS_ACTION = {"note_held": "trigger"}

Event = dict[str, Any]


def event_for(message: Message) -> Event:
    """The body of one request, without the routing key, which the library adds."""
    action = VENDORS_ACTION.get(message.action, message.action)
    event: Event = {"event_action": action, "dedup_key": key_for(message.dedup_key)}
    if action != "trigger":
        return event
    event |= {
        "client": CLIENT,
        "payload": {
            "summary": _summary(message),
            "source": CLIENT.lower(),
            "severity": _severity(message),
        },
    }
    link = message.settings.get("link")
    if link:
        event |= {"client_url": link, "links": [{"href": link, "text": "Open the checklist"}]}
    return _with_details(event, message)


def key_for(dedup_key: str) -> str:
    """`dedup_key`, or a shorter ASCII one that always stands for it."""
    if dedup_key.isascii() and len(dedup_key) <= KEY_LENGTH:
        return dedup_key
    digest = hashlib.sha256(dedup_key.encode(errors="surrogatepass")).hexdigest()[:32]
    kept = dedup_key.encode("ascii", "replace").decode()
    return f"{kept[: KEY_LENGTH - len(digest) - 1]}/{digest}"


def _severity(message: Message) -> str:
    settings = message.settings
    severity = SEVERITIES.get(str(settings.get("severity")), "critical")
    return CAPPED.get(severity, severity) if settings.get("urgency") == "low" else severity


def _summary(message: Message) -> str:
    subject = message.subject.strip() or f"Somebody is needed: {message.target}"
    if message.drill and "DRILL" not in subject:
        subject = f"DRILL {subject}"
    return subject[:SUMMARY_LENGTH]


def _with_details(event: Event, message: Message) -> Event:
    """The event with as much of the details as fits; the intent always does."""
    details = message.settings.get("details")
    given = details if isinstance(details, Mapping) else {}
    certain: dict[str, Any] = {"intent": message.intent_key}
    if message.drill:
        certain["drill"] = True
    payload = event["payload"]
    for longest in (BODY_SIZE, 20_000, 2_000, 200):
        shortened = {str(name): _shortened(value, longest) for name, value in given.items()}
        payload["custom_details"] = shortened | certain
        if len(json.dumps(event)) <= BODY_SIZE:
            return event
    payload["custom_details"] = {"details": "too long for PagerDuty, left out"} | certain
    return event


def _shortened(value: Any, longest: int) -> Any:
    words = value if isinstance(value, str) else json.dumps(value, default=str)
    return value if len(words) <= longest else f"{words[: longest - 1]}…"
