"""The receipt of a Slack incident: posted once, then edited as its page lives."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import pages as page_rules
from incident.rules import receipts as rules
from incident.rules.catch_up import cause_of
from incident.rules.incidents import TEXT_LENGTH, Status
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.permissions import DESK, Actor
from incident.rules.receipts import Story, Words
from incident.rules.signals import Signal as Said
from incident.rules.words import shortened
from incident.services import receipt_pages
from incident.services.members import actor_for
from incident.services.record import record
from incident.services.speech import said_in
from incident.storage import (
    incidents,
    installs,
    pages,
    receipts,
    signals,
    targets,
    timeline,
    timers,
)
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import Page
from incident.storage.timers import Timer

RECEIPT, OUTCRY = "receipt", "outcry"
SUBJECT_LENGTH = 200
LAST_WORDS = ("incident_resolved", "incident_declined", "incident_merged")
TAKEN = "incident_taken"


def post(session: Session, incident: Incident, *, at: datetime) -> None:
    """The receipt itself, below the message that opened the incident."""
    say(session, incident, rules.words(story_of(session, incident)), cause=RECEIPT, at=at)


def follow(session: Session, incident: Incident, at: datetime, story: Story | None = None) -> None:
    """Edit the receipt if it should read otherwise by now. `incident` must be locked.

    Call it after whatever may have changed the page, the grace or the status. An incident
    without a receipt costs nothing. `story` is the story of this moment, if it is known.
    """
    if not incident.slack_channel or not incident.slack_thread:
        return
    last = _newest(session, incident, RECEIPT)
    if last is None:
        return
    words = rules.words(story or story_of(session, incident))
    if _reads(last, words):
        return
    _edit(session, incident, last, words, cause=RECEIPT, at=at)
    if rules.is_loud(str(last.settings.get("phase")), words.phase):
        _say_aloud(session, incident, words, after=last, at=at)


def say(
    session: Session,
    incident: Incident,
    words: Words,
    *,
    cause: str,
    at: datetime,
    thread_ts: str | None = None,
    mentions: Sequence[str] = (),
) -> None:
    """A post below a message in the incident's channel. The same cause says it once."""
    where = {"thread_ts": thread_ts or incident.slack_thread, "mentions": list(mentions)}
    notice = _notice(incident, words, where, action="post", cause=cause, generation=1)
    record(session, incident, Outcome(notices=(notice,)), actor=DESK, at=at)


def reword(session: Session, incident: Incident, words: Words, *, cause: str, at: datetime) -> None:
    """Edit what was said for this cause, if anything was."""
    last = _newest(session, incident, cause)
    if last is not None and not _reads(last, words):
        _edit(session, incident, last, words, cause=cause, at=at)


def was_said(session: Session, incident: Incident, cause: str) -> bool:
    """Whether something was said for this cause before."""
    return _newest(session, incident, cause) is not None


def tell(
    session: Session,
    incident: Incident,
    kind: str,
    said: Said,
    verb: str,
    *,
    at: datetime,
    actor: Actor | None = None,
) -> None:
    """What somebody in Slack said, as a line of the timeline."""
    actor = actor or actor_for(session, said.said_by, said.said_by_name)
    data = {"link": said.link, "channel": said.channel, "ts": said.ts}
    text = shortened(f"{actor.name} {verb}: {said.text or said.title}", TEXT_LENGTH)
    event = Event(kind, text, data, occurred_at=said.occurred_at)
    record(session, incident, Outcome((event,)), actor=actor, at=at)


def cries(session: Session, incident: Incident) -> bool:
    """Whether the receipt of now says aloud that nobody is awake and whom to telephone."""
    return rules.is_outcry(rules.phase_of(story_of(session, incident)))


def is_outdated(session: Session, delivery: Delivery) -> bool:
    """Whether this says aloud that nobody is awake, and somebody is, or is being paged."""
    if not cause_of(delivery.dedup_key).startswith(OUTCRY):
        return False
    return not cries(session, session.get_one(Incident, delivery.incident_id))


def story_of(session: Session, incident: Incident) -> Story:
    """Everything that the receipt depends on, as a value."""
    session.flush()
    asked, found = pages.of_incident(session, incident.id), targets.every(session)
    of_cord = [page for page in asked if is_of_cord(page)]
    page = receipt_pages.telling(asked, of_cord[-1] if of_cord else None)
    climbed, grace = receipt_pages.climbed_to(page, asked), grace_of(session, incident)
    name = _target_name(page, grace)
    target = next((one for one in found if one.name == name), None)
    return Story(
        key=incident.key,
        status=incident.status,
        target=name,
        generation=max((p.generation for p in of_cord), default=0),
        page=receipt_pages.seen(page, climbed, found),
        on_call=receipt_pages.on_call(target),
        tried=receipt_pages.tried(climbed),
        due_at=grace.due_at if grace and grace.state != "cancelled" else None,
        grace_seconds=int(grace.data.get("seconds", 0)) if grace else 0,
        waiting=grace is not None and grace.state == "due",
        phones=receipt_pages.phones([*(one.target for one in climbed), name], found),
        taken_by=_taken_by(session, incident, page),
        last_word=_last_word(session, incident),
        joined=signals.count_joined(session, incident.id),
        others=incident.status == Status.TRIAGE and _is_not_alone(session, incident),
    )


