"""What an admin wishes in Slack: where updates are read, and when incidents get a channel."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from incident import clock
from incident.delivery.slack_access import access_of
from incident.integrations.slack import account
from incident.integrations.slack.account import Channel
from incident.integrations.slack.refusals import why
from incident.rules import slack_connecting as rules
from incident.rules.fields import refuse
from incident.services import connections, slack_connecting
from incident.storage.db import reading, transaction
from incident.web.desk import config
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor
from incident.web.slack import page

Where = dict[str, str]

bp = Blueprint("slack_wishes", __name__, url_prefix="/settings/slack")


@bp.post("/audiences")
@role_required("admin")
def keep_audiences() -> ResponseReturnValue:
    errors, chosen = Errors(), {}
    for audience in rules.AUDIENCES:
        with errors.kept():
            chosen[audience] = _chosen(audience)
    with errors.kept():
        refuse(rules.audience_problems({name: one["channel"] for name, one in chosen.items()}))
    if errors:
        return page(errors)
    with transaction() as session:
        slack_connecting.keep_audiences(session, chosen, actor=current_actor(), at=clock.now())
    flash("Saved. The next update goes there.", "done")
    return redirect(url_for("slack.index") + "#audiences", 303)


@bp.post("/channels")
@role_required("admin")
def keep_channels() -> ResponseReturnValue:
    errors, form = Errors(), request.form
    with errors.kept(), transaction() as session:
        slack_connecting.keep_channel_wishes(
            session,
            when=form.get("when", ""),
            prefix=form.get("prefix", ""),
            archive="archive" in form,
            actor=current_actor(),
            at=clock.now(),
        )
    if errors:
        return page(errors)
    flash("Saved. It counts for the next incident.", "done")
    return redirect(url_for("slack.index") + "#channels", 303)


def _chosen(audience: str) -> Where:
    """The channel that was typed, as Slack knows it. What was not changed is not asked again."""
    typed = request.form.get(audience, "").strip()
    refuse({audience: rules.channel_problem(typed)})
    with reading() as session:
        kept: Where = connections.audiences(session).get(audience, {})
    if not typed or typed in (kept.get("channel"), kept.get("name")):
        return kept if typed else {"channel": "", "name": ""}
    access = access_of(config())
    refuse({audience: "" if access.can_post else "Give the bot token first: Settings, Slack."})
    with account.calling(config().slack_api_url, access.bot_token) as client:
        found = account.channel(client, typed)
    if isinstance(found, Channel):
        return {"channel": found.id, "name": found.name}
    refuse({audience: why(found, channel=typed)})
    return kept
