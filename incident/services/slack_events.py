"""What Slack tells us besides messages: each kind of event, and the function that answers for it.

An event is a line in EVENTS. Its function is given the whole payload as it was kept, and says in
a few words what came of it. The same event may be told more than once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.services import channel_news, kept_messages, slack_connecting, slack_health

Payload = Mapping[str, Any]
Follow = Callable[[Session, Payload, datetime], str]

EVENTS: Mapping[str, Follow] = {
    "app_rate_limited": slack_health.keeps_back,
    "app_uninstalled": slack_connecting.token_lost,
    "reaction_added": kept_messages.reacted,
    "channel_archive": channel_news.archived,
    "group_archive": channel_news.archived,
    "channel_rename": channel_news.renamed,
    "group_rename": channel_news.renamed,
    "member_joined_channel": channel_news.came_in,
    "tokens_revoked": slack_connecting.token_lost,
}


def kind_of(payload: Payload) -> str:
    """The kind of event in an Events API payload, whatever it is. Slack says about itself
    without one."""
    event = payload.get("event", payload)
    kind = event.get("type") if isinstance(event, Mapping) else ""
    return kind if isinstance(kind, str) else ""
