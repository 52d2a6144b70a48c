"""The pull-cord: what a cry leads to once it is heard, and what its silence leads to."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import cord as rules
from incident.rules import receipts as words
from incident.rules.incidents import Status
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import DESK
from incident.rules.signals import Signal as Said
from incident.services import pulls, receipts
from incident.services.pulls import Pull
from incident.services.record import record
from incident.services.speech import said_in
from incident.storage import incidents, signals
from incident.storage import pages as page_rows
from incident.storage import receipts as messages
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE
from incident.storage.signals import Signal
from incident.storage.timers import Timer

SECOND_CRY = "second_cry"
# So many are asked about however quickly they come; of a storm only as many as Slack takes.
ALWAYS_ASKED = 5


def open_late(
    session: Session, pull: Pull, said: Said, *, due_at: datetime, at: datetime
) -> Incident:
    """A cry that Slack never told us of, found when its page is hours late: ask a human first."""
    incident, grace = pulls.open_late(session, pull, said, due_at=due_at, at=at)
    grace_ended(session, incident, grace, at)
    receipts.post(session, incident, at=at)
    return incident


def join(session: Session, incident: Incident, signal: Signal, said: Said, *, at: datetime) -> None:
    """A further message becomes part of the incident, and is told so below it."""
    receipts.tell(session, incident, "report_joined", said, "also says", at=at)
    signal.incident_id, signal.state = incident.id, "joined"
    story = receipts.story_of(session, incident)
    if _may_answer(session, incident, at):
        joined = words.joined(story, at, f"{incident.key}:{signal.id}")
        _say_below(session, incident, signal, said, joined, at=at)
    receipts.follow(session, incident, at, story)


def hurry(session: Session, incident: Incident, pull: Pull, signal: Signal, at: datetime) -> None:
    """A young cry that is about to join. An urgent one waits for no grace, unless it is stale by
    now, and none joins what nobody is to be woken for, or was found too late to page for: its own
    grace begins."""
    if incident.acked_at is not None or _was_paged(session, incident, pull):
        return
    grace, due_at = receipts.grace_of(session, incident), pulls.grace_end(pull, signal.received_at)
    is_urgent = rules.waits_for_nothing(pull.grace_seconds, due_at, at)
    if grace is None:
        pulls.set_timer(
            session, incident, pulls.GRACE, str(incident.id), pull, due_at=due_at, at=at
        )
    elif is_urgent and grace.state in ("due", "fired"):
        grace.state, grace.settled_at = "fired", at
        pulls.page(session, incident, pull, actor=DESK, why="an urgent call for help", at=at)
    elif grace.state == "fired":
        pulls.set_timer(
            session, incident, pulls.GRACE, str(incident.id), pull, due_at=due_at, at=at
        )


def ask(
    session: Session, incident: Incident, pull: Pull, signal: Signal, said: Said, *, at: datetime
) -> None:
    """The same emergency or a new one? Silence for two minutes means a new one."""
    receipts.tell(session, incident, "report_questioned", said, "says", at=at)
    due_at = signal.received_at + rules.SECOND_CRY
    pulls.set_timer(session, incident, SECOND_CRY, str(signal.id), pull, due_at=due_at, at=at)
    story = words.Story(key=incident.key, status=incident.status, target=pull.target)
    asked = words.question(story, incident.title, due_at, f"{incident.key}:{signal.id}")
    in_question = signals.of_incident(session, incident.id, "asked")
    if len(in_question) < ALWAYS_ASKED or _may_answer(session, incident, at):
        _say_below(session, incident, signal, said, asked, at=at)


def answer_reply(
    session: Session, incident: Incident, signal: Signal, said: Said, *, at: datetime
) -> None:
    """Somebody speaks in the thread while nobody has answered: say how it stands; now and then,
    once people work on it. When it is over ask what it is about, but not below every thanks."""
    story = receipts.story_of(session, incident)
    if not incident.open:
        if _may_ask(session, incident, said, at):
            asked = words.over(story, f"{incident.key}:{signal.id}")
            _say_below(session, incident, signal, said, asked, at=at)
        return
    is_new = incident.status == Status.TRIAGE
    apart = rules.ANSWERS_APART if is_new else rules.QUESTIONS_APART
    if words.is_unanswered(story) and _may_answer(session, incident, at, apart=apart):
        reply = words.anyone_there(story, at)
        _say_below(session, incident, signal, said, reply, at=at)


def grace_ended(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Nobody objected, so page. What is hours late asks a human first."""
    timer.state, timer.settled_at = "fired", at
    pull = pulls.pull_in(timer)
    if not incident.open or _was_paged(session, incident, pull):
        return
    if rules.is_stale(timer.owed_at, at):
        late = f"NOBODY WAS PAGED: the page was due at {timer.due_at:%Y-%m-%d %H:%M} UTC"
        data = {"target": pull.target}
        event = Event("page_overdue", late, data, key_moment=True)
        record(session, incident, Outcome((event,)), actor=DESK, at=at)
    else:
        why = f"nobody called it off within {pull.grace_seconds} s"
        pulls.page(session, incident, pull, actor=DESK, why=why, at=at)
    receipts.follow(session, incident, at)


