"""The pull-cord: what a message in its channel leads to, and who may stand down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from incident.rules import pages
from incident.rules.incidents import Status
from incident.rules.outcome import NotAllowed, Notice
from incident.rules.permissions import RANK, Actor
from incident.rules.signals import Signal

JOINS_WITHIN = timedelta(minutes=30)
SECOND_CRY = timedelta(minutes=2)
STALE_AFTER = timedelta(minutes=60)
ANSWERS_APART = timedelta(seconds=1)
QUESTIONS_APART = timedelta(minutes=5)
HOW_TO_LINK = (
    "If you are a responder here, write your Slack member id {member} on your profile in the "
    "incident desk."
)

WORDLESS = "no word of the rule is in it"
TOLD_BEFORE = "it was told before"


class Heard(StrEnum):
    """What a message is: a cry for help, more about one that is known, or neither."""

    CRY = "cry"
    MORE = "more"
    NOTHING = "nothing"


class Reply(StrEnum):
    """What a cry leads to."""

    OPEN = "open"
    JOIN = "join"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Memory:
    """What we know of a message before we act on it.

    `told` is whether this very message led to something before, and `noted` whether that was only
    a line: what names us is told as a reply, too, even if the channel saw it. `ours` is whether it
    is about an incident: its first report, or a reply below it. `over` is whether that incident
    has ended and the rule is armed, `armed_at` since when it is. `counts` is whether the rule
    takes its words for a cry, and `added` whether an edit made them one.
    """

    told: bool
    ours: bool
    noted: bool = False
    listens_to_threads: bool = False
    counts: bool = True
    added: bool = False
    over: bool = False
    armed_at: datetime | None = None


def heard(said: Signal, memory: Memory, *, at: datetime) -> tuple[Heard, str]:
    """What `said` is, and why it is nothing if so. One message is one cry, however often told."""
    if said.kind == "edit" or said.kind == "deletion":
        return _heard_afterwards(said, memory, at=at)
    if memory.told and not (memory.noted and _cries_anew(said, memory)):
        return Heard.NOTHING, TOLD_BEFORE
    if memory.ours and not _cries_anew(said, memory):
        return Heard.MORE, ""
    if said.kind == "reply" and not memory.listens_to_threads:
        return Heard.NOTHING, "it is a reply in a thread"
    return (Heard.CRY, "") if memory.counts else (Heard.NOTHING, WORDLESS)


def reply_to(status: str | None, opened_at: datetime | None, *, at: datetime) -> Reply:
    """What a cry leads to. `status` is that of the channel's newest open incident, if any."""
    if status is None or opened_at is None:
        return Reply.OPEN
    is_fresh = at - opened_at < JOINS_WITHIN
    return Reply.JOIN if status == Status.TRIAGE and is_fresh else Reply.ASK


def is_stale(due_at: datetime, at: datetime) -> bool:
    """Whether a page comes so late that a human should be asked before anybody is woken."""
    return at - due_at > STALE_AFTER


def require_may_stand_down(
    actor: Actor, *, member: str, is_author: bool, paged: bool, has_it: bool
) -> None:
    """Before the page, whoever called may call it off. After it, somebody awake has to."""
    if RANK[actor.role] >= RANK["responder"] or has_it:
        return
    if paged:
        raise NotAllowed(
            "The page is out. Only whoever has it, or a responder, may stand down. "
            + HOW_TO_LINK.format(member=member)
        )
    if not is_author:
        raise NotAllowed(
            "Only whoever wrote the message, or a responder, may call it off. "
            + HOW_TO_LINK.format(member=member)
        )


def require_responder(actor: Actor, *, member: str) -> None:
    """To have it, one has to be able to do something about it."""
    if RANK[actor.role] < RANK["responder"]:
        raise NotAllowed(
            "Only a responder can have it, so it still looks for one. "
            + HOW_TO_LINK.format(member=member)
        )


def page_notice(
    *,
    key: str,
    title: str,
    severity: str,
    target: str,
    channel: str,
    generation: int,
    reporter: str,
    details: Mapping[str, str],
) -> Notice:
    """The page of a pull-cord: its first words are the first report and who made it."""
    return Notice(
        integration="pagerduty",
        action="trigger",
        target=target,
        subject=pages.summary(
            severity=severity, key=key, title=title, what=f"reported by {reporter} in Slack"
        ),
        cause=f"rule-{channel}",
        generation=generation,
        settings={
            "severity": severity,
            "path": f"/incidents/{key}",
            "details": {name: value for name, value in details.items() if value},
        },
    )


def waits_for_nothing(grace_seconds: int, due_at: datetime, at: datetime) -> bool:
    """Whether a cry pages at once. What is hours late is left to its grace, which asks first."""
    return grace_seconds == 0 and not is_stale(due_at, at)


def written_at(ts: str) -> datetime | None:
    """When the message with this Slack ts was written."""
    seconds = ts.partition(".")[0]
    if not seconds.isascii() or not seconds.isdigit() or len(seconds) > 10:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _heard_afterwards(said: Signal, memory: Memory, *, at: datetime) -> tuple[Heard, str]:
    """An edit of a young message that never reached us is all we have of it; and one that adds
    the rule's word is as good as a message."""
    is_new = not memory.told and _is_for_all(said, memory) and _is_young(said, memory, at)
    is_as_good = said.kind == "edit" and is_new
    if memory.ours and not (is_as_good and _cries_anew(said, memory)):
        return Heard.MORE, ""
    if not is_as_good:
        gone = "deleted" if said.kind == "deletion" else "edited"
        return Heard.NOTHING, f"a message was {gone} that led to nothing"
    return (Heard.CRY, "") if memory.counts else (Heard.NOTHING, WORDLESS)


def _cries_anew(said: Signal, memory: Memory) -> bool:
    """Below an incident that is over, what counts elsewhere is a cry of its own."""
    return memory.over and memory.counts and _is_for_all(said, memory)


def _is_for_all(said: Signal, memory: Memory) -> bool:
    """Whether it is more to the rule than talk in a thread."""
    in_thread = said.thread_ts not in ("", said.ts) and not said.aloud
    return memory.listens_to_threads or not in_thread


def _is_young(said: Signal, memory: Memory, at: datetime) -> bool:
    """Words are as old as the message, or as the edit that made a cry of them. What was written
    before the rule was armed wakes nobody; Slack's moments are read to the second."""
    moments = [written_at(said.ts), said.occurred_at if memory.added else None]
    known = [moment for moment in moments if moment is not None]
    since = memory.armed_at.replace(microsecond=0) if memory.armed_at else None
    return any(at - one < JOINS_WITHIN and (since is None or one >= since) for one in known)
