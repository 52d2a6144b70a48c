"""How Slack is, in words: whether it can be heard, and whether it takes what we send."""

from datetime import datetime, timedelta

from incident.rules import spoken
from incident.rules.proofs import Finding

SLACK, SOCKET, DEGRADED = "slack", "socket", "degraded"
# A process that hears speaks for all: another one that does not hear stays silent for so long.
HEARS_FOR = timedelta(seconds=90)
FAILING_FOR = timedelta(seconds=60)


def of_socket(away_since: datetime | None, why: str, *, at: datetime, armed: bool) -> Finding:
    """`armed`: a message in some channel is to wake somebody, so that not hearing it is grave."""
    if away_since is None:
        return Finding(SLACK, SOCKET)
    since = spoken.stamp(away_since, "UTC", beside=at)
    sentence = f"Slack's socket has been away since {since} UTC: {why or 'it does not open'}."
    if armed:
        sentence += " A cry for help in Slack is heard late or not at all: telephone."
    return Finding(SLACK, SOCKET, False, sentence, grave=armed)


def of_deliveries(failing_since: datetime | None, why: str, *, at: datetime) -> Finding:
    """What is due to Slack and has been failing for a minute. Pages do not take that way."""
    if failing_since is None or at - failing_since < FAILING_FOR:
        return Finding(SLACK, DEGRADED)
    since = spoken.stamp(failing_since, "UTC", beside=at)
    sentence = (
        f"Slack degraded since {since} UTC: {why}. Nothing is lost: what could not be posted "
        "is tried again, and everything stands here."
    )
    return Finding(SLACK, DEGRADED, False, sentence)
