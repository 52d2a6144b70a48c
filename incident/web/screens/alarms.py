"""NOBODY WAS PAGED: what failed, and whom to telephone instead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.storage.overviews import Overview
from incident.storage.targets import Target
from incident.web.screens.ladders import Rung
from incident.web.screens.messages import CALLED_OFF, Message

UNPAGED = ("refused", "not_sent")
UNANSWERED = "NOBODY HAS ANSWERED"
TELEPHONED = "Telephoned {name}: "


@dataclass(frozen=True, slots=True)
class Alarm:
    """The words in capitals, why, and the telephones in the order to try them.

    `tried` says of a name how it went when somebody last rang, and when that was.
    """

    heading: str
    reasons: tuple[str, ...]
    phones: tuple[tuple[str, str], ...]
    phones_at: datetime | None
    tried: Mapping[str, tuple[str, datetime]]


def alarm(asked: Sequence[tuple[str, Message]], found: Overview) -> Alarm | None:
    """Only what nobody has dealt with yet: an answer, or settling the step, takes it away."""
    failed = [message for _, message in asked if message.failed]
    if not failed:
        return None
    named = list(dict.fromkeys(rung.target for message in failed for rung in _rungs(message)))
    phones, as_of = _phones(named, found)
    return Alarm(
        heading=_heading(failed),
        reasons=tuple(dict.fromkeys(reason for message in failed for reason in _reasons(message))),
        phones=phones,
        phones_at=as_of,
        tried=dict(_tried([name for name, _ in phones], found)),
    )


def _heading(failed: Sequence[Message]) -> str:
    """The worst of it: nobody at all was paged, somebody was not, or nobody answers."""
    if any(message.state in UNPAGED for message in failed):
        return "NOBODY WAS PAGED"
    if all(message.state in CALLED_OFF for message in failed):
        return "NOBODY IS BEING PAGED"
    rungs = [rung for message in failed for rung in _rungs(message) if rung.trouble]
    unpaged = [rung.target.upper() for rung in rungs if rung.state in UNPAGED]
    if unpaged:
        return f"{', '.join(unpaged)} WAS NOT PAGED"
    said = (rung.trouble.partition(":")[0] for rung in rungs)
    return next((words for words in said if words.isupper()), UNANSWERED)


def _reasons(message: Message) -> Iterator[str]:
    """Why, for each rung that is in trouble; whoever else is being paged is said last."""
    rungs = _rungs(message)
    if message.state in CALLED_OFF:
        why = message.sentence.partition(": ")[2].rstrip(".")
        yield why[:1].upper() + why[1:]
        return
    for rung in rungs:
        if rung.trouble:
            yield _reason(rung, alone=len(rungs) == 1)
    if message.live and len(rungs) > 1 and not rungs[-1].trouble:
        yield f"{message.target} is being paged now"


def _reason(rung: Rung, *, alone: bool) -> str:
    """Whom it is about is said where there are several and the words do not name them."""
    named = alone or rung.target in rung.reason
    return rung.reason[:1].upper() + rung.reason[1:] if named else f"{rung.target}: {rung.reason}"


def _rungs(message: Message) -> Sequence[Rung]:
    return message.ladder.rungs if message.ladder else ()


def _phones(
    named: Sequence[str], found: Overview
) -> tuple[tuple[tuple[str, str], ...], datetime | None]:
    """Those of the targets that were paged, else of any target, else of whoever has an account."""
    by_name = {target.name: target for target in found.targets}
    paged = [by_name[name] for name in named if name in by_name]
    for behind in (paged, found.targets):
        phones = [phone for target in behind for phone in kept_phones(target)]
        if phones:
            dates = [_as_of(target) for target in behind if kept_phones(target)]
            return tuple(dict.fromkeys(phones)), min((d for d in dates if d), default=None)
    people = ((person.name, person.phone) for person in found.reachable)
    return tuple(people), None


def _tried(names: Sequence[str], found: Overview) -> Iterator[tuple[str, tuple[str, datetime]]]:
    """What the card's own buttons wrote on the timeline, the last word about each."""
    for event in found.telephoned:
        for name in names:
            said = event.text.removeprefix(TELEPHONED.format(name=name))
            if said != event.text:
                yield name, (said, event.occurred_at)


def kept_phones(target: Target) -> list[tuple[str, str]]:
    """What somebody typed, in that order; else what PagerDuty says of those who are on call."""
    if target.phones:
        return [(str(p["name"]), str(p["phone"])) for p in target.phones]
    return [(str(p.get("name", "")), str(p["phone"])) for p in target.on_call if p.get("phone")]


def _as_of(target: Target) -> datetime | None:
    return target.phones_at if target.phones else target.on_call_at
