"""Page targets: whom a checklist may wake, and with which key."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident import clock
from incident.rules import people as people_rules
from incident.rules.targets import written_phones
from incident.rules.urgency import MAY_BE_LOW, ROWS_AT_MOST
from incident.services import targets
from incident.services.targets import TargetForm
from incident.storage import people
from incident.storage import targets as target_rows
from incident.storage.db import reading, transaction
from incident.storage.targets import Target
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor
from incident.web.presses import number_in_form

EMPTY_ROWS = 2
NO_NUMBER = -1

bp = Blueprint("targets", __name__, url_prefix="/settings/targets")


@bp.get("")
@role_required("responder")
def index() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "settings/targets/index.html",
            targets=target_rows.every(session),
            people=people.reachable(session),
        )


@bp.get("/new")
@role_required("admin")
def new() -> ResponseReturnValue:
    return _page("", None, Errors())


@bp.post("")
@role_required("admin")
def create() -> ResponseReturnValue:
    name = request.form.get("name", "").strip().lower()
    errors = Errors()
    with reading() as session:
        if target_rows.find(session, name):
            errors["name"] = "There is a target of this name already."
    return _page(name, None, errors) if errors else _save(name, is_new=True)


@bp.get("/<name>")
@role_required("admin")
def edit(name: str) -> ResponseReturnValue:
    return _page(name, _existing(name), Errors())


@bp.post("/<name>")
@role_required("admin")
def save(name: str) -> ResponseReturnValue:
    _existing(name)
    return _save(name, is_new=False)


@bp.post("/<name>/disconnection")
@role_required("admin")
def disconnect(name: str) -> ResponseReturnValue:
    with transaction() as session:
        targets.disconnect(session, name=name, actor=current_actor(), at=clock.now())
    flash(f"{name} is not connected any more: pages to it are not sent.", "caution")
    return redirect(url_for("targets.edit", name=name), 303)


def _save(name: str, *, is_new: bool) -> ResponseReturnValue:
    errors = Errors()
    with errors.kept(), transaction() as session:
        targets.put(session, name=name, form=_typed(), actor=current_actor(), at=clock.now())
    if errors:
        return _page(name, None if is_new else _existing(name), errors)
    flash(f"{name} is saved.", "done")
    return redirect(url_for("targets.index"), 303)


def _typed() -> TargetForm:
    form = request.form
    return TargetForm(
        routing_key=form.get("routing_key", "").strip(),
        description=form.get("description", "").strip(),
        service_id=form.get("service_id", "").strip().upper(),
        backup=form.get("backup", ""),
        urgency=form.get("urgency", ""),
        zone=form.get("zone", ""),
        phones=form.get("phones", ""),
        phones_right="phones_right" in form,
        urgencies=_typed_rows(),
        everyone="everyone" in form,
        awake_seconds=_minutes("awake_minutes"),
        stale_seconds=_minutes("stale_minutes"),
        slack_channel=form.get("slack_channel", "").strip(),
    )


def _minutes(name: str) -> int | None:
    """As seconds. What is no number is kept as one that no rule lets pass."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    return int(text) * 60 if text.isascii() and text.isdigit() and len(text) < 7 else NO_NUMBER


def _typed_rows() -> list[dict[str, Any]] | None:
    """The rows of severities and hours. A form that shows none leaves them as they are."""
    form, count = request.form, number_in_form("urgency_rows")
    if count is None:
        return None
    return [
        {
            "severities": form.getlist(f"urgency-{n}-severity"),
            "from": form.get(f"urgency-{n}-from", "").strip(),
            "until": form.get(f"urgency-{n}-until", "").strip(),
            "urgency": form.get(f"urgency-{n}-urgency", ""),
        }
        for n in range(min(count, ROWS_AT_MOST + EMPTY_ROWS))
    ]


def _existing(name: str) -> Target:
    with reading() as session:
        return target_rows.get(session, name)


def _page(name: str, target: Target | None, errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        others = sorted(other for other in target_rows.backups(session) if other != name)
    page = render_template(
        "settings/targets/edit.html",
        name=name,
        target=target,
        phones=written_phones(target.phones if target else []),
        backups=[("", "Nobody"), *((other, other) for other in others)],
        zones=people_rules.zones(),
        rows=_shown_rows(target),
        levels=MAY_BE_LOW,
        form=request.form,
        errors=errors,
    )
    return make_response(page, 422 if errors else 200)


def _shown_rows(target: Target | None) -> list[dict[str, Any]]:
    """What was typed, else what is kept; and room for more."""
    typed = _typed_rows()
    if typed is not None:
        return typed
    empty = {"severities": [], "from": "", "until": "", "urgency": "low"}
    return [*(target.urgencies if target else []), *([empty] * EMPTY_ROWS)]
