"""What Slack refused is tried again after a while: nobody tells us when a refusal is over.

A token is replaced, the app is invited, a channel is unarchived. It is the same promise with the
words of now, so nothing is said twice; and the same refusal is no news the second time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import receipts as receipt_rules
from incident.rules.catch_up import cause_of
from incident.rules.deliveries import FAILED
from incident.rules.receipts import Words
from incident.services import receipts, slack_health, slack_places
from incident.storage import outbox, refused_posts, slack_cards
from incident.storage import receipts as rows
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery

AGAIN = timedelta(minutes=10)
# What is over needs no last word after this.
LONGEST = timedelta(days=1)
NEWS, CARD = ("news-", "outcry-"), "card-"
TOLD, BEGAN, GONE = "told", "began", "gone"
OLD_NEWS = "it is not so any more"


def has_rested(session: Session, incident: Incident, delivery: Delivery, at: datetime) -> bool:
    """Whether it may be tried again: ten minutes later, or as soon as Slack is well again."""
    return _has_rested(incident, delivery, slack_health.well_again_at(session), at)


def _has_rested(
    incident: Incident, delivery: Delivery, well: datetime | None, at: datetime
) -> bool:
    if delivery.state not in FAILED or not is_worth_it(incident, delivery, at):
        return False
    settled = delivery.settled_at or delivery.created_at
    return at - settled >= AGAIN or (well is not None and settled <= well)


def begin(
    session: Session, delivery: Delivery, settings: Mapping[str, Any], *, at: datetime
) -> None:
    """Promise it once more, with what has changed of its `settings`. Its incident is locked."""
    told = {TOLD: delivery.last_error or "", BEGAN: at.isoformat()}
    delivery.settings = {**delivery.settings, **settings, **told}
    delivery.subject = str(settings.get("subject") or delivery.subject)
    delivery.state, delivery.settled_at, delivery.attempts = "due", None, 0
    delivery.due_at = outbox.database_now(session, at)


def began_at(delivery: Delivery) -> datetime:
    """Since when it is tried: what rested for a day has its time anew."""
    began = delivery.settings.get(BEGAN)
    return datetime.fromisoformat(str(began)) if began else delivery.created_at


def is_worth_it(incident: Incident, delivery: Delivery, at: datetime) -> bool:
    """Whether it will be tried again at all, once it has rested."""
    return not is_gone(delivery) and (incident.open or at - delivery.created_at <= LONGEST)


def is_gone(delivery: Delivery) -> bool:
    """Whether the message that was to be changed is there no more: no edit will ever do."""
    return bool((delivery.receipt or {}).get(GONE))


def is_any(session: Session, incident: Incident, at: datetime) -> bool:
    return bool(_ripe(session, incident, at))


def tell_anew(session: Session, incident: Incident, *, at: datetime) -> int:
    """The receipt, its last news, answers to questions, and what a card left behind. `incident`
    must be locked; the card itself is its keeper's. Says how many are tried again."""
    ripe = _ripe(session, incident, at)
    words = receipt_rules.words(receipts.story_of(session, incident)) if ripe else None
    for delivery in ripe:
        cause = cause_of(delivery.dedup_key)
        if words is not None and cause == receipts.RECEIPT:
            _reword(session, incident, delivery, words, at=at)
        elif words is not None and cause.startswith(NEWS):
            _say_if_true(session, delivery, words, at=at)
        else:
            begin(session, delivery, {}, at=at)
    return len(ripe)


def _ripe(session: Session, incident: Incident, at: datetime) -> list[Delivery]:
    failed = [one for one in refused_posts.of_incident(session, incident.id) if _may_matter(one)]
    well = slack_health.well_again_at(session) if failed else None
    rested = [one for one in failed if _has_rested(incident, one, well, at)]
    return [one for one in rested if _still_matters(session, incident, one)]


def _may_matter(delivery: Delivery) -> bool:
    cause = cause_of(delivery.dedup_key)
    return delivery.action == "update" or cause.startswith((receipts.RECEIPT, CARD, *NEWS))


def _still_matters(session: Session, incident: Incident, delivery: Delivery) -> bool:
    """Of what was said beside it only the last: an old answer helps nobody."""
    cause = cause_of(delivery.dedup_key)
    if cause.startswith(CARD) and (incident.private or _is_the_card(session, incident, cause)):
        return False
    if delivery.action == "update":
        newest = rows.newest(session, incident.id, delivery.dedup_key)
        return newest is not None and newest.id == delivery.id
    if cause.startswith(NEWS):
        last = rows.last_news(session, incident.id)
        return last is not None and last.id == delivery.id
    return cause == receipts.RECEIPT


def _is_the_card(session: Session, incident: Incident, cause: str) -> bool:
    row = slack_cards.of_incident(session, incident.id)
    return row is not None and cause == slack_places.card_cause(row.channel, row.thread_ts)


def _reword(
    session: Session, incident: Incident, delivery: Delivery, words: Words, *, at: datetime
) -> None:
    """Edits that came after a post that was refused have nothing to edit: the post says it all."""
    said = receipts.settings_of(words)
    begin(session, delivery, said | {"subject": receipts.subject_of(words)}, at=at)
    last = rows.newest(session, incident.id, delivery.dedup_key)
    if last is not None and last.id != delivery.id:
        last.settings = {**last.settings, **said}


def _say_if_true(session: Session, delivery: Delivery, words: Words, *, at: datetime) -> None:
    if delivery.settings.get("phase") == words.phase:
        begin(session, delivery, {"text": words.text}, at=at)
    else:
        delivery.state, delivery.last_error = "superseded", OLD_NEWS
