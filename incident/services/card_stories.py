"""An incident as its card tells it: everything that the card depends on, read once, as a value."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import alarms, ladder, spoken
from incident.rules import steps as step_rules
from incident.rules.card_steps import RunSeen, StepSeen
from incident.rules.cards import Alarm, EffectSeen, PageSeen, Story
from incident.rules.progress import SETTLED, Progress, StepState
from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Step as AnyStep
from incident.services.scenes import scene_of
from incident.storage import effects, roles, runs, steps, targets, timeline
from incident.storage import pages as page_rows
from incident.storage.effects import Effect
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE, Page
from incident.storage.runs import Run
from incident.storage.steps import Step
from incident.storage.targets import Target

LAST_WORDS = ("incident_resolved", "incident_closed", "incident_declined", "incident_merged")
FAILED = ("refused", "not_sent", "exhausted")
UNPAGED = ("refused", "not_sent")
DRILL = "this is a drill"


def story_of(session: Session, incident: Incident) -> Story:
    session.flush()
    found = targets.every(session)
    every_step = steps.of_incident(session, incident.id)
    climbed = _climbed(page_rows.of_incident(session, incident.id))
    followed = _followed(session, incident, every_step)
    commander, awake = _people(session, incident, climbed)
    return Story(
        key=incident.key,
        title=incident.title,
        status=incident.status,
        severity=incident.severity,
        drill=incident.mode == "drill",
        commander=commander,
        runs=[_run_seen(incident, run, in_run) for run, in_run in followed],
        pages=list(_pages(climbed, found)),
        effects=[_effect(e) for e in effects.of_incident(session, incident.id) if not e.ended_at],
        deferred=sum(step.state == "deferred" for _, in_run in followed for step in in_run),
        awake=awake,
        alarm=_alarm(incident, climbed, found, every_step),
        update_due_at=incident.update_due_at,
        update_owed_by=incident.update_owed_by,
        last_word=_last_word(session, incident),
    )


def _climbed(asked: Sequence[Page]) -> list[list[Page]]:
    """Each ladder's pages since somebody last asked for its first rung."""
    by_cause: dict[str, list[Page]] = {}
    for page in asked:
        by_cause.setdefault(ladder.base_of(page.cause), []).append(page)
    return [ladder.since_start(of_cause) for of_cause in by_cause.values()]


def _followed(
    session: Session, incident: Incident, every_step: Sequence[Step]
) -> list[tuple[Run, list[Step]]]:
    found = [run for run in runs.of_incident(session, incident.id) if run.state != "abandoned"]
    return [(run, [step for step in every_step if step.run_id == run.id]) for run in found]


def _run_seen(incident: Incident, run: Run, in_run: Sequence[Step]) -> RunSeen:
    progress = Progress(in_run)
    counting = [step for step in in_run if progress.is_active(step)]
    current = next((step for step in in_run if step.state == StepState.CURRENT), None)
    seen = _step_seen(incident, current, in_run, progress) if current is not None else None
    return RunSeen(
        title=run.title,
        settled=sum(step.state in SETTLED for step in counting),
        counting=len(counting),
        step=seen if incident.open else None,
    )


def _step_seen(
    incident: Incident, step: Step, in_run: Sequence[Step], progress: Progress
) -> StepSeen:
    kind, settings = KINDS[step.kind], step.settings
    scene, at = scene_of(incident), incident.created_at
    follows = step_rules.what_follows(step, in_run, scene, at=at)
    waits_for = progress.unsettled_above(step) if kind.holds_later_steps else []
    choices = settings.get("choices") or ("yes", "no")
    return StepSeen(
        number=step.number,
        kind=step.kind,
        title=step.title,
        body=step.body,
        seq=step.outcome_seq,
        press=_press(follows),
        wakes=any(one.kind == "page" for one in follows),
        expect=str(settings.get("expect") or ""),
        choices=[str(choice) for choice in choices] if kind.is_answered else (),
        effect=str(settings.get("effect") or ""),
        waits_for=[(one.number, one.title) for one in waits_for],
        on_it=step.claimed_by or "",
        on_it_since=step.claimed_at,
    )


def _pages(climbed: Sequence[Sequence[Page]], found: Sequence[Target]) -> Iterator[PageSeen]:
    """Whatever somebody should answer. One that was held back rings with another."""
    backups = {target.name: target.backup for target in found}
    for pages in climbed:
        newest = pages[-1]
        if newest.state in LIVE:
            ahead = ladder.ahead(pages, backups)
            yield PageSeen(
                id=newest.id,
                target=newest.target,
                state=newest.state,
                step=newest.step,
                due_at=newest.ack_due_at,
                then=f"paging {ahead[0]}" if ahead else "the telephones",
            )


