"""Slack rules: which channel is a pull-cord, whom it wakes, and whether it is armed."""

from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import NoResultFound

from incident import clock
from incident.rules.slack_rules import whole
from incident.services import slack_rules
from incident.services.slack_rules import RuleForm
from incident.storage import checklists, signals, targets
from incident.storage import slack_rules as rule_rows
from incident.storage.db import reading, transaction
from incident.storage.slack_rules import SlackRule
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor

LATELY = timedelta(days=7)

bp = Blueprint("slack_rules", __name__, url_prefix="/settings/slack-rules")


@bp.get("")
@role_required("responder")
def index() -> ResponseReturnValue:
    with reading() as session:
        return render_template("settings/slack_rules/index.html", rules=rule_rows.every(session))


@bp.get("/new")
@role_required("admin")
def new() -> ResponseReturnValue:
    return _page("", None, Errors())


@bp.post("")
@role_required("admin")
def create() -> ResponseReturnValue:
    channel = request.form.get("channel", "").strip().upper()
    errors = Errors()
    with reading() as session:
        if rule_rows.find(session, channel):
            errors["channel"] = "There is a rule for this channel already."
    return _page(channel, None, errors) if errors else _save(channel, is_new=True)


@bp.get("/<channel>")
@role_required("admin")
def edit(channel: str) -> ResponseReturnValue:
    return _page(channel, _existing(channel), Errors())


@bp.post("/<channel>")
@role_required("admin")
def save(channel: str) -> ResponseReturnValue:
    _existing(channel)
    return _save(channel, is_new=False)


@bp.post("/<channel>/arming")
@role_required("admin")
def arm(channel: str) -> ResponseReturnValue:
    return _arm(channel, True, "Armed: from now on a message in {} wakes {}.")


@bp.post("/<channel>/disarming")
@role_required("admin")
def disarm(channel: str) -> ResponseReturnValue:
    return _arm(channel, False, "A dry run again: a message in {} does not wake {}.")


@bp.post("/<channel>/removal")
@role_required("admin")
def remove(channel: str) -> ResponseReturnValue:
    with transaction() as session:
        slack_rules.remove(session, channel=channel, actor=current_actor())
    flash("The rule is removed. A message in this channel does nothing any more.", "caution")
    return redirect(url_for("slack_rules.index"), 303)


def _arm(channel: str, armed: bool, sentence: str) -> ResponseReturnValue:
    _existing(channel)
    form = RuleForm(armed=armed)
    with transaction() as session:
        rule = slack_rules.put(
            session, channel=channel, form=form, actor=current_actor(), at=clock.now()
        )
    name = rule.channel_name or channel
    flash(sentence.format(name, rule.target), "done" if armed else "caution")
    return redirect(url_for("slack_rules.edit", channel=channel), 303)


def _save(channel: str, *, is_new: bool) -> ResponseReturnValue:
    errors = Errors()
    with errors.kept(), transaction() as session:
        slack_rules.put(
            session, channel=channel, form=_typed(), actor=current_actor(), at=clock.now()
        )
    if errors:
        return _page(channel, None if is_new else _existing(channel), errors)
    flash("A dry run until you arm it." if is_new else "The rule is saved.", "done")
    return redirect(url_for("slack_rules.edit", channel=channel), 303)


def _typed() -> RuleForm:
    form = request.form
    grace = whole(form.get("grace_seconds", ""))
    return RuleForm(
        target=form.get("target", ""),
        channel_name=form.get("channel_name", ""),
        checklist=form.get("checklist", ""),
        grace_seconds=-1 if grace is None else grace,
        threads="threads" in form,
        strangers="strangers" in form,
    )


def _existing(channel: str) -> SlackRule:
    with reading() as session:
        rule = rule_rows.find(session, channel)
    if rule is None:
        raise NoResultFound(f"There is no rule for {channel[:40]}.")
    return rule


def _page(channel: str, rule: SlackRule | None, errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        page = render_template(
            "settings/slack_rules/edit.html",
            channel=channel,
            rule=rule,
            targets=[(target.name, target.name) for target in targets.pageable(session)],
            checklists=[(row.slug, row.title) for row, _ in checklists.all_published(session)],
            rehearsed=signals.rehearsed(session, channel, clock.now() - LATELY) if rule else [],
            form=request.form,
            errors=errors,
        )
    return make_response(page, 422 if errors else 200)
