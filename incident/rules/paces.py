"""How fast Slack may be asked: one post a second in a channel, and so many of the rest a minute.

Slack's limits count by channel for posts, and by method for the whole workspace for all else.
A place is "slack/C024BE91L" for a channel, the same and a message's name for edits of it,
"slack/*/update" for all that one method does, and "slack/*" for everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

ALL = "slack/*"
BETWEEN_POSTS = timedelta(seconds=1)
BETWEEN_WORDINGS = timedelta(seconds=3)
# Slack's tiers: 20, 50 and 100 a minute. A burst and a steady flow together stay below them.
TIER_2, TIER_3, TIER_4 = timedelta(seconds=4), timedelta(seconds=1.5), timedelta(seconds=0.75)
BURST_2, BURST_3, BURST_4 = 4, 8, 15
TIERS: Mapping[str, tuple[timedelta, int]] = {
    "update": (TIER_3, BURST_3),
    "fetch_message": (TIER_3, BURST_3),
    "mark_message": (TIER_3, BURST_3),
    "invite_members": (TIER_3, BURST_3),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """In `place` there is so much time between two, once `burst` came without any."""

    place: str
    length: timedelta
    burst: int = 0


def line_of(integration: str, target: str, update_of: str = "") -> str:
    """What must not overtake each other: the posts of a channel, the wordings of a message."""
    return f"{integration}/{target}/{update_of}" if update_of else f"{integration}/{target}"


def method(action: str) -> str:
    """The place of all that one method does."""
    return f"{ALL}/{action}"


def gaps(action: str, line: str) -> tuple[Gap, ...]:
    """What one more of these takes up."""
    if action == "post":
        return (Gap(line, BETWEEN_POSTS),)
    length, burst = TIERS.get(action, (TIER_2, BURST_2))
    whole = Gap(method(action), length, burst)
    return (Gap(line, BETWEEN_WORDINGS), whole) if action == "update" else (whole,)


def crowded(action: str, line: str, *, others: int) -> str:
    """Where Slack wants to hear nothing for a while: it does not say, so we conclude.

    A post it takes no more of is too much for its channel, unless `others` were told the same
    just now: then it is the workspace's limit for posts.
    """
    return method(action) if action != "post" or others else line