def _effect(effect: Effect) -> EffectSeen:
    longest = effect.max_seconds
    over = None if longest is None else effect.began_at + timedelta(seconds=longest)
    return EffectSeen(effect.text, effect.began_at, over)


def _people(
    session: Session, incident: Incident, climbed: Sequence[Sequence[Page]]
) -> tuple[str, list[str]]:
    """Who commands, and whoever else holds a role or answered a page."""
    held = roles.held(session, incident.id)
    commander = next((role.person for role in held if role.name == "commander"), "")
    seated = [f"{role.person} ({role.name})" for role in held if role.name != "commander"]
    names = {role.person for role in held}
    answered = [page.acknowledged_by for pages in climbed for page in pages if page.acknowledged_by]
    others = [name for name in dict.fromkeys(answered) if name not in names]
    return commander, [*seated, *others]


def _alarm(
    incident: Incident,
    climbed: Sequence[Sequence[Page]],
    found: Sequence[Target],
    every_step: Sequence[Step],
) -> Alarm | None:
    """Only what nobody has dealt with yet: an answer, or settling the step, takes it away."""
    waiting = {step.number for step in every_step if step.state == StepState.WAITING}
    open_ones = [pages for pages in climbed if _is_owed(incident, pages[-1], waiting)]
    troubled = [page for pages in open_ones for page in pages if _trouble(page)]
    if not troubled or not incident.open:
        return None
    live = any(pages[-1].state in LIVE for pages in climbed)
    return Alarm(
        heading=_heading(troubled, live=live),
        reasons=list(dict.fromkeys(_reason(page) for page in troubled)),
        phones=_phones([page.target for page in troubled], found),
    )


def _is_owed(incident: Incident, newest: Page, waiting: set[int]) -> bool:
    if newest.state not in (*LIVE, *FAILED):
        return False
    if newest.step is not None:
        return newest.step in waiting or alarms.is_asleep(newest.alarm)
    return incident.acked_at is None or newest.promised_at > incident.acked_at


def _trouble(page: Page) -> str:
    """Why it may wake nobody, the heading in capitals first; empty where all is well."""
    if page.state in FAILED and page.reason != DRILL:
        return page.alarm or alarms.refused(page.reason or "every rung has been tried")
    return page.alarm if page.state in LIVE else ""


def _heading(troubled: Sequence[Page], *, live: bool) -> str:
    unpaged = [page.target.upper() for page in troubled if page.state in UNPAGED]
    if unpaged and live:
        return f"{', '.join(dict.fromkeys(unpaged))} WAS NOT PAGED"
    if unpaged:
        return alarms.NOT_PAGED
    return next((h for h in (_trouble(p).partition(":")[0] for p in troubled) if h), "")


def _reason(page: Page) -> str:
    heading, _, rest = _trouble(page).partition(": ")
    words = alarms.told(rest if heading.isupper() and rest else _trouble(page))
    return words if page.target in words else f"{page.target}: {words}"


def _phones(named: Sequence[str], found: Sequence[Target]) -> list[tuple[str, str]]:
    """Those of the targets that were paged, else those of any target."""
    paged = [target for target in found if target.name in named]
    for behind in (paged, found):
        phones = [phone for target in behind for phone in kept_phones(target)]
        if phones:
            return list(dict.fromkeys(phones))
    return []


def kept_phones(target: Target) -> list[tuple[str, str]]:
    kept: Sequence[Mapping[str, object]] = target.phones or target.on_call
    return [(str(p.get("name", "")), str(p["phone"])) for p in kept if p.get("phone")]


def _press(follows: Sequence[AnyStep]) -> str:
    """What the button says, so that nobody sends anything by surprise."""
    verbs = {"page": ("page", "target"), "post": ("post to", "channel")}
    told = [(verbs[one.kind], one.settings) for one in follows if one.kind in verbs]
    sent = [f"{verb} {settings.get(name, '')}" for (verb, name), settings in told]
    return f"Done, then {' and '.join(sent)}" if sent else "Done"


def _last_word(session: Session, incident: Incident) -> str:
    if incident.open:
        return ""
    told = timeline.of_kinds(session, incident.id, LAST_WORDS)
    if not told:
        return f"It is {incident.status}."
    at: datetime = told[-1].occurred_at
    return f"{told[-1].text} ({spoken.moment(at, incident.zone)})."
