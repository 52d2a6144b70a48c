"""After Slack was away for long: one summary in each place instead of two hundred old posts."""

from datetime import datetime, timedelta

from incident.rules import spoken

STALE_AFTER = timedelta(minutes=10)
FEWEST = 2
REASON = "Slack was away; one summary tells it"
CAUSE = "catch-up"

# What is said beside the work: by their causes. What a person or a step posts, an alarm, a receipt
# and a card are never left out.
PASSING = ("signal-", "news-", "channel-", "refusal-", "update-asked-")


def is_passing(cause: str) -> bool:
    """Whether a post for this cause is worth nothing once it is old."""
    return cause.startswith(PASSING)


def cause_of(dedup_key: str) -> str:
    """The cause that a dedup_key was made of."""
    parts = dedup_key.split("/")
    return parts[3] if len(parts) > 3 else ""


def words(since: datetime, until: datetime, *, left_out: int, last: str, zone: str) -> str:
    """What stands in place of the messages that are left out. A link to the desk stands below."""
    begin, end = spoken.clock(since, zone), spoken.stamp(until, zone, beside=since)
    name = f"{until.astimezone(spoken.of(zone)):%Z}"
    many = f"{left_out} messages were not posted; the last:"
    return f"Slack was away from {begin} to {end} {name}. {many} {last}\nEverything is in the desk."
