"""The ladder: whoever does not answer a page is followed by the next, until somebody does."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.rules import alarms, spoken
from incident.rules import ladder as rules
from incident.rules.outcome import Event, NotAllowed
from incident.rules.permissions import DESK, Actor, require
from incident.rules.words import outcome_words
from incident.services import followups, page_alarms, page_timers, receipts, rungs, taken
from incident.storage import incidents, pages, steps, timeline
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE, Page
from incident.storage.timers import Timer

PAGERDUTY = taken.PAGERDUTY


def climb(
    session: Session, incident: Incident, page: Page, *, why: str, actor: Actor, at: datetime
) -> Page | None:
    """Page whoever comes after `page`; `why` begins the sentence. `incident` must be locked.

    Once only, however often it is asked for. None if somebody follows already, if nobody has to,
    or if nobody is left: then the page is exhausted.
    """
    if not _may_climb(session, incident, page):
        return None
    settled = _set_aside(session, incident, page)
    if settled:
        text = f"{why}. Nobody else is paged: step {page.step} is {settled}"
        event = Event("ladder_stopped", text, {"target": page.target}, step=page.step)
        rungs.say(session, incident, event, actor=actor, at=at)
        return None
    return rungs.page_next(session, incident, page, why=why, actor=actor, at=at)


def answered(
    session: Session,
    incident: Incident,
    page: Page,
    *,
    who: str,
    actor: Actor,
    at: datetime,
    occurred_at: datetime | None = None,
    expected_seq: int | None = None,
) -> bool:
    """Somebody is awake: the one way in which a page is acknowledged. `incident` must be locked.

    PagerDuty is told, unless `actor.source` says that it told us. False, and nothing changed, if
    the page does not ring, or if this person has answered it before.
    """
    if not followups.may_ring(session, page) or rules.has_answered(who, page.answers):
        return False
    moment = min(occurred_at or at, at)
    by = replace(actor, name=who)
    known_as = taken.known_as(session, page, actor) or who
    answer = {"name": who, "as": known_as, "at": moment.isoformat()}
    page.answers = [*page.answers, answer]
    incident.acked_at = incident.acked_at or moment
    missing = rules.owing(page.everyone, page.answers)
    if missing:
        text = f"{who} has it; still waiting for {rules.joined(missing)}"
        taken.say(session, incident, page, text, "page_answered", by=by, moment=moment, at=at)
    else:
        taken.take(session, incident, page, by=by, moment=moment, at=at, expected_seq=expected_seq)
    receipts.follow(session, incident, at)
    return True


def not_me(
    session: Session, *, incident_key: str, page_id: int, actor: Actor, at: datetime
) -> Page | None:
    """ "Not me, page the next": at once. The page itself stays as it is."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    page = session.get(Page, page_id)
    if page is None or page.incident_id != incident.id:
        raise NoResultFound(f"{incident.key} has no page {page_id}.")
    if page.state not in LIVE:
        holder = f"{page.acknowledged_by} has it" if page.acknowledged_by else ""
        raise NotAllowed(f"Nobody is being paged: {holder or page.reason or page.state}.")
    if not _may_climb(session, incident, page):
        raise NotAllowed("The next one is being paged already.")
    why = f"{actor.name} said “not me” to the page to {page.target}"
    return climb(session, incident, page, why=why, actor=actor, at=at)


def went_stale(
    session: Session,
    incident: Incident,
    page: Page,
    *,
    at: datetime,
    occurred_at: datetime | None = None,
) -> bool:
    """PagerDuty took the "I have it" back, and rings again: so do we, and the ladder goes on.

    The step stays done. False, and nothing changed, if the page was answered after that.
    """
    since = page.acknowledged_at
    is_old_news = since is not None and occurred_at is not None and occurred_at <= since
    if not incident.open or page.state != "acknowledged" or is_old_news:
        return False
    text = f"The “I have it” of {page.acknowledged_by} has lapsed: PagerDuty rings {page.target}"
    moment = min(occurred_at or at, at)
    data = {"target": page.target, "page": page.id}
    event = Event(
        "page_unacknowledged",
        text,
        data,
        step=page.step,
        occurred_at=moment,
        key_moment=True,
    )
    page.state, page.acknowledged_at, page.acknowledged_by = "notified", None, None
    page.answers, page.ended_at = [], None
    page_timers.cancel(session, page, at=at)
    if page.ack_seconds:
        page.ack_due_at = at + timedelta(seconds=page.ack_seconds)
        page_timers.put(session, page, "rung", due_at=page.ack_due_at, at=at)
    rungs.say(session, incident, event, actor=PAGERDUTY, at=at)
    receipts.follow(session, incident, at)
    return True


