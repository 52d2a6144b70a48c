"""Nobody comes in unless a view says so: every address needs a log-in, a role and a CSRF token.

A view may say `@public` (anybody), or `@role_required("admin")`. One that says nothing can be
looked at by every role, and changes things only for responders. An address below an incident is
there only for whoever may see that incident.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import CSRFProtect

from incident.services import visibility
from incident.storage import people
from incident.storage.db import reading
from incident.web.errors import here, is_fetch, log_in_again
from incident.web.people import current_actor

View = TypeVar("View", bound=Callable[..., Any])

ANYBODY = "anybody"
SAFE = ("GET", "HEAD", "OPTIONS")
PUBLIC = {"static", "assets.send"}

_needs: dict[Callable[..., Any], str] = {}
csrf = CSRFProtect()


def public(view: View) -> View:
    """Anybody may ask for it, logged in or not. Write it below the route."""
    _needs[view] = ANYBODY
    return view


def role_required(role: str) -> Callable[[View], View]:
    """Only people of this role, or a higher one. Write it below the route."""

    def mark(view: View) -> View:
        _needs[view] = role
        return view

    return mark


def hang(app: Flask) -> None:
    """First who it is, then what they may, then whether the form is one of ours."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.extensions.setdefault("own_doors", set())
    csrf.init_app(app)
    app.before_request(check)


def needed(endpoint: str, method: str) -> str:
    """The least role that may send this request, or ANYBODY."""
    view = current_app.view_functions[endpoint]
    if endpoint in PUBLIC:
        return ANYBODY
    return _needs.get(view) or ("viewer" if method in SAFE else "responder")


def check() -> ResponseReturnValue | None:
    """API and Slack know their callers by token and signature: they have their own guards."""
    if request.endpoint is None or request.endpoint in current_app.extensions["own_doors"]:
        return None
    _require_text()
    role = needed(request.endpoint, request.method)
    if role != ANYBODY:
        if not current_user.is_authenticated:
            return _who_are_you()
        if not current_user.may(role):
            abort(403, f"This needs the role {role}. Yours is {current_user.role}.")
    csrf.protect()
    if role != ANYBODY:
        _require_sight(request.view_args or {})
    return None


def _require_text() -> None:
    """No name and no note holds a NUL, and PostgreSQL stores none."""
    if "\x00" in request.path:
        abort(404)
    sent = (*request.args.values(), *request.form.values())
    if any("\x00" in value for value in sent):
        abort(400)


def _require_sight(named: Mapping[str, Any]) -> None:
    """An incident that somebody may not see is not there, at whatever address of it."""
    if "key" in named:
        with reading() as session:
            visibility.require(session, current_actor(), str(named["key"]))


def _who_are_you() -> ResponseReturnValue:
    if is_fetch():
        return log_in_again()
    if not _anybody_yet():
        return redirect(url_for("links.first"), 303)
    if request.method in SAFE:
        return redirect(url_for("logins.new", next=here()), 303)
    return log_in_again()


def _anybody_yet() -> bool:
    """Asked until the first person is there; after that there is always one."""
    known = current_app.extensions
    if not known.get("set_up"):
        with reading() as session:
            known["set_up"] = people.any_yet(session)
    return bool(known["set_up"])
