"""The chip on every page: whether a page would arrive, and when that was last proven."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH = timedelta(hours=26)
CHECKED = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Checked:
    """The last result of one check, as it is kept."""

    subject: str
    name: str
    ok: bool
    sentence: str
    grave: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Chip:
    """`tone` is well, caution or danger. `proven_at` is when a test event last came back.

    `slack` says that Slack fails, in words: no page takes that way, but people wait there.
    """

    tone: str
    words: str
    sentence: str = ""
    proven_at: datetime | None = None
    more: int = 0
    slack: str = ""


def chip(
    checks: Sequence[Checked],
    *,
    connected: bool,
    proven_at: datetime | None,
    looked_at: datetime | None,
    now: datetime,
) -> Chip:
    """The gravest first: nobody can be paged, something is broken, nobody knows."""
    if not connected:
        sentence = "PagerDuty is not connected: no target has a routing key."
        return Chip("danger", "Nobody can be paged", sentence)
    wrong = sorted((one for one in checks if not one.ok), key=lambda one: not one.grave)
    grave = [one for one in wrong if one.grave]
    if grave:
        more = len(grave) - 1
        return Chip("danger", "PAGING DEGRADED", grave[0].sentence, proven_at, more)
    if proven_at is None:
        sentence = "Nobody has seen a test event go to PagerDuty and come back."
        return Chip("caution", "pager path never proven", sentence)
    if now - proven_at > FRESH:
        sentence = "A test event is sent every day. Is a worker running?"
        return Chip("caution", "pager path last proven", sentence, proven_at)
    if looked_at is None or now - looked_at > CHECKED:
        sentence = "Who is on call has not been looked at for a while. Is a worker running?"
        return Chip("caution", "pager path proven", sentence, proven_at)
    if wrong:
        return Chip("caution", "pager path proven", wrong[0].sentence, proven_at, len(wrong) - 1)
    return Chip("well", "pager path proven", "", proven_at)


def doubts(targets: Sequence[str], troubles: Mapping[str, str], *, proven: bool) -> tuple[str, ...]:
    """What speaks against relying on these targets, as sentences for whoever writes a list."""
    found = [troubles[name] for name in targets if troubles.get(name)]
    if targets and not proven:
        found.append(
            "The path to PagerDuty has never been proven: nobody knows whether a page arrives."
        )
    return tuple(dict.fromkeys(found))