def second_cry_unanswered(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Nobody said whether it is the same emergency, so it is a new one. Its incident may even
    be over: the question was never answered. Of several such cries the first one pages."""
    timer.state, timer.settled_at = "fired", at
    signal = signals.find(session, int(timer.data["signal"]))
    if signal is None or signal.state != "asked":
        return
    pull, said = pulls.pull_in(timer), cry_in(signal)
    newer = incidents.lock_newest_from(session, pull.channel)
    if newer is not None and newer.id > incident.id and _is_fresh(newer, at):
        if not rules.is_stale(timer.owed_at, at):
            hurry(session, newer, pull, signal, at)
        _join_quietly(session, incident, newer, signal, said, at=at)
        return
    if rules.is_stale(timer.owed_at, at):
        opened = pulls.open_for(session, pull, said, at=at, received_at=signal.received_at)
        reason = "nobody answered, and the desk was not running"
    else:
        reason = "nobody said whether it is the same emergency"
        opened = pulls.open_at_once(session, pull, said, actor=DESK, why=reason, at=at)
    signal.state, signal.incident_id = "opened", opened.id
    close_question(session, incident, signal, f"Opened {opened.key}: {reason}.", at=at)


def page_all_the_same(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """The last resort when the end of a grace cannot be dealt with: page, and nothing else."""
    pull = pulls.pull_in(timer)
    if incident.open and not _was_paged(session, incident, pull):
        why = "the desk stumbled over the end of the grace"
        pulls.page(session, incident, pull, actor=DESK, why=why, at=at)


def open_all_the_same(session: Session, _: Incident, timer: Timer, at: datetime) -> None:
    """The last resort for a second cry that cannot be dealt with."""
    signal = signals.find(session, int(timer.data["signal"]))
    if signal is None or signal.state != "asked":
        return
    why = "the desk stumbled over a call for help"
    opened = pulls.open_plainly(session, pulls.pull_in(timer), cry_in(signal), why=why, at=at)
    signal.state, signal.incident_id = "opened", opened.id


def close_question(
    session: Session,
    incident: Incident,
    signal: Signal,
    text: str,
    *,
    at: datetime,
    value: str = "",
) -> None:
    """What was said below this message now says how it ended."""
    answered = words.answered(text, value)
    receipts.reword(session, incident, answered, cause=f"signal-{signal.id}", at=at)


def cry_in(signal: Signal) -> Said:
    """What a signal says. One that led to something could be read once, so it can be again."""
    said = said_in(signal.raw)
    if not isinstance(said, Said):
        raise NotAllowed("That message cannot be read any more.")
    return said


def _is_fresh(incident: Incident, at: datetime) -> bool:
    return rules.reply_to(incident.status, incident.created_at, at=at) == rules.Reply.JOIN


def _join_quietly(
    session: Session,
    asked_about: Incident,
    newer: Incident,
    signal: Signal,
    said: Said,
    *,
    at: datetime,
) -> None:
    """The question below the message says it; there is no further answer."""
    receipts.tell(session, newer, "report_joined", said, "also says", at=at)
    signal.incident_id, signal.state = newer.id, "joined"
    value = f"{newer.key}:{signal.id}"
    close_question(session, asked_about, signal, f"Joined {newer.key}.", at=at, value=value)
    receipts.follow(session, newer, at)


def _was_paged(session: Session, incident: Incident, pull: Pull) -> bool:
    """Whether the cord has paged, or somebody else the same people."""
    return any(
        receipts.is_of_cord(asked)
        or (asked.target == pull.target and asked.state in (*LIVE, "acknowledged"))
        for asked in page_rows.of_incident(session, incident.id)
    )


def _may_answer(
    session: Session,
    incident: Incident,
    at: datetime,
    *,
    apart: timedelta = rules.ANSWERS_APART,
) -> bool:
    """Slack takes one post a second; in a storm the receipt counts for the rest. Two replies on
    how it stands may have to lie further `apart`."""
    last = messages.last_answered(session, incident.id)
    if last is None:
        return True
    is_reply = last.settings.get("phase") == words.REPLY
    return at - last.created_at >= (apart if is_reply else rules.ANSWERS_APART)


def _may_ask(session: Session, incident: Incident, said: Said, at: datetime) -> bool:
    """What the whole channel saw is asked about; of what only the thread did, the first."""
    last = messages.last_answered(session, incident.id)
    if last is None or last.settings.get("phase") != words.AFTER:
        return True
    apart = rules.ANSWERS_APART if said.aloud else rules.QUESTIONS_APART
    return abs(at - last.created_at) >= apart


def _say_below(
    session: Session,
    incident: Incident,
    signal: Signal,
    said: Said,
    reply: words.Words,
    *,
    at: datetime,
) -> None:
    thread = said.thread_ts or said.ts
    receipts.say(session, incident, reply, cause=f"signal-{signal.id}", at=at, thread_ts=thread)
