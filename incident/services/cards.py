"""The live card of an incident in Slack: posted once, then edited as the incident lives."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import cards as rules
from incident.rules import pages as page_rules
from incident.rules import receipts as receipt_rules
from incident.rules.cards import Card
from incident.rules.deliveries import FAILED
from incident.rules.outcome import Notice, Outcome
from incident.rules.permissions import DESK
from incident.services import card_stories, second_tries, slack_places
from incident.services.record import record
from incident.services.slack_places import Place
from incident.storage import incident_channels, installs, receipts, slack_cards
from incident.storage.incidents import Incident
from incident.storage.outbox import UNFINISHED, Delivery
from incident.storage.slack_cards import SlackCard

SUBJECT_LENGTH = 200
REST = timedelta(seconds=3)
# News do not wait longer than this for an edit that does not get through.
PATIENCE = timedelta(seconds=30)
STOOD_FOR = timedelta(minutes=10)
LOOK_AGAIN = timedelta(minutes=1)


def keep(session: Session, incident: Incident, *, at: datetime, hurried: bool = False) -> None:
    """Make the card tell what is so now. `incident` must be locked. Twice changes nothing.

    Without a place in Slack there is none. Of edits that cannot keep up only the last is made.
    """
    place, row = _place(session, incident), slack_cards.of_incident(session, incident.id)
    if row is None:
        if place.channel and incident.open and not _is_closed(session, incident, place):
            _begin(session, incident, place, at=at)
        return
    stands = Place(row.channel, row.thread_ts)
    if place.channel and place != stands and incident.open:
        _move(session, incident, row, place, at=at)
    else:
        _tell_anew(session, incident, row, at=at, hurried=hurried)


def show(session: Session, incident: Incident, at: datetime) -> None:
    """The same at once, for whoever has just given the incident its place in Slack, or is about
    to take it away: an edit that has not got through yet is no reason to wait."""
    keep(session, incident, at=at, hurried=True)


def posted(session: Session, incident: Incident) -> Delivery | None:
    """The message that is the card: its receipt has channel and ts, once Slack took it."""
    row = slack_cards.of_incident(session, incident.id)
    if row is None:
        return None
    stands = Place(row.channel, row.thread_ts)
    return slack_cards.last_post(session, incident.id, _key(session, incident, stands))


def offered_since(session: Session, incident: Incident, number: int) -> datetime | None:
    """When the button of this step came onto the card, if the last edit brought it there."""
    row = slack_cards.of_incident(session, incident.id)
    if row is None:
        return None
    key = _key(session, incident, Place(row.channel, row.thread_ts))
    made = slack_cards.last_sent(session, incident.id, key, limit=2)
    offered = [f"{incident.key}:{number}:" in _pressable(one) for one in made]
    return made[0].settled_at if offered == [True, False] else None


def _place(session: Session, incident: Incident) -> Place:
    """A drill sends nothing, so it has no card either."""
    return Place() if incident.mode == "drill" else slack_places.place_of(session, incident)


def _is_closed(session: Session, incident: Incident, place: Place) -> bool:
    """Whether some who can read this place may not see the incident."""
    if not incident.private:
        return False
    own = incident_channels.of_incident(session, incident.id)
    return own is None or own.channel != place.channel or not own.private


def _begin(session: Session, incident: Incident, place: Place, *, at: datetime) -> None:
    row = SlackCard(incident_id=incident.id, channel=place.channel, thread_ts=place.thread_ts)
    row.shown_at = at
    session.add(row)
    _post(session, incident, row, at=at)


def _post(session: Session, incident: Incident, row: SlackCard, *, at: datetime) -> None:
    place, card = Place(row.channel, row.thread_ts), _card(session, incident, row, at=at)
    last = receipts.newest(session, incident.id, _key(session, incident, place))
    where = {"thread_ts": place.thread_ts} if place.thread_ts else {}
    generation = 1 if last is None else page_rules.generation_of(last.dedup_key) + 1
    notice = _notice(incident, place, card, where, action="post", generation=generation)
    record(session, incident, Outcome(notices=(notice,)), actor=DESK, at=at)
    _seen(row, incident, card, at=at)


def _move(
    session: Session, incident: Incident, row: SlackCard, place: Place, *, at: datetime
) -> None:
    """There is one live card: what is left of it leads to where it stands now."""
    stands = Place(row.channel, row.thread_ts)
    story = card_stories.story_of(session, incident)
    left = rules.hidden(story) if incident.private else rules.moved(story, place.channel)
    _edit(session, incident, stands, left, at=at)
    row.channel, row.thread_ts = place.channel, place.thread_ts
    if receipts.newest(session, incident.id, _key(session, incident, place)) is None:
        _post(session, incident, row, at=at)
    else:
        _tell_anew(session, incident, row, at=at)


def _tell_anew(
    session: Session, incident: Incident, row: SlackCard, *, at: datetime, hurried: bool = False
) -> None:
    stands = Place(row.channel, row.thread_ts)
    key = _key(session, incident, stands)
    post = slack_cards.last_post(session, incident.id, key)
    last = receipts.newest(session, incident.id, key)
    if post is None or last is None or _is_lost(post, last, at):
        _post(session, incident, row, at=at)
        return
    failed = post if post.state in FAILED else last
    if failed.state in FAILED or _is_archived(session, incident, stands):
        _try_again(session, incident, row, failed, at=at)
        return
    if not hurried and _waits(incident, row, last, at):
        row.shown_at = at + _let_be(last, at)
        return
    card = _card(session, incident, row, at=at)
    _edit(session, incident, stands, card, at=at)
    _seen(row, incident, card, at=at)


def _try_again(
    session: Session, incident: Incident, row: SlackCard, failed: Delivery, *, at: datetime
) -> None:
    """What Slack refused rests for a while, then it is the same promise with the words of now."""
    if second_tries.has_rested(session, incident, failed, at):
        card = _card(session, incident, row, at=at)
        wording = {"text": card.text, "card": list(card.parts)}
        subject = card.text[:SUBJECT_LENGTH]
        second_tries.begin(session, failed, wording | {"subject": subject}, at=at)
        _seen(row, incident, card, at=at)
        return
    row.shown_seq, row.shown_at = incident.last_seq, at
    may_yet_be = failed.state in FAILED and second_tries.is_worth_it(incident, failed, at)
    row.next_at, row.ended = (at + LOOK_AGAIN, False) if may_yet_be else (None, row.ended)


def _is_lost(post: Delivery, last: Delivery, at: datetime) -> bool:
    """Somebody deleted the message, it seems. One that was there for a while is posted again."""
    if not second_tries.is_gone(last) or post.settled_at is None:
        return False
    return post.state == "sent" and at - post.settled_at >= STOOD_FOR


def _is_archived(session: Session, incident: Incident, place: Place) -> bool:
    own = incident_channels.of_incident(session, incident.id)
    return own is not None and own.channel == place.channel and own.state == "archived"


def _waits(incident: Incident, row: SlackCard, last: Delivery, at: datetime) -> bool:
    """One edit at a time: the next tells everything that has happened until then."""
    if last.state not in UNFINISHED:
        return False
    is_news = incident.last_seq > row.shown_seq
    return last.action == "post" or not is_news or at - last.created_at < PATIENCE


def _let_be(last: Delivery, at: datetime) -> timedelta:
    """The longer it has been waiting for Slack, the less often somebody looks."""
    return min(max(at - last.created_at, timedelta()), PATIENCE)


def _edit(session: Session, incident: Incident, place: Place, card: Card, *, at: datetime) -> None:
    key = _key(session, incident, place)
    post = slack_cards.last_post(session, incident.id, key)
    last = receipts.newest(session, incident.id, key)
    if post is None or last is None or _reads(last, card):
        return
    where = {"update_of": receipt_rules.intent(post.dedup_key)}
    generation = page_rules.generation_of(last.dedup_key) + 1
    notice = _notice(incident, place, card, where, action="update", generation=generation)
    record(session, incident, Outcome(notices=(notice,)), actor=DESK, at=at)


def _card(session: Session, incident: Incident, row: SlackCard, *, at: datetime) -> Card:
    story = card_stories.story_of(session, incident)
    if _is_closed(session, incident, Place(row.channel, row.thread_ts)):
        return rules.hidden(story)
    return rules.card(story, at)


def _seen(row: SlackCard, incident: Incident, card: Card, *, at: datetime) -> None:
    row.shown_seq, row.shown_at = incident.last_seq, at
    row.next_at, row.ended = card.next_at, card.ended


def _pressable(wording: Delivery) -> str:
    """What the buttons of this wording carry, one after the other."""
    rows = [part.get("elements") or () for part in wording.settings.get("card") or ()]
    return " ".join(str(one.get("value", "")) for row in rows for one in row)


def _reads(last: Delivery, card: Card) -> bool:
    """Whether this message says exactly this already."""
    return bool(last.settings.get("card") == list(card.parts))


def _key(session: Session, incident: Incident, place: Place) -> str:
    return page_rules.dedup_key(
        install=installs.code(session),
        incident_id=incident.id,
        cause=slack_places.card_cause(place.channel, place.thread_ts),
        generation=1,
    )


def _notice(
    incident: Incident,
    place: Place,
    card: Card,
    where: Mapping[str, object],
    *,
    action: str,
    generation: int,
) -> Notice:
    return Notice(
        integration="slack",
        action=action,
        target=place.channel,
        subject=card.text[:SUBJECT_LENGTH],
        cause=slack_places.card_cause(place.channel, place.thread_ts),
        generation=generation,
        settings={
            "channel": place.channel,
            "text": card.text,
            "card": list(card.parts),
            "path": f"/incidents/{incident.key}",
            "quiet": True,
            **where,
        },
    )
