"""Whether we can reach the outside, and what is missing, each as one honest sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

QUIET = timedelta(seconds=30)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Connection:
    """State: connected, partly, missing; `word` is how it is said. `missing` says what to do."""

    name: str
    state: str
    word: str
    sentence: str
    missing: tuple[str, ...] = ()


def pagerduty(targets: Mapping[str, bool]) -> Connection:
    """`targets` says of each name whether it has a routing key."""
    without = [name for name, connected in targets.items() if not connected]
    if not targets or len(without) == len(targets):
        return Connection(
            "PagerDuty",
            "missing",
            "not connected",
            "PagerDuty is not connected. Nobody can be paged.",
            ("Give a target its routing key: Settings, PagerDuty.",),
        )
    if without:
        return Connection(
            "PagerDuty",
            "partly",
            "in part",
            f"{len(targets) - len(without)} of {len(targets)} targets can be paged.",
            tuple(f"{name} has no routing key: pages to it are not sent." for name in without),
        )
    sentence = f"Every target has a key ({len(targets)})."
    return Connection("PagerDuty", "connected", "connected", sentence)


def slack(*, can_post: bool, can_hear: bool, armed: Sequence[bool]) -> Connection:
    """`armed` says of each channel that has a rule whether a message there wakes somebody."""
    missing = []
    if not can_post:
        missing.append("There is no bot token: nothing can be posted. Settings, Slack, step 2.")
    if not can_hear:
        missing.append(
            "There is neither an app-level token nor a signing secret: nothing said in Slack is "
            "heard. Settings, Slack, step 2."
        )
    if not armed:
        missing.append("No channel has a rule: a message in #emergency wakes nobody.")
    elif not any(armed):
        missing.append("Every rule is a dry run: a message in #emergency wakes nobody.")
    if not can_post and not can_hear:
        sentence = "Slack is not connected."
        return Connection("Slack", "missing", "not connected", sentence, tuple(missing))
    if missing:
        sentence = "Slack is connected in part."
        return Connection("Slack", "partly", "in part", sentence, tuple(missing))
    sentence = f"Connected, and {sum(armed)} of {len(armed)} rules armed."
    return Connection("Slack", "connected", "connected", sentence)


def worker(last_beat: datetime | None, now: datetime) -> Connection:
    """The worker is what empties the outbox: without it nothing leaves."""
    restart = ("Start it: .venv/bin/incident worker. What is promised is kept and goes out then.",)
    if last_beat is None:
        sentence = "No worker has ever run. Nothing is sent."
        return Connection("Worker", "missing", "not running", sentence, restart)
    if now - last_beat > QUIET:
        sentence = "The worker is silent. Nothing is being sent."
        return Connection("Worker", "missing", "silent", sentence, restart)
    return Connection("Worker", "connected", "running", "A worker is running.")


def address(public_url: str) -> Connection:
    """Links in pages and posts lead here; plain http is for one machine only."""
    parts = urlsplit(public_url)
    if parts.scheme == "https":
        sentence = f"People reach this desk at {public_url}."
        return Connection("Address", "connected", "https", sentence)
    if parts.hostname in LOOPBACK:
        return Connection(
            "Address",
            "partly",
            "this machine only",
            f"Links lead to {public_url}, which only this machine can open.",
            ("Set BASE_URL to the https address that people use.",),
        )
    return Connection(
        "Address",
        "partly",
        "not encrypted",
        f"People reach this desk at {public_url}, so passwords travel readable.",
        ("Put it behind https, and set BASE_URL to that address.",),
    )
