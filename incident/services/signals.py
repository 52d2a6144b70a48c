"""Everything inbound: kept as it came, then read once, and acted upon."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from incident.integrations.slack.payload import keepable
from incident.rules import cord as rules
from incident.rules import cries
from incident.rules.cord import Heard, Memory, Reply
from incident.rules.rehearsals import BEFORE
from incident.rules.signals import Ignored
from incident.rules.signals import Signal as Said
from incident.services import cord, kept_messages, members, pulls, receipts, sweeps
from incident.services.slack_events import EVENTS, kind_of
from incident.services.speech import said_in
from incident.storage import incident_channels, incidents, signals, slack_rules
from incident.storage.incidents import Incident
from incident.storage.signals import Signal
from incident.storage.slack_rules import SlackRule

SLACK = "slack"
TRIES = 3
LED_SOMEWHERE = ("opened", "joined", "asked", "noted", "rehearsed")
LONGEST_UNREADABLE = 10_000
LONGEST_ID = 200
EDITED = {
    "edit": ("report_edited", "changed the message to"),
    "deletion": ("report_deleted", "deleted the message, which changes nothing here"),
}


def keep(
    session: Session, body: bytes, payload: Mapping[str, Any] | None, *, key: str = "", at: datetime
) -> Signal | None:
    """Keep what Slack sent, whatever it is. None if it is kept already. `key` is its `name_of`.

    `payload` is None if the body could not be understood: a human has to look at it.
    """
    if payload is not None:
        given = payload.get("event_id")
        told = given if isinstance(given, str) and given.isprintable() and given else _digest(body)
        raw = keepable(payload)
        return signals.keep(
            session, integration=SLACK, delivery_key=told[:LONGEST_ID], key=key, raw=raw, at=at
        )
    raw = {"unreadable": body.decode(errors="replace")[:LONGEST_UNREADABLE]}
    kept = signals.keep(session, integration=SLACK, delivery_key=_digest(body), raw=raw, at=at)
    if kept is not None:
        kept.state, kept.reason = "failed", "it is signed by Slack, but no JSON object"
    return kept


def name_of(payload: Mapping[str, Any]) -> str:
    """What the message is called that it tells of, however often it is told: "team:channel:ts".
    "" if it tells of none that anybody might read."""
    said = said_in(keepable(payload))
    return said.key if isinstance(said, Said) else ""


def read(session: Session, signal: Signal, at: datetime) -> None:
    """What the signal leads to. Reading it again changes nothing.

    The channel's rule is locked first, then at most one incident: two messages of one channel
    are read one after the other, in every process.
    """
    if signal.state != "new":
        return
    # What was kept by a clock that was set back since waits for nothing of the time before.
    signal.received_at = min(signal.received_at, at)
    follow = EVENTS.get(kind_of(signal.raw))
    said = said_in(signal.raw)
    if follow is not None:
        signal.state, signal.reason = "ignored", follow(session, signal.raw, at)
    elif isinstance(said, Ignored):
        signal.state, signal.reason = "ignored", said.reason
    else:
        _read_words(session, signal, said, at)


def follow_up(session: Session, signal: Signal, at: datetime) -> None:
    """What is good to have once a signal was read, and must not hold up a cry: timelines that
    quote a changed message say so, and whoever called for help has a name soon."""
    said = said_in(signal.raw)
    if not isinstance(said, Said):
        return
    if said.kind in EDITED:
        kept_messages.followed(session, said, at)
    elif signal.state in LED_SOMEWHERE and not said.bots:
        members.meet(session, said.said_by, name=said.said_by_name, team=said.team, at=at)


def give_up(session: Session, signal: Signal, reason: str) -> None:
    """Reading it failed. After a few tries it is left to a human."""
    session.refresh(signal)
    signal.tries += 1
    signal.reason = reason
    if signal.tries >= TRIES:
        signal.state = "failed"


def rescue(session: Session, signal: Signal, at: datetime) -> None:
    """The last resort for a cry that we stumble over: an odd page is better than none.

    No joining, no asking, no grace: an incident for the message, and a page. A message that has
    led to something by another telling is left at that.
    """
    said = said_in(signal.raw)
    if not isinstance(said, Said):
        return
    rule = slack_rules.find(session, said.channel, lock=True)
    signal.key = said.key
    if rule is None or not rule.armed or not _may_be_a_cry(session, rule, said):
        return
    if _told_before(session, rule, signal, said):
        signal.state, signal.reason = "ignored", rules.TOLD_BEFORE
        return
    pull = pulls.pull_of(rule)
    opened = pulls.open_plainly(session, pull, said, why="the desk stumbled over it", at=at)
    signal.state, signal.incident_id = "opened", opened.id


def forget(signal: Signal) -> None:
    """Not even that could be done. It has no name any more, so that the sweep finds its message
    once more."""
    signal.key = ""


def answer_rescued(session: Session, signal: Signal, at: datetime) -> None:
    """Whoever called sees who is paged for it, if that much can be done."""
    if signal.state == "opened" and signal.incident_id is not None:
        incident = incidents.lock(session, incidents.key_of(signal.incident_id))
        receipts.post(session, incident, at=at)


def _may_be_a_cry(session: Session, rule: SlackRule, said: Said) -> bool:
    """Asked as simply as it can be: something in the whole answer fails."""
    in_thread = said.thread_ts not in ("", said.ts)
    if cries.why_deaf(rule, said) or (in_thread and not (said.aloud or rule.threads)):
        return False
    about = incidents.of_thread(session, said.channel, said.thread_ts) if in_thread else None
    if about is not None and not _is_over(session, about):
        return False
    if said.kind == "edit":
        return cries.adds_a_word(rule, said)
    return said.kind != "deletion" and cries.counts(rule, cries.words_of(said))


def _read_words(session: Session, signal: Signal, said: Said, at: datetime) -> None:
    rule = slack_rules.find(session, said.channel, lock=True)
    signal.key = said.key
    reason = "the channel has no rule" if rule is None else cries.why_deaf(rule, said)
    if rule is None or reason or _is_about_its_own(session, signal, said):
        signal.state, signal.reason = "ignored", reason or signal.reason
    else:
        _hear(session, rule, signal, said, at)


def _is_about_its_own(session: Session, signal: Signal, said: Said) -> bool:
    """In a channel that we made for an incident people talk about that one while it lasts. An
    existing channel that is used for one is still a cord."""
    found = incident_channels.incident_of(session, said.channel)
    own = incident_channels.of_incident(session, found) if found is not None else None
    incident = session.get(Incident, found) if found is not None else None
    if own is None or incident is None or not (own.made and incident.open):
        return False
    signal.reason = f"it is the channel of {incident.key}"
    return True


def _hear(session: Session, rule: SlackRule, signal: Signal, said: Said, at: datetime) -> None:
    earlier = _told_before(session, rule, signal, said)
    about = _about(session, said, earlier)
    memory = Memory(
        told=bool(earlier),
        noted={row.state for row in earlier} == {"noted"},
        ours=about is not None,
        listens_to_threads=rule.threads,
        counts=cries.counts(rule, cries.words_of(said)),
        added=cries.adds_a_word(rule, said),
        over=rule.armed and _is_over(session, about),
        armed_at=(rule.armed_at or rule.created_at) if rule.armed else None,
    )
    heard, reason = rules.heard(said, memory, at=at)
    if heard == Heard.NOTHING:
        signal.state, signal.reason = "ignored", reason
    elif heard == Heard.MORE and about is not None:
        _note(session, signal, said, about, at)
    elif rule.armed:
        _cry(session, rule, signal, said, at)
    else:
        _rehearse(session, rule, signal, said, at)


def _told_before(session: Session, rule: SlackRule, signal: Signal, said: Said) -> list[Signal]:
    """The other tellings of the same message that led somewhere. That it was read for the picture
    of last week woke nobody: when Slack tells it after all, it is a cry."""
    others = [row for row in signals.by_key(session, SLACK, said.key) if row.id != signal.id]
    told = [row for row in others if row.state in LED_SOMEWHERE]
    if not rule.armed or said.kind in EDITED:
        return told
    return [row for row in told if row.reason != BEFORE]


def _about(session: Session, said: Said, earlier: list[Signal]) -> int | None:
    """The incident that the message, or its thread, is about."""
    known = next((row.incident_id for row in earlier if row.incident_id is not None), None)
    if known is not None or said.thread_ts in ("", said.ts):
        return known
    in_thread = incidents.of_thread(session, said.channel, said.thread_ts)
    if in_thread is not None:
        return in_thread
    root = signals.by_key(session, SLACK, f"{said.team}:{said.channel}:{said.thread_ts}")
    return next((row.incident_id for row in root if row.incident_id is not None), None)


def _is_over(session: Session, about: int | None) -> bool:
    return about is not None and not incidents.get(session, incidents.key_of(about)).open


def _note(session: Session, signal: Signal, said: Said, about: int, at: datetime) -> None:
    """More about an incident that is known: a line of its timeline, and perhaps an answer.

    A bot is not answered: one that answers in its turn would go on for ever.
    """
    incident = incidents.lock(session, incidents.key_of(about))
    kind, verb = EDITED.get(said.kind, ("reply_received", "says in the thread"))
    signal.state, signal.incident_id = "noted", incident.id
    receipts.tell(session, incident, kind, said, verb, at=at)
    if said.kind not in EDITED and not said.bots:
        cord.answer_reply(session, incident, signal, said, at=at)


def _cry(session: Session, rule: SlackRule, signal: Signal, said: Said, at: datetime) -> None:
    standing = incidents.lock_newest_from(session, said.channel)
    status, since = (standing.status, standing.created_at) if standing else (None, None)
    reply = rules.reply_to(status, since, at=at)
    pull = pulls.pull_by(rule, said, signal.received_at)
    late = sweeps.late(said, pull, at=at)
    if standing is not None and reply == Reply.JOIN:
        if not late.too_late:
            cord.hurry(session, standing, pull, signal, at)
        cord.join(session, standing, signal, said, at=at)
    elif late.too_late:
        standing = cord.open_late(session, pull, said, due_at=late.due_at, at=at)
        signal.state = "opened"
    elif standing is None or reply == Reply.OPEN:
        standing = pulls.open_for(session, pull, said, at=at, received_at=signal.received_at)
        signal.state = "opened"
    else:
        cord.ask(session, standing, pull, signal, said, at=at)
        signal.state = "asked"
    signal.incident_id = standing.id
    sweeps.tell(session, standing, late, at=at)


def _rehearse(session: Session, rule: SlackRule, signal: Signal, said: Said, at: datetime) -> None:
    """A dry run: only what an armed rule would have done."""
    lately = signals.rehearsed(session, said.channel, at - rules.JOINS_WITHIN)
    would = "joined that incident" if lately else f"opened an incident and paged {rule.target}"
    signal.state, signal.reason = "rehearsed", would


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()
