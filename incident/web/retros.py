"""Retros: the list of them, the page of one, and everything that can be written on it."""

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from incident import clock
from incident.rules.retros.writing import Outdated
from incident.services import (
    action_items,
    corrections,
    retro_links,
    retro_reading,
    retro_shelf,
    retros,
)
from incident.services import incidents as incident_services
from incident.services.retro_reading import Reading
from incident.storage import incidents
from incident.storage import retros as retro_rows
from incident.storage.db import reading
from incident.web.errors import is_fetch
from incident.web.forms import Errors
from incident.web.people import current_actor, visitor
from incident.web.retro_forms import done, item_typed, moment_typed, send, version_typed
from incident.web.retro_words import FILTERS
from incident.web.screens.retros import Document, document

bp = Blueprint("retros", __name__)
for _name, _words in FILTERS.items():
    bp.add_app_template_filter(_words, _name)
RETRO = "/incidents/<key>/retro"


@bp.get("/retros")
def index() -> ResponseReturnValue:
    with reading() as session:
        shelf = retro_shelf.shelf(session, clock.now(), actor=current_actor())
    return render_template("retros/index.html", shelf=shelf)


@bp.get(RETRO)
def show(key: str) -> ResponseReturnValue:
    return _page(key)


@bp.get(f"{RETRO}.md")
def export(key: str) -> ResponseReturnValue:
    with reading() as session:
        written = retros.export_markdown(session, key, at=clock.now())
    response = Response(written, mimetype="text/markdown")
    response.headers.set("Content-Disposition", "attachment", filename=f"{key.upper()}-retro.md")
    return response


@bp.get(f"{RETRO}/sections/<name>")
def history(key: str, name: str) -> ResponseReturnValue:
    """What the section says, and every text that ever stood in it or came too late."""
    with reading() as session:
        read = retro_reading.read(session, key, clock.now())
        kept = retro_rows.edits(session, read.retro.id, name) if read.retro else []
    doc = _document(read, owed=False)
    return render_template("retros/history.html", doc=doc, section=read.section(name), kept=kept)


@bp.post(f"{RETRO}/sections/<name>")
def save_section(key: str, name: str) -> ResponseReturnValue:
    send(
        key,
        retros.edit_section,
        name=name,
        text=request.form.get("text", ""),
        version=version_typed(),
        drawn=request.form.get("drawn"),
    )
    return _saved(key, name) if is_fetch() else done(key, "Saved.", f"section-{name}")


@bp.errorhandler(Outdated)
def put_together(refusal: Outdated) -> ResponseReturnValue:
    """Somebody else was quicker. Nothing is lost: theirs stands, ours is kept, both are shown."""
    asked = request.view_args or {}
    key, name, text = asked["key"], asked["name"], request.form.get("text", "")
    send(key, retros.keep_refused, name=name, text=text, version=version_typed())
    template = "retros/_conflict.html" if is_fetch() else "retros/conflict.html"
    doc = _read(key)
    section = doc.reading.section(name)
    page = render_template(template, doc=doc, section=section, text=text, sentence=str(refusal))
    return make_response(page, 409)


@bp.post(f"{RETRO}/figures")
def record_figure(key: str) -> ResponseReturnValue:
    form, errors = request.form, Errors()
    with errors.kept():
        send(
            key,
            corrections.record_figure,
            label=form.get("label", ""),
            value=form.get("value", ""),
            source=form.get("source", ""),
        )
    return _page(key, errors, "figure") if errors else done(key, "The figure is kept.", "figures")


@bp.post(f"{RETRO}/beginning")
def say_when_it_began(key: str) -> ResponseReturnValue:
    with reading() as session:
        zone = incidents.get(session, key).zone
    send(key, incident_services.describe, started_at=moment_typed(zone))
    return done(key, "Kept. The figures and the picture follow.", "figures")


@bp.post(f"{RETRO}/incidents")
def link(key: str) -> ResponseReturnValue:
    """Tell another incident in this retro, or not any more."""
    other, errors = request.form.get("other", ""), Errors()
    if "withdrawn" in request.form:
        send(key, retro_links.unlink, other=other)
        return done(key, f"{other} has its own retro again.")
    with errors.kept():
        send(key, retro_links.link, other=other)
    if errors:
        return _page(key, errors, "other")
    return done(key, f"{other.upper()} is told here now.", "timeline")


@bp.get(f"{RETRO}/events/<int:seq>")
def event(key: str, seq: int) -> ResponseReturnValue:
    """One line of the timeline, to put it right."""
    doc = _read(key)
    return render_template("retros/event.html", doc=doc, line=doc.line(seq))


@bp.post(f"{RETRO}/events/<int:seq>")
def correct(key: str, seq: int) -> ResponseReturnValue:
    with reading() as session:
        zone = incidents.get(session, key).zone
    moment = request.form.get("moment", "")
    send(key, corrections.correct, seq=seq, occurred_at=moment_typed(zone), moment=moment)
    return done(key, "Corrected. The figures and the picture follow.", "timeline")


@bp.post(f"{RETRO}/action-items")
def add_item(key: str) -> ResponseReturnValue:
    errors = Errors()
    with errors.kept():
        send(key, action_items.add, form=item_typed())
    return _page(key, errors, "item") if errors else done(key, "Written down.", "section-actions")


@bp.post(f"{RETRO}/action-items/<int:item_id>")
def change_item(key: str, item_id: int) -> ResponseReturnValue:
    errors = Errors()
    with errors.kept():
        send(key, action_items.change, item_id=item_id, form=item_typed())
    return (
        _page(key, errors, f"item-{item_id}") if errors else done(key, "Saved.", "section-actions")
    )


@bp.post(f"{RETRO}/publication")
def publish(key: str) -> ResponseReturnValue:
    if "withdrawn" in request.form:
        send(key, retros.reopen)
        return done(key, "It is a draft again.")
    send(key, retros.publish)
    return done(key, "Published. Nothing is owed.")


@bp.post(f"{RETRO}/waiver")
def waive(key: str) -> ResponseReturnValue:
    if "withdrawn" in request.form:
        send(key, retros.withdraw_waiver)
        return done(key, "There will be a retro after all.")
    send(key, retros.waive, reason=request.form.get("reason", ""))
    return done(key, "Waived. Nothing is owed.")


def _page(key: str, errors: Errors | None = None, failed: str = "") -> ResponseReturnValue:
    """The page; after a refusal with what was typed, in the form that was refused."""
    page = render_template("retros/show.html", doc=_read(key), errors=errors or {}, failed=failed)
    return make_response(page, 409 if failed else 200)


def _saved(key: str, name: str) -> ResponseReturnValue:
    """The section as it reads now, for the script that saved it."""
    doc = _read(key)
    return render_template("retros/_section.html", doc=doc, section=doc.reading.section(name))


def _read(key: str) -> Document:
    with reading() as session:
        read = retro_reading.read(session, key, clock.now())
        return _document(read, owed=retro_rows.is_owed(session, read.incident))


def _document(read: Reading, *, owed: bool) -> Document:
    return document(read, may_act=visitor().may("responder"), owed=owed, now=clock.now())
