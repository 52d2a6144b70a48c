"""Connecting Slack, on one page: from an app's manifest to a message that arrived."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident import clock
from incident.delivery import slack_check
from incident.delivery.slack_access import access_of
from incident.delivery.slack_check import Cord
from incident.integrations.slack import account
from incident.integrations.slack.mrkdwn import escape
from incident.integrations.slack.refusals import why
from incident.rules import slack_connecting as rules
from incident.rules.fields import refuse
from incident.services import slack_connecting
from incident.storage import slack_rules
from incident.storage.db import reading, transaction
from incident.web.desk import config
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor
from incident.web.screens import slack as screen

TEST = "A test from the incident desk, asked for by {name}. Nothing is wrong, and nobody is paged."
TAKEN = "Slack takes these. They are kept sealed, and used from now on."
TAKEN_UNTRIED = (
    "Slack takes the bot token. Whether the signing secret is right shows when Slack calls: have "
    "it verify the address, as step 3 says. Both are kept sealed, and used from now on."
)
UNHEARD = {
    rules.SOCKET: (
        "app_token",
        "Paste the app-level token too: without it nothing of Slack is heard.",
    ),
    rules.HTTP: (
        "signing_secret",
        "Paste the signing secret too: without it nothing of Slack is believed.",
    ),
}

bp = Blueprint("slack", __name__, url_prefix="/settings/slack")


@bp.get("")
@role_required("admin")
def index() -> ResponseReturnValue:
    return page(Errors())


@bp.post("/transport")
@role_required("admin")
def choose_transport() -> ResponseReturnValue:
    errors, chosen = Errors(), request.form.get("transport", "")
    with errors.kept(), transaction() as session:
        slack_connecting.choose_transport(
            session, transport=chosen, public_url=config().public_url, **_now()
        )
    return page(errors) if errors else _back("app")


@bp.post("/tokens")
@role_required("admin")
def keep_tokens() -> ResponseReturnValue:
    """No token is kept that Slack has not just answered to. What is right is kept at once, so that
    only what is wrong has to be pasted again."""
    errors = Errors()
    _keep_bot_token(errors)
    _keep_what_hears(errors)
    if errors:
        return page(errors)
    _look()
    flash(TAKEN_UNTRIED if request.form.get("signing_secret", "").strip() else TAKEN, "done")
    return _back("checks")


@bp.post("/signing-secrets")
@role_required("admin")
def add_secret() -> ResponseReturnValue:
    errors = Errors()
    _keep_signing_secret(errors)
    if errors:
        errors["another_secret"] = errors.pop("signing_secret", "")
        return page(errors)
    flash("Both are believed now. Drop the old one once Slack signs with the new one.", "done")
    return _back("secrets")


@bp.post("/signing-secrets/<int:place>/removal")
@role_required("admin")
def drop_secret(place: int) -> ResponseReturnValue:
    with transaction() as session:
        slack_connecting.drop_signing_secret(session, place=place, **_now())
    flash("Dropped. What is signed with it is refused.", "caution")
    return _back("secrets")


@bp.post("/app-token/removal")
@role_required("admin")
def drop_app_token() -> ResponseReturnValue:
    with transaction() as session:
        slack_connecting.keep_app_token(session, token="", **_now())
    flash("The app-level token is forgotten: no socket is opened any more.", "caution")
    return _back("tokens")


@bp.post("/checks")
@role_required("admin")
def check() -> ResponseReturnValue:
    _look()
    return _back("checks")


@bp.post("/test-messages")
@role_required("admin")
def send_test() -> ResponseReturnValue:
    """Asked of Slack here and now, for whoever waits wants to know how long it takes."""
    errors, which = Errors(), request.form.get("channel", "").strip()
    with errors.kept():
        refuse({"channel": rules.channel_problem(which) or _named(which) or _token_first()})
        begun = clock.steady()
        where = _say(which, TEST.format(name=escape(current_actor().name)))
        took = round((clock.steady() - begun) * 1000)
    if errors:
        return page(errors)
    flash(f"Posted in {where} in {took} ms. Write something under it, and look again here.", "done")
    return _back("checks")


@bp.post("/disconnection")
@role_required("admin")
def disconnect() -> ResponseReturnValue:
    with transaction() as session:
        slack_connecting.disconnect(session, **_now())
    flash("Slack is forgotten here. Pages go out as before; nothing is heard or posted.", "caution")
    flash("The app is still in Slack: remove it there, under Manage apps.", "caution")
    return _back("app")


def _keep_bot_token(errors: Errors) -> None:
    typed = "" if config().slack_bot_token else request.form.get("bot_token", "").strip()
    token = typed or access_of(config()).bot_token
    with errors.kept():
        refuse({"bot_token": rules.bot_token_problem(typed) if typed else ""})
        refuse({"bot_token": "" if token else "Paste the Bot User OAuth Token: xoxb-…"})
        with account.calling(config().slack_api_url, token) as client:
            answer = client.ask("auth.test")
        refuse({"bot_token": "" if answer.ok else why(answer)})
        with transaction() as session:
            slack_connecting.keep_bot_token(
                session,
                token=typed,
                found=account.workspace(answer),
                scopes=answer.scopes,
                **_now(),
            )


def _keep_what_hears(errors: Errors) -> None:
    """The app-level token opens sockets, the signing secret lets Slack call us."""
    if request.form.get("app_token", "").strip() and not config().slack_app_token:
        _keep_app_token(errors)
    if request.form.get("signing_secret", "").strip():
        _keep_signing_secret(errors)
    if errors.keys() & {"app_token", "signing_secret"} or access_of(config()).can_hear:
        return
    with reading() as session:
        way = screen.transport_of(session, config())
    field, sentence = UNHEARD[way]
    errors[field] = sentence


def _keep_app_token(errors: Errors) -> None:
    token = request.form.get("app_token", "").strip()
    with errors.kept():
        refuse({"app_token": rules.app_token_problem(token)})
        with account.calling(config().slack_api_url, token) as client:
            answer = client.ask("apps.connections.open")
        refuse({"app_token": "" if answer.ok else why(answer)})
        with transaction() as session:
            slack_connecting.keep_app_token(session, token=token, **_now())


def _keep_signing_secret(errors: Errors) -> None:
    secret, live = request.form.get("signing_secret", "").strip(), access_of(config())
    with errors.kept(), transaction() as session:
        slack_connecting.keep_signing_secret(
            session, secret=secret, live=live.signing_secrets, **_now()
        )


def _look() -> None:
    """The same look as the worker's every ten minutes, for whoever does not want to wait."""
    access = access_of(config())
    with reading() as session:
        cords = [
            Cord(rule.channel, rule.channel_name, rule.armed) for rule in slack_rules.every(session)
        ]
    found = list(slack_check.without_asking(access, cords))
    if access.can_post:
        named = slack_check.GIVEN if config().slack_bot_token else slack_check.TYPED
        with account.calling(config().slack_api_url, access.bot_token) as client:
            found += slack_check.look(client, cords, token=named)
    with transaction() as session:
        slack_connecting.keep_findings(session, found, at=clock.now())


def _say(which: str, text: str) -> str:
    """Post this there; where that is, as people call it."""
    with account.calling(config().slack_api_url, access_of(config()).bot_token) as client:
        where = account.channel(client, which)
        if not isinstance(where, account.Channel):
            refuse({"channel": why(where, channel=which)})
            return which
        answer = account.say(client, where.id, text)
    refuse({"channel": "" if answer.ok else why(answer, channel=where.name)})
    return where.name


def _named(which: str) -> str:
    return "" if which else "Write the channel's name, such as #emergency."


def _token_first() -> str:
    return "" if access_of(config()).can_post else "Give the bot token first: step 2."


def _now() -> dict[str, Any]:
    return {"actor": current_actor(), "at": clock.now()}


def _back(step: str) -> ResponseReturnValue:
    return redirect(url_for("slack.index") + f"#step-{step}", 303)


def page(errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        shown = screen.look(session, config(), now=clock.now())
    page = render_template(
        "settings/slack/show.html", shown=shown, form=request.form, errors=errors
    )
    return make_response(page, 422 if errors else 200)
