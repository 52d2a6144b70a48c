"""One page of a ladder after another: the next rung, the same one again, or the end of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import alarms as alarm_rules
from incident.rules import ladder as rules
from incident.rules import pages as page_rules
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.permissions import DESK, Actor
from incident.services import budgets, page_alarms, page_timers, receipts
from incident.services.record import record
from incident.storage import outbox, pages, steps, targets
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE, Page
from incident.storage.steps import Step


def page_next(
    session: Session, incident: Incident, page: Page, *, why: str, actor: Actor, at: datetime
) -> Page | None:
    """Page the next rung after `page`. None: there is none, and the page is exhausted."""
    asked = pages.of_cause(session, incident.id, page.cause)
    climbed = rules.since_start(asked)
    ahead = rules.ahead(climbed, targets.backups(session))
    following = next(iter(ahead), "") or _named_by_folded(session, climbed)
    if not following:
        _exhaust(session, incident, page, why, at=at)
        return None
    rung = max(before.rung for before in climbed) + 1
    notice = Notice(
        integration="pagerduty",
        action="trigger",
        target=following,
        subject=page_rules.relabelled(page.summary, incident.severity),
        cause=rules.cause_of(page.cause, rung),
        generation=climbed[-1].generation,
        step=page.step,
        settings=_settings(session, incident, page),
        rung=rung,
        follows=asked[-1].id,
        ack_seconds=_asked_seconds(session, incident, page),
    )
    text = f"{why}: paging {following} (rung {rung})"
    data = {"target": following, "rung": rung, "after": page.target}
    event = Event("page_climbed", text, data, step=page.step, key_moment=True)
    return _send(session, incident, event, notice, actor=actor, at=at)


def page_once_more(
    session: Session, incident: Incident, page: Page, *, why: str, at: datetime
) -> Page:
    """Page the same people again, as a new alert: an open one wakes nobody twice."""
    asked = pages.of_cause(session, incident.id, page.cause)
    notice = Notice(
        integration="pagerduty",
        action="trigger",
        target=page.target,
        subject=page_rules.relabelled(page.summary, incident.severity),
        cause=page.cause,
        generation=max(before.generation for before in asked) + 1,
        step=page.step,
        settings=_settings(session, incident, page),
        rung=page.rung,
        follows=asked[-1].id,
        then=page.then,
        ack_seconds=_asked_seconds(session, incident, page),
    )
    text = f"{why}: paging {page.target} again"
    data = {"target": page.target, "generation": notice.generation}
    event = Event("page_repeated", text, data, step=page.step, key_moment=True)
    return _send(session, incident, event, notice, actor=DESK, at=at)


def say(session: Session, incident: Incident, event: Event, *, actor: Actor, at: datetime) -> None:
    """A line about a page, on its step too if it has one."""
    in_run = _in_run(session, incident, event.step)
    record(session, incident, Outcome((event,)), actor=actor, at=at, steps=in_run)


def _send(
    session: Session,
    incident: Incident,
    event: Event,
    notice: Notice,
    *,
    actor: Actor,
    at: datetime,
) -> Page:
    outcome = Outcome((event,), (notice,))
    in_run = _in_run(session, incident, notice.step)
    record(session, incident, outcome, actor=actor, at=at, steps=in_run)
    receipts.follow(session, incident, at)
    return pages.named(session, incident.id, notice.cause, notice.generation)


def _exhaust(session: Session, incident: Incident, page: Page, why: str, *, at: datetime) -> None:
    """Whoever was paged may still answer; but from here on people have to telephone.

    The line says why the ladder ended; the alarm, what to do. A page in trouble keeps its time:
    the alarm about that is out, and it may still come right. Whoever had it and did nothing has
    it no more: it waits for an answer again. The step stays done.
    """
    if page.state in LIVE and page.alarm and page.ack_due_at and at < page.ack_due_at:
        page_timers.put(session, page, "rung", due_at=page.ack_due_at, at=at)
        return
    text = f"{why}, and nobody is left to page"
    is_asleep = page.state == "acknowledged"
    event = Event(
        page_alarms.UNATTENDED if is_asleep else "page_exhausted",
        text,
        {"target": page.target, "page": page.id},
        step=page.step,
    )
    say(session, incident, event, actor=DESK, at=at)
    kind, sentence = alarm_rules.EXHAUSTED, alarm_rules.exhausted(page.target)
    if is_asleep:
        kind, sentence = alarm_rules.ASLEEP, alarm_rules.asleep(why)
        page.acknowledged_at, page.acknowledged_by, page.answers = None, None, []
    if is_asleep or page.state in LIVE:
        page.state, page.reason, page.ended_at = "exhausted", why, at
    else:
        kind, sentence = alarm_rules.REFUSED, alarm_rules.refused(page.reason or page.state)
    page_alarms.raise_alarm(session, incident, page, kind=kind, sentence=sentence, at=at)
    page_timers.cancel(session, page, at=at, kinds=("rung",))
    receipts.follow(session, incident, at)


def _named_by_folded(session: Session, climbed: Sequence[Page]) -> str:
    """A step whose page was held back may name somebody who follows, too."""
    tried = {page.target for page in climbed}
    folded = (one for page in climbed for one in budgets.folded_pages(session, page))
    return next((one.then for one in folded if one.then and one.then not in tried), "")


def _settings(session: Session, incident: Incident, page: Page) -> dict[str, Any]:
    """What the page before carried, for whoever has only a telephone in hand."""
    sent = outbox.of_page(session, page.id)
    before = next((row.settings for row in sent if row.action == "trigger"), {})
    kept = {name: value for name, value in before.items() if name in ("path", "details")}
    return {**kept, "severity": incident.severity}


def _asked_seconds(session: Session, incident: Incident, page: Page) -> int | None:
    """What the checklist says; without a word from it the severity of now decides."""
    in_run = _in_run(session, incident, page.step)
    step = next((step for step in in_run if step.number == page.step), None)
    ack = step.settings.get("ack") if step is not None else None
    return int(ack) if ack else None


def _in_run(session: Session, incident: Incident, number: int | None) -> list[Step]:
    return steps.of_run_with(session, incident.id, number) if number is not None else []
