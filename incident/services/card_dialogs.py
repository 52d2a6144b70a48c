"""Dialogs of the live card in Slack: what is asked before a step is settled or somebody paged."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import spoken
from incident.rules.dialogs import NOTHING, Dialog, Field, Reply
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor, require
from incident.rules.progress import SETTLED
from incident.rules.steps import NEEDS_REASON, PAUSE_POINTS
from incident.rules.words import outcome_words, shortened
from incident.services import pages, proofs, steps, visibility
from incident.services.card_stories import kept_phones
from incident.storage import incidents, targets
from incident.storage import steps as step_rows
from incident.storage.incidents import Incident
from incident.storage.steps import Step
from incident.storage.targets import Target

Context = Mapping[str, str]
Values = Mapping[str, Any]

TITLE_LENGTH, TEXT_LENGTH = 300, 1_000
WAKES_AT_MOST = 10
ASKS = {
    "not_applicable": "Why does it not concern this incident?",
    "overridden": "Why do you go on without it?",
    "deferred": "Why later?",
    "failed": "What happened?",
}
SAVES = {
    "not_applicable": "Not applicable",
    "overridden": "Override",
    "deferred": "Defer",
    "failed": "Mark it failed",
}


def fill_value(session: Session, context: Context, actor: Actor, _at: datetime) -> Dialog:
    """What was seen, for a step that asks for it."""
    step = _open_step(session, context, actor)
    expect = shortened(str(step.settings.get("expect") or ""), TITLE_LENGTH)
    hint = f"Expected: {expect}" if expect else ""
    return _about(step, context, "step_value", [Field("value", "What do you see?", hint=hint)])


def submit_value(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    steps.complete(
        session, **_seen(session, context, actor), actor=actor, at=at, value=_text(values, "value")
    )
    return NOTHING


def fill_reason(session: Session, context: Context, actor: Actor, _at: datetime) -> Dialog:
    """Why a step is not simply done; when it is deferred, until when."""
    step, outcome = _open_step(session, context, actor), _outcome(context)
    optional = outcome not in NEEDS_REASON
    why = Field("reason", ASKS[outcome], kind="text", optional=optional, longest=TEXT_LENGTH)
    points = [(point, point.capitalize()) for point in PAUSE_POINTS]
    until = Field("until", "Until", kind="choice", value="before close", options=points)
    fields = [until, why] if outcome == "deferred" else [why]
    return _about(step, context, "step_reason", fields, submit=SAVES[outcome])


def submit_reason(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    outcome, asked = _outcome(context), _seen(session, context, actor)
    if outcome == "deferred":
        asked["until"] = _text(values, "until")
    settle = SETTLES[outcome]
    settle(session, **asked, actor=actor, at=at, reason=_text(values, "reason"))
    return NOTHING


def fill_note(session: Session, context: Context, actor: Actor, _at: datetime) -> Dialog:
    """A remark on a step. It may be settled by now."""
    _, step = _step(session, context, actor)
    note = Field("text", "What is worth remembering?", kind="text", longest=TEXT_LENGTH)
    return _about(step, context, "step_note", [note])


def submit_note(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    asked = _seen(session, context, actor)
    del asked["expected_seq"]
    steps.note(session, **asked, text=_text(values, "text"), actor=actor, at=at)
    return NOTHING


def fill_page(session: Session, context: Context, actor: Actor, at: datetime) -> Dialog:
    """Whom to wake: who that is just now, and what time it is where they are."""
    incident = _incident(session, context, actor)
    if not incident.open:
        raise NotAllowed(f"{incident.key} is {incident.status}. Reopen it before you page.")
    pageable, troubles = targets.pageable(session), proofs.troubles(session, at=at)
    if not pageable:
        raise NotAllowed("There is nobody to page yet: add a target in the desk's settings.")
    told = [_wakes(target, troubles.get(target.name, ""), at) for target in pageable]
    whom = Field("target", "Whom to wake", "choice", options=[(t.name, t.name) for t in pageable])
    words = Field("text", "What to tell them", optional=True, longest=TEXT_LENGTH)
    return Dialog(
        name="page",
        title="Page somebody",
        fields=[whom, words],
        submit="Page now",
        text="\n".join(["Nobody is woken before you press “Page now”.", *told[:WAKES_AT_MOST]]),
        context={"key": incident.key, "once": f"{actor.name} {at.timestamp():.6f}"},
    )


def submit_page(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    """One dialog pages once, however often Slack hands it in."""
    incident = incidents.lock(session, _incident(session, context, actor).key)
    digest = sha256(context.get("once", "").encode()).hexdigest()[:12]
    page = pages.page_locked(
        session,
        incident,
        target=_text(values, "target"),
        text=_text(values, "text"),
        actor=actor,
        at=at,
        cause=f"dialog-{digest}",
    )
    if page.state == "not_sent":
        return Reply(f"NOBODY WAS PAGED: {page.reason}. {_call(session, page.target)}")
    return Reply(f"Paging {page.target} for {incident.key}. The card shows who answers.")


def _wakes(target: Target, trouble: str, at: datetime) -> str:
    people = [
        f"{person.get('name') or 'Somebody'} ({_there(person.get('zone') or target.zone, at)})"
        for person in target.on_call
    ]
    if not target.connected:
        return f"{target.name}: not connected to PagerDuty, so nobody would be woken"
    woken = ", ".join(people) or f"whoever is on call ({_there(target.zone, at)})"
    return f"{target.name}: {woken}" + (f". Beware: {trouble}" if trouble else "")


def _call(session: Session, target: str) -> str:
    found = targets.find(session, target)
    phones = [f"{name} {phone}" for name, phone in kept_phones(found)] if found else []
    return f"Telephone {', '.join(phones) or 'whoever you know'}."


def _there(zone: object, at: datetime) -> str:
    return f"{spoken.clock(at, str(zone))} their time"


def _about(
    step: Step, context: Context, name: str, fields: list[Field], *, submit: str = "Save"
) -> Dialog:
    return Dialog(
        name=name,
        title=f"Step {step.number}",
        fields=fields,
        submit=submit,
        text=f"Step {step.number}: {shortened(step.title, TITLE_LENGTH)}",
        context=context,
    )


def _open_step(session: Session, context: Context, actor: Actor) -> Step:
    """Nobody should write a reason for what is settled by now."""
    seq, step = _step(session, context, actor)
    if step.state in SETTLED and step.outcome_seq > seq:
        raise NotAllowed(f"Step {step.number} is already {outcome_words(step)}.")
    return step


def _step(session: Session, context: Context, actor: Actor) -> tuple[int, Step]:
    require(actor, "responder")
    incident, asked = _incident(session, context, actor), _asked(context)
    in_run = step_rows.of_run_with(session, incident.id, asked["number"])
    step = next(step for step in in_run if step.number == asked["number"])
    return asked["expected_seq"], step


def _seen(session: Session, context: Context, actor: Actor) -> dict[str, Any]:
    _incident(session, context, actor)
    return _asked(context)


def _incident(session: Session, context: Context, actor: Actor) -> Incident:
    return visibility.require(session, actor, context.get("key", ""))


def _asked(context: Context) -> dict[str, Any]:
    """What was on screen, as the commands on steps want to be told."""
    return {
        "incident_key": context.get("key", ""),
        "number": _whole(context.get("number", "")),
        "expected_seq": _whole(context.get("seq", "")),
    }


def _outcome(context: Context) -> str:
    outcome = context.get("outcome", "")
    if outcome not in SETTLES:
        raise NotAllowed("The desk does not know this outcome. Open the step in the desk.")
    return outcome


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _whole(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


SETTLES: Mapping[str, Callable[..., object]] = {
    "not_applicable": steps.not_applicable,
    "overridden": steps.override,
    "deferred": steps.defer,
    "failed": steps.fail,
}
