"""The words and keys of a page: what PagerDuty is told, and under which name."""

import re
from dataclasses import replace

from incident.rules.outcome import Notice

SUMMARY_LENGTH = 1024
LIVE = ("promised", "accepted", "seen", "notified")
# What stands for a title wherever somebody may read it who may not see the incident.
PRIVATE = "(private)"
DISCREET = f"{PRIVATE}: acknowledge this, then open the desk"
LABEL = re.compile(r"\[SEV[?1-4]\]")


def summary(*, severity: str, key: str, title: str, what: str) -> str:
    """`[SEV2] INC-42 title: step`, at most 1,024 characters (Events API v2)."""
    label = _label(severity)
    words = f"{label} {key} {title}: {what}" if what else f"{label} {key} {title}"
    return " ".join(words.split())[:SUMMARY_LENGTH]


def discreet(notice: Notice, *, severity: str, key: str) -> Notice:
    """The page of a private incident: whoever reads it over a shoulder learns nothing."""
    settings = {name: said for name, said in notice.settings.items() if name != "details"}
    subject = summary(severity=severity, key=key, title=DISCREET, what="")
    return replace(notice, subject=subject, settings=settings)


def dedup_key(*, install: str, incident_id: int, cause: str, generation: int) -> str:
    """`ic/<install>/<incident>/<cause>/g<n>`. A deliberate second page is a new generation:
    PagerDuty wakes nobody for a key that it has open already."""
    return f"ic/{install}/{incident_id}/{cause}/g{generation}"


def generation_of(key: str) -> int:
    """Which generation a dedup_key names."""
    return int(key.rpartition("/g")[2])


def relabelled(summary: str, severity: str) -> str:
    """The same summary under the severity of now."""
    return LABEL.sub(_label(severity), summary, count=1) if LABEL.match(summary) else summary


def _label(severity: str) -> str:
    return "[SEV?]" if severity == "unset" else f"[{severity.upper()}]"
