"""The steps of a live incident: every outcome has its own address."""

from collections.abc import Callable

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from incident.services import pages, step_claims, steps
from incident.web.presses import Press, number_in_form, press

Command = Callable[..., object]

bp = Blueprint("steps", __name__, url_prefix="/incidents/<key>/steps/<int:number>")


@bp.post("/completion")
def complete(key: str, number: int) -> ResponseReturnValue:
    return _settle(key, number, steps.complete, "Done", value=_typed("value"))


@bp.post("/answer")
def answer(key: str, number: int) -> ResponseReturnValue:
    value = _typed("value")
    return _settle(key, number, steps.answer, f"Answered: {value}", value=value)


@bp.post("/not-applicable")
def not_applicable(key: str, number: int) -> ResponseReturnValue:
    reason = _typed("reason")
    return _settle(key, number, steps.not_applicable, "Not applicable", reason=reason)


@bp.post("/override")
def override(key: str, number: int) -> ResponseReturnValue:
    return _settle(key, number, steps.override, "Overridden", reason=_typed("reason"))


@bp.post("/deferral")
def defer(key: str, number: int) -> ResponseReturnValue:
    reason, until = _typed("reason"), _typed("until")
    return _settle(key, number, steps.defer, "Deferred", reason=reason, until=until)


@bp.post("/failure")
def fail(key: str, number: int) -> ResponseReturnValue:
    return _settle(key, number, steps.fail, "Failed", reason=_typed("reason"))


@bp.post("/reopening")
def reopen(key: str, number: int) -> ResponseReturnValue:
    do = _on_screen(steps.reopen, key, number)
    return press(key, do, said="Reopened. What it sent stays sent.")


@bp.post("/claim")
def claim(key: str, number: int) -> ResponseReturnValue:
    do = _on_screen(step_claims.claim, key, number, take_over_from=_typed("take_over_from"))
    return press(key, do, said="You are on it, and everybody sees that.")


@bp.post("/release")
def release(key: str, number: int) -> ResponseReturnValue:
    do = _on_screen(step_claims.release, key, number)
    return press(key, do, said="You are no longer on it.")


@bp.post("/acknowledgement")
def acknowledge(key: str, number: int) -> ResponseReturnValue:
    do = _on_screen(pages.acknowledge, key, number)
    return press(key, do, said="You have it. Nobody else is woken for this step.")


@bp.post("/note")
def note(key: str, number: int) -> ResponseReturnValue:
    do = _now(steps.note, key, number, text=_typed("text"))
    return press(key, do, said="The note is on the timeline.")


@bp.post("/page-again")
def page_again(key: str, number: int) -> ResponseReturnValue:
    return press(key, _now(pages.page_again, key, number), said="Paging again.")


def _settle(
    key: str, number: int, service: Command, said: str, **asked: str
) -> ResponseReturnValue:
    """The outcomes, which may be taken back for ten seconds."""
    undo = f"/incidents/{key}/steps/{number}/reopening"
    return press(key, _on_screen(service, key, number, **asked), said=f"{said}.", undo=undo)


def _on_screen(service: Command, key: str, number: int, **asked: str) -> Callable[[Press], object]:
    """A command that is refused when the step is no longer as it was on the screen."""
    return _now(service, key, number, expected_seq=number_in_form("expected_seq"), **asked)


def _now(service: Command, key: str, number: int, **asked: object) -> Callable[[Press], object]:
    def do(pressed: Press) -> object:
        who = {"actor": pressed.actor, "at": pressed.at}
        return service(pressed.session, incident_key=key, number=number, **who, **asked)

    return do


def _typed(name: str) -> str:
    return request.form.get(name, "")
