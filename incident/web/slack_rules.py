"""Slack rules: which channel is a pull-cord, whom it wakes, and whether it is armed."""

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import NoResultFound

from incident import clock
from incident.rules import people
from incident.rules.slack_rules import listed, what_counts, whole
from incident.services import connections, pinned_lines, rehearsals, slack_rules
from incident.services.slack_rules import RuleForm
from incident.storage import checklists, targets
from incident.storage import slack_rules as rule_rows
from incident.storage.db import reading, transaction
from incident.storage.slack_rules import SlackRule
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor

REMOVED = (
    "The rule is removed. A message in this channel does nothing any more. A line that the desk "
    "pinned there is changed to say so, and unpinned."
)
DAYS = [
    ("1", "Monday"),
    ("2", "Tuesday"),
    ("3", "Wednesday"),
    ("4", "Thursday"),
    ("5", "Friday"),
    ("6", "Saturday"),
    ("7", "Sunday"),
]
DAY_NUMBERS = dict(DAYS)

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
    return _arm(channel, True, "Armed: from now on {counts} in {name} wakes {target}.")


@bp.post("/<channel>/disarming")
@role_required("admin")
def disarm(channel: str) -> ResponseReturnValue:
    return _arm(channel, False, "A dry run again: a message in {name} does not wake {target}.")


@bp.post("/<channel>/rehearsal")
@role_required("admin")
def rehearse(channel: str) -> ResponseReturnValue:
    _existing(channel)
    with transaction() as session:
        rehearsals.ask(session, channel=channel, actor=current_actor(), at=clock.now())
    flash("Last week is being read. Nobody is woken by it.", "done")
    return redirect(url_for("slack_rules.edit", channel=channel), 303)


@bp.post("/<channel>/pinned-line")
@role_required("admin")
def pin(channel: str) -> ResponseReturnValue:
    _existing(channel)
    with transaction() as session:
        pinned_lines.ask(session, channel=channel, actor=current_actor(), at=clock.now())
    flash("The line is being pinned: that takes a few seconds.", "done")
    return redirect(url_for("slack_rules.edit", channel=channel), 303)


@bp.post("/<channel>/removal")
@role_required("admin")
def remove(channel: str) -> ResponseReturnValue:
    with transaction() as session:
        slack_rules.remove(session, channel=channel, actor=current_actor())
    flash(REMOVED, "caution")
    return redirect(url_for("slack_rules.index"), 303)


def _arm(channel: str, armed: bool, sentence: str) -> ResponseReturnValue:
    _existing(channel)
    form = RuleForm(armed=armed)
    with transaction() as session:
        rule = slack_rules.put(
            session, channel=channel, form=form, actor=current_actor(), at=clock.now()
        )
    counts = what_counts(rule.words, rule.urgent_words)
    name, target = rule.channel_name or channel, rule.target
    told = sentence.format(counts=counts, name=name, target=target)
    flash(told, "done" if armed else "caution")
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
    hours = _hours()
    return RuleForm(
        target=form.get("target", ""),
        channel_name=form.get("channel_name", ""),
        checklist=form.get("checklist", ""),
        grace_seconds=_seconds("grace_seconds"),
        threads="threads" in form,
        strangers="strangers" in form,
        words=listed(form.get("words", "")),
        urgent_words=listed(form.get("urgent_words", "")),
        bots=listed(form.get("bots", "").upper()),
        work_hours=hours,
        work_grace_seconds=_seconds("work_grace_seconds") if hours else None,
    )


def _seconds(field: str) -> int:
    """What is no number is one that is refused, so that the field says so."""
    typed = whole(request.form.get(field, ""))
    return -1 if typed is None else typed


def _hours() -> dict[str, Any]:
    """Working hours are those of the days that are ticked; without one there are none."""
    form = request.form
    days = [int(day) for day in form.getlist("days") if day in DAY_NUMBERS]
    if not days:
        return {}
    written = {name: form.get(name, "").strip() for name in ("from", "until", "zone")}
    return {"days": days, **written}


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
            week=rehearsals.week(session, rule, clock.now()) if rule else None,
            counts=what_counts(rule.words, rule.urgent_words) if rule else "",
            pinned=pinned_lines.text_for(session, rule) if rule else "",
            connected=connections.slack(session, current_app.config["DESK"]).can_post,
            form=request.form,
            days=DAYS,
            zones=people.zones(),
            errors=errors,
        )
    return make_response(page, 422 if errors else 200)
