"""Addresses of Slack messages, both ways. Slack leads whoever is logged in to the workspace."""

import re

from incident.integrations.slack.payload import moment

_CHANNEL = re.compile(r"[A-Z0-9]+")
_ADDRESS = re.compile(
    r"https://[a-z0-9.-]*slack\.com/archives/(?P<channel>[CGD][A-Z0-9]{2,20})"
    r"/p(?P<seconds>[0-9]{10})(?P<micros>[0-9]{6})"
)


def permalink(channel: str, ts: str, thread_ts: str = "") -> str:
    """Where the message stands, or nothing if its names are none of Slack's."""
    if not _CHANNEL.fullmatch(channel) or moment(ts) is None:
        return ""
    address = f"https://slack.com/archives/{channel}/p{ts.replace('.', '')}"
    if thread_ts == ts or moment(thread_ts) is None:
        return address
    return f"{address}?thread_ts={thread_ts}&cid={channel}"


def place_in(text: str) -> tuple[str, str] | None:
    """The channel and the ts that an address in `text` leads to."""
    found = _ADDRESS.search(text)
    return (found["channel"], f"{found['seconds']}.{found['micros']}") if found else None