def rung_due(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Nobody answered in time. What comes hours late asks a person before it wakes the next."""
    page = page_timers.page_of(session, timer)
    if not _may_climb(session, incident, page):
        return
    if page_timers.is_stale(session, page, timer, at):
        text = f"NOBODY ELSE WAS PAGED: who follows {page.target} was due at {_clock(timer)}"
        _ask_a_person(session, incident, page, text, at=at)
        return
    why = str(timer.data.get("why") or "") or _why(page)
    climb(session, incident, page, why=why, actor=DESK, at=at)


def asleep(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Somebody said that they have it, and nothing was done since: page them again, and when
    that leads to nothing either, the next rung."""
    page = page_timers.page_of(session, timer)
    asked = pages.of_cause(session, incident.id, page.cause)
    if not incident.open or page.state != "acknowledged" or asked[-1].state in LIVE:
        return
    if _is_at_work(session, incident, page, timer):
        return
    since = timer.owed_at - (page.acknowledged_at or timer.owed_at)
    why = f"{page.acknowledged_by} has it, but nothing was done for {spoken.length(since)}"
    if page_timers.is_stale(session, page, timer, at):
        text = f"{why}. NOBODY WAS PAGED AGAIN: it was due at {_clock(timer)}"
        _ask_a_person(session, incident, page, text, at=at)
    elif rules.is_repeat([other for other in rules.since_start(asked) if other.id <= page.id]):
        rungs.page_next(session, incident, page, why=why, actor=DESK, at=at)
    else:
        rungs.page_once_more(session, incident, page, why=why, at=at)


def _may_climb(session: Session, incident: Incident, page: Page) -> bool:
    """Whether this page still waits for an answer, and nobody has followed it yet."""
    if not incident.open or incident.mode == "drill" or page.state not in page_alarms.CLIMBABLE:
        return False
    newest = pages.of_cause(session, incident.id, page.cause)[-1]
    return newest.id == page.id or newest.state not in page_alarms.CLIMBABLE


def _set_aside(session: Session, incident: Incident, page: Page) -> str:
    """How somebody went on without an answer since the step paged, if anybody did."""
    if page.step is None:
        return ""
    in_run = steps.of_run_with(session, incident.id, page.step)
    step = next(step for step in in_run if step.number == page.step)
    if step.state not in rules.SET_ASIDE:
        return ""
    paged = timeline.of_kinds(session, incident.id, rules.PAGED)
    paged_since = any(line.step == page.step and line.seq > step.outcome_seq for line in paged)
    return "" if paged_since else outcome_words(step)


def _is_at_work(session: Session, incident: Incident, page: Page, timer: Timer) -> bool:
    holders = {str(answer["name"]) for answer in page.answers}
    since = timeline.since(session, incident.id, int(timer.data["seq"]))
    return any(rules.acts(line, holders) for line in since)


def _ask_a_person(
    session: Session, incident: Incident, page: Page, text: str, *, at: datetime
) -> None:
    data = {"target": page.target}
    event = Event("page_overdue", text, data, step=page.step, key_moment=True)
    rungs.say(session, incident, event, actor=DESK, at=at)
    if page.state in LIVE:
        page.state, page.reason, page.ended_at = "exhausted", text, at
    page_alarms.raise_alarm(session, incident, page, kind=alarms.STALE, sentence=text, at=at)


def _why(page: Page) -> str:
    if page.state in LIVE:
        missing = rules.owing(page.everyone, page.answers) if page.answers else ()
        return rules.unanswered(page.target, page.ack_seconds, missing)
    if page.state == "refused":
        return f"PagerDuty refused the page to {page.target}"
    return f"Nobody was paged at {page.target}: {page.reason}"


def _clock(timer: Timer) -> str:
    return f"{timer.owed_at:%Y-%m-%d %H:%M} UTC"
