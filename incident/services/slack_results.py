"""What follows when Slack has done what a delivery asked for, or never will.

Most posts that were taken or refused need nothing more. Whatever asked Slack to do or to tell
something else has a line in AFTER: its action, and the function that writes down what came of it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from incident.integrations.notifier import Delivered, NotSent, Refused, TryAgain
from incident.services import announcements, channel_results, kept_messages
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery

Ended = Delivered | Refused | NotSent
After = Callable[[Session, Incident, Delivery, Ended, datetime], None]

AFTER: Mapping[str, After] = {
    "post": announcements.told,
    kept_messages.FETCH: kept_messages.told,
    **channel_results.AFTER,
}


def follow(
    session: Session, incident: Incident, delivery: Delivery, result: object, at: datetime
) -> None:
    """`incident` is locked and the delivery settled. What will be tried again has no result."""
    after = AFTER.get(delivery.action) if delivery.integration == "slack" else None
    if after is None:
        return
    if isinstance(result, TryAgain) and delivery.state == "refused":
        result = Refused(delivery.last_error or result.reason)
    if isinstance(result, Delivered | Refused | NotSent):
        after(session, incident, delivery, result, at)
