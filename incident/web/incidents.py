"""What is going on now, declaring an incident, its live page, and the news that keep it fresh."""

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from incident import clock
from incident.rules.typed_times import moment_of
from incident.services import answers, incidents, proofs
from incident.services.incidents import Opening
from incident.services.visibility import visible
from incident.storage import checklists, overviews, targets
from incident.storage import incidents as rows
from incident.storage.db import reading
from incident.web import news
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor, visitor
from incident.web.presses import Press, once
from incident.web.screens.checklists import offers
from incident.web.screens.home import home
from incident.web.screens.wakes import wakes

USUAL = "general-incident"
PER_PAGE = 50

bp = Blueprint("incidents", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    with reading() as session:
        among = visible(session, current_actor())
        found, around = overviews.of_now(session, among=among), overviews.beside(session)
        now = home(found, around, news.viewer(), now=clock.now())
        return render_template("incidents/index.html", now_page=now)


@bp.get("/incidents")
def every() -> ResponseReturnValue:
    """All of them, newest first, a page at a time; or those whose title holds some words."""
    words, before = request.args.get("q", "").strip(), request.args.get("before", None, int)
    with reading() as session:
        among = visible(session, current_actor())
        found = rows.newest(session, words=words, before=before, limit=PER_PAGE + 1, among=among)
    more = found[PER_PAGE - 1].id if len(found) > PER_PAGE else None
    return render_template(
        "incidents/all.html", incidents=found[:PER_PAGE], words_asked=words, more=more
    )


@bp.get("/incidents/new")
@role_required("responder")
def new() -> ResponseReturnValue:
    return _form(Errors())


@bp.post("/incidents")
def create() -> ResponseReturnValue:
    """Declared once, however often the form arrives."""
    errors = Errors()
    with errors.kept():
        return redirect(once(_open).location, 303)
    return _form(errors)


@bp.get("/incidents/<key>")
def show(key: str) -> ResponseReturnValue:
    return render_template("incidents/show.html", live=news.whole(key))


@bp.get("/incidents/<key>/news")
def since(key: str) -> ResponseReturnValue:
    return news.after(key, request.args.get("after", 0, int))


def _open(pressed: Press) -> answers.Answered:
    form = request.form
    zone = form.get("zone") or visitor().zone
    opening = Opening(
        title=form.get("title", ""),
        severity=form.get("severity", "unset"),
        summary=form.get("summary", ""),
        zone=zone,
        mode="drill" if form.get("drill") else "live",
        private=bool(form.get("private")),
        started_at=moment_of(form.get("started_at", ""), zone=zone, now=pressed.at),
        checklists=[slug for slug in [form.get("checklist", "")] if slug],
    )
    opened = incidents.open_incident(pressed.session, opening, actor=pressed.actor, at=pressed.at)
    return answers.Answered(303, location=f"/incidents/{opened.key}")


def _form(errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        found = offers(checklists.all_published(session))
        pageable = wakes(targets.every(session), proofs.troubles(session, at=clock.now()))
    usual = next((offer.slug for offer in found if offer.slug == USUAL), "")
    chosen = request.form.get("checklist", request.args.get("checklist", usual))
    page = render_template(
        "incidents/new.html",
        offers=found,
        wakes=pageable,
        form=request.form,
        errors=errors,
        chosen=chosen,
    )
    return make_response(page, 422 if errors else 200)
