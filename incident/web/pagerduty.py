"""Connecting PagerDuty, on one page: from a token to a path that is proven."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident import clock
from incident.integrations.pagerduty import account
from incident.integrations.pagerduty.account import Asking
from incident.integrations.pagerduty.rest import Rest, RestRefused, RestUnreachable
from incident.integrations.pagerduty.words import why
from incident.rules import connecting as rules
from incident.rules.connecting import Owner
from incident.rules.fields import refuse
from incident.rules.proofs import Service
from incident.rules.targets import key_problem
from incident.services import connections, proofs, proving
from incident.storage import targets as target_rows
from incident.storage.db import reading, transaction
from incident.web.desk import config
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor
from incident.web.screens import connecting as screen

WEBHOOK_PATH = "/api/triggers/pagerduty"
TEST_TARGET = "test-events"

bp = Blueprint("pagerduty", __name__, url_prefix="/settings/pagerduty")


@bp.get("")
@role_required("admin")
def index() -> ResponseReturnValue:
    return _page(Errors())


@bp.post("/token")
@role_required("admin")
def keep_token() -> ResponseReturnValue:
    """Nothing is kept that PagerDuty has not just answered to."""
    errors, form = Errors(), request.form
    typed, sender = form.get("token", "").strip(), form.get("sender", "").strip()
    token = config().pagerduty_api_token or typed or _access().token
    with errors.kept():
        refuse({"token": rules.token_problem(token), "sender": rules.sender_problem(sender)})
        with _asking(errors, "token", doing="be asked whose it is"):
            rest = _rest(token)
            owner, found = account.owner(rest), account.services(rest)
            refuse({"sender": _sender_problem(rest, owner, sender)})
    if errors:
        return _page(errors)
    with transaction() as session:
        connections.keep_pagerduty(
            session,
            secrets={"token": typed} if typed and not config().pagerduty_api_token else None,
            settings=connections.account_settings(
                owner, found, sender=sender or owner.email, at=clock.now()
            ),
            actor=current_actor(),
            at=clock.now(),
        )
        proofs.ask(session, actor=current_actor(), at=clock.now())
    _flash_services(found)
    return _back("targets" if found else "token")


@bp.post("/targets/<name>")
@role_required("admin")
def connect(name: str) -> ResponseReturnValue:
    with reading() as session:
        target_rows.get(session, name)
    errors, field = Errors(), f"service-{name}"
    service_id, key = _service_and_key(errors, name, field=field, key_field=f"key-{name}")
    if not errors:
        with errors.kept(), transaction() as session:
            connections.give_key(
                session, target=name, service_id=service_id, routing_key=key, **_now()
            )
            proofs.ask(session, **_now())
    if errors:
        errors.setdefault(field, errors.pop("routing_key", errors.pop("form", "")))
        return _page(errors)
    flash(f"{name} is connected: a page to it goes to PagerDuty.", "done")
    return _back("targets")


@bp.post("/webhook")
@role_required("admin")
def subscribe() -> ResponseReturnValue:
    errors, url = Errors(), config().public_url
    with errors.kept():
        refuse({"webhook": rules.webhook_problem(url) or _token_first()})
        with _asking(errors, "webhook", doing="make webhooks for the whole account"):
            made = account.subscribe(_rest(_access().token), url + WEBHOOK_PATH)
    if not errors and not made.secret:
        errors["webhook"] = "PagerDuty made a webhook without a secret. Remove it there, try again."
    if errors:
        return _page(errors)
    _switch_off_the_webhook()
    with transaction() as session:
        connections.keep_pagerduty(
            session,
            secrets={"webhook_secrets": [made.secret]},
            settings={"subscription": made.id, "webhook_url": made.url},
            **_now(),
        )
        proofs.ask(session, **_now())
    flash("PagerDuty tells this desk what becomes of a page. Its secret is kept sealed.", "done")
    return _back("webhook")


@bp.post("/test-service")
@role_required("admin")
def choose_test_service() -> ResponseReturnValue:
    errors = Errors()
    name = request.form.get("proving_name", "").strip().lower() or TEST_TARGET
    with reading() as session:
        known = target_rows.every(session)
    taken = {one.service_id: one.name for one in known if one.service_id and not one.proving}
    field = "service-test"
    with errors.kept():
        refuse({
            field: rules.test_service_problem(request.form.get("service_id", ""), taken),
            "proving_name": rules.proving_name_problem(name, {one.name: one for one in known}),
        })  # fmt: skip
    service_id, key = _service_and_key(errors, name, field=field, key_field="key-test")
    if not errors:
        with errors.kept(), transaction() as session:
            connections.keep_test_service(
                session, name=name, service_id=service_id, routing_key=key, **_now()
            )
    if errors:
        errors.setdefault("proving_name", errors.pop("name", ""))
        return _page(errors)
    flash("Test events go there, and nothing else does.", "done")
    return _back("proof")


@bp.post("/proof")
@role_required("admin")
def prove() -> ResponseReturnValue:
    """Asks for it; a worker does it. This page then shows how far it has come."""
    errors = Errors()
    with errors.kept(), transaction() as session:
        access = connections.pagerduty(session, config())
        proving.ask(session, access=access, **_now())
        proofs.ask(session, **_now())
    if errors:
        errors["proof"] = errors.pop("form", "")
        return _page(errors)
    return _back("proof")


@bp.post("/disconnection")
@role_required("admin")
def disconnect() -> ResponseReturnValue:
    """The webhook is switched off there, if PagerDuty can be asked; it is forgotten here."""
    left = _switch_off_the_webhook()
    with transaction() as session:
        connections.forget_pagerduty(session, **_now())
        proofs.ask(session, **_now())
    flash("The token is forgotten. Pages still go out with the targets' keys.", "caution")
    if left:
        flash(f"The webhook is still in PagerDuty: remove it there. {left}", "caution")
    return _back("token")


def _service_and_key(errors: Errors, name: str, *, field: str, key_field: str) -> tuple[str, str]:
    """The service that was chosen and its key: pasted by hand, or made in PagerDuty just now."""
    service_id = request.form.get("service_id", "")
    key = request.form.get("routing_key", "").strip()
    if errors or key:
        with errors.kept():
            refuse({key_field: key_problem(key)})
        return service_id, key
    with errors.kept():
        refuse({field: _token_first() or rules.service_problem(service_id, _names())})
        with _asking(errors, field, doing="make an integration in that service"):
            key = account.make_key(_rest(_access().token), service_id, name)
    if not errors and (not key or key_problem(key)):
        errors[field] = "PagerDuty made an integration without telling its key. Paste it by hand."
    return service_id, key


def _switch_off_the_webhook() -> str:
    """The one that is there, whose secret is about to be forgotten. Why not, if it stays on."""
    left = Errors()
    with reading() as session:
        number = str(connections.settings_of(session).get("subscription", ""))
    if number and _access().can_ask:
        with _asking(left, "webhook", doing="switch the webhook off"):
            account.switch_off(_rest(_access().token), number)
    return left.get("webhook", "")


@contextmanager
def _asking(errors: Errors, field: str, *, doing: str) -> Iterator[None]:
    """Whatever PagerDuty refuses is said at the field that asked for it."""
    try:
        yield
    except (RestRefused, RestUnreachable) as error:
        errors[field] = why(error, doing=doing)


def _sender_problem(rest: Asking, owner: Owner, sender: str) -> str:
    if not sender or sender.casefold() == owner.email.casefold():
        return ""
    if account.has_person(rest, sender):
        return ""
    return f"Nobody in this account has the address {sender}: PagerDuty acts only for its own."


def _token_first() -> str:
    return "" if _access().can_ask else "Give the token first: step 1."


def _names() -> dict[str, str]:
    with reading() as session:
        kept = connections.settings_of(session).get("services", [])
    return {one["id"]: one["name"] for one in kept}


def _flash_services(found: list[Service]) -> None:
    if found:
        count = f"{len(found)} service{'' if len(found) == 1 else 's'}"
        flash(f"PagerDuty knows the token. It sees {count}.", "done")
    else:
        flash(
            "PagerDuty knows the token, but it sees no service. Make one in PagerDuty under "
            "Services, or use a token of somebody who may see them; then press the button again.",
            "caution",
        )


def _access() -> connections.PagerDutyAccess:
    with reading() as session:
        return connections.pagerduty(session, config())


def _rest(token: str) -> Rest:
    return Rest(config().pagerduty_api_url, token)


def _now() -> dict[str, Any]:
    return {"actor": current_actor(), "at": clock.now()}


def _back(step: str) -> ResponseReturnValue:
    return redirect(url_for("pagerduty.index") + f"#step-{step}", 303)


def _page(errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        shown = screen.look(session, config(), now=clock.now())
    page = render_template(
        "settings/pagerduty/show.html", shown=shown, form=request.form, errors=errors
    )
    answer = make_response(page, 422 if errors else 200)
    if shown.under_way and not errors:
        answer.headers["Refresh"] = f"2; url={_next_look()}"
    return answer


def _next_look() -> str:
    """A new address each time: to the same one with a fragment a browser only scrolls."""
    looks = request.args.get("look", 0, int)
    return url_for("pagerduty.index", look=looks % 1000 + 1) + "#step-proof"