def grace_of(session: Session, incident: Incident) -> Timer | None:
    """The timer of the incident's visible grace, in any state."""
    return timers.find(session, f"grace-{incident.id}")


def is_of_cord(page: Page) -> bool:
    """Whether the pull-cord asked for this page, rather than a step or a person."""
    return page.cause.startswith("rule-")


def author_of(session: Session, incident: Incident) -> Said | None:
    """What the message said that opened the incident, and who wrote it."""
    opening = signals.of_incident(session, incident.id, "opened")
    said = said_in(opening[0].raw) if opening else None
    return said if isinstance(said, Said) else None


def subject_of(words: Words) -> str:
    return words.text.partition("\n")[0][:SUBJECT_LENGTH]


def settings_of(words: Words) -> dict[str, object]:
    """What a delivery has to know of these words."""
    buttons = [dict(button) for button in words.buttons]
    return {"text": words.text, "buttons": buttons, "phase": words.phase}


def _target_name(page: Page | None, grace: Timer | None) -> str:
    if page is not None:
        return page.target
    return str(grace.data.get("target", "")) if grace else ""


def _taken_by(session: Session, incident: Incident, page: Page | None) -> str:
    """Who said "I have it" although nobody had been paged. A page of today says it itself."""
    if incident.acked_at is None or not receipt_pages.is_unpaged(page):
        return ""
    taken = timeline.of_kinds(session, incident.id, [TAKEN])
    return taken[-1].actor if taken else ""


def _last_word(session: Session, incident: Incident) -> str:
    if incident.open:
        return ""
    told = timeline.of_kinds(session, incident.id, LAST_WORDS)
    other = incident.merged_into_id
    if not told or incident.private or (other and session.get_one(Incident, other).private):
        return ""
    return f"{told[-1].text} ({told[-1].occurred_at:%H:%M:%S} UTC)."


def _is_not_alone(session: Session, incident: Incident) -> bool:
    """Whether another incident is open that everybody may know of."""
    known = ~Incident.private & (Incident.mode == incident.mode)
    open_ones = incidents.unfinished(session, 2, among=known)
    return any(one.id != incident.id for one in open_ones)


def _newest(session: Session, incident: Incident, cause: str) -> Delivery | None:
    return receipts.newest(session, incident.id, _key(session, incident, cause))


def _key(session: Session, incident: Incident, cause: str) -> str:
    return page_rules.dedup_key(
        install=installs.code(session), incident_id=incident.id, cause=cause, generation=1
    )


def _reads(last: Delivery, words: Words) -> bool:
    """Whether this message says exactly these words already."""
    said, shown = last.settings.get("text"), last.settings.get("buttons")
    return said == words.text and shown == [dict(button) for button in words.buttons]


def _edit(
    session: Session,
    incident: Incident,
    last: Delivery,
    words: Words,
    *,
    cause: str,
    at: datetime,
) -> None:
    where = {"update_of": rules.intent(_key(session, incident, cause))}
    generation = page_rules.generation_of(last.dedup_key) + 1
    notice = _notice(incident, words, where, action="update", cause=cause, generation=generation)
    record(session, incident, Outcome(notices=(notice,)), actor=DESK, at=at)


def _say_aloud(
    session: Session, incident: Incident, words: Words, *, after: Delivery, at: datetime
) -> None:
    """Tell whoever called for help in a message of its own: an edit rings nowhere."""
    said = author_of(session, incident)
    kind = OUTCRY if rules.is_outcry(words.phase) else "news"
    cause = f"{kind}-{page_rules.generation_of(after.dedup_key) + 1}"
    mentions = [said.said_by] if said else []
    aloud = Words(words.phase, words.text)
    say(session, incident, aloud, cause=cause, at=at, mentions=mentions)


def _notice(
    incident: Incident,
    words: Words,
    where: Mapping[str, object],
    *,
    action: str,
    cause: str,
    generation: int,
) -> Notice:
    channel = incident.slack_channel or ""
    return Notice(
        integration="slack",
        action=action,
        target=channel,
        subject=subject_of(words),
        cause=cause,
        generation=generation,
        settings={
            "channel": channel,
            **settings_of(words),
            "path": f"/incidents/{incident.key}",
            **where,
        },
    )
