"""An incident of PagerDuty's and its log, as the REST API tells them, in our words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from incident.integrations.pagerduty.webhook import moment, people, person
from incident.rules.heard import Heard

ENTRIES = 100
KINDS: Mapping[str, str] = {
    "trigger_log_entry": "triggered",
    "notify_log_entry": "notified",
    "acknowledge_log_entry": "acknowledged",
    "unacknowledge_log_entry": "unacknowledged",
    "resolve_log_entry": "resolved",
    "escalate_log_entry": "escalated",
    "assign_log_entry": "reassigned",
    "delegate_log_entry": "reassigned",
    "annotate_log_entry": "annotated",
    "exhaust_escalation_path_log_entry": "exhausted",
}

Json = Mapping[str, Any]


class Asking(Protocol):
    def get(self, path: str, **params: Any) -> dict[str, Any]: ...


def incidents_of(rest: Asking, dedup_key: str) -> list[Heard]:
    """The incidents that were ever opened with this key, the oldest first."""
    found = _objects(rest.get("/incidents", incident_key=dedup_key).get("incidents"))
    told = [
        Heard(
            "triggered",
            dedup_key=dedup_key,
            pagerduty_id=str(one.get("id") or ""),
            url=str(one.get("html_url") or ""),
            occurred_at=moment(one.get("created_at")),
        )
        for one in found
    ]
    return sorted((one for one in told if one.pagerduty_id), key=_when)


def entries_of(rest: Asking, pagerduty_id: str, dedup_key: str) -> list[tuple[str, Heard]]:
    """What its log tells us, the oldest first, each with the number of its entry."""
    asked = {"limit": ENTRIES, "include[]": ["channels"]}
    answer = rest.get(f"/incidents/{pagerduty_id}/log_entries", **asked)
    found = [
        (str(entry.get("id") or ""), heard)
        for entry in _objects(answer.get("log_entries"))
        if (heard := _heard(entry, pagerduty_id, dedup_key)) is not None
    ]
    return sorted(found, key=lambda each: _when(each[1]))


def keys_of(rest: Asking, pagerduty_id: str) -> list[str]:
    """The keys of its alerts: an incident of alerts may have none of its own."""
    answer = rest.get(f"/incidents/{pagerduty_id}/alerts", limit=ENTRIES)
    keys = [alert.get("alert_key") for alert in _objects(answer.get("alerts"))]
    return [key for key in keys if isinstance(key, str) and key]


def _heard(entry: Json, pagerduty_id: str, dedup_key: str) -> Heard | None:
    kind = KINDS.get(str(entry.get("type")))
    who = person(entry.get("agent"))
    if kind is None or (kind == "reassigned" and not who):
        return None
    channel = entry.get("channel")
    by = channel if isinstance(channel, Mapping) else {}
    notified = by.get("notification")
    way = notified if isinstance(notified, Mapping) else {}
    return Heard(
        kind,
        dedup_key=dedup_key,
        pagerduty_id=pagerduty_id,
        who=(person(entry.get("user")) or person(way.get("user"))) if kind == "notified" else who,
        channel=str(way.get("type") or "").removesuffix("_notification")[:40],
        occurred_at=moment(entry.get("created_at")),
        people=people(entry.get("assignees")),
        text=str(entry.get("note") or by.get("summary") or "") if kind == "annotated" else "",
    )


def _objects(found: object) -> Iterator[Json]:
    for one in found if isinstance(found, Sequence) else ():
        if isinstance(one, Mapping):
            yield one


def _when(heard: Heard) -> str:
    return heard.occurred_at.isoformat() if heard.occurred_at else ""
