"""Checklists: the list, one of them read, and drafting and publishing a revision."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incident import clock
from incident.services import checklists as services
from incident.services import proofs
from incident.storage import checklists, overviews
from incident.storage.checklists import Checklist, Revision
from incident.storage.db import reading, transaction
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor
from incident.web.screens.checklists import sections, shelf

MARKDOWN = "text/markdown; charset=utf-8"

bp = Blueprint("checklists", __name__, url_prefix="/checklists")


@bp.get("")
def index() -> ResponseReturnValue:
    with reading() as session:
        found = overviews.shelf(session)
        return render_template("checklists/index.html", checklists=shelf(found, now=clock.now()))


@bp.get("/new")
@role_required("responder")
def new() -> ResponseReturnValue:
    return _form("", Errors())


@bp.post("")
def draft() -> ResponseReturnValue:
    """A document becomes a draft of the checklist that it names itself."""
    source, errors = request.form.get("source", ""), Errors()
    with errors.kept(), transaction() as session:
        revision = services.draft(
            session,
            source=source.replace("\r\n", "\n"),
            message=request.form.get("message", ""),
            actor=current_actor(),
            at=clock.now(),
        )
        slug = session.get_one(Checklist, revision.checklist_id).slug
        return redirect(f"/checklists/{slug}?revision={revision.number}", 303)
    return _form(source, errors, status=422)


@bp.get("/<slug>")
def show(slug: str) -> ResponseReturnValue:
    with reading() as session:
        checklist, revision, numbers = _asked(session, slug)
        return render_template(
            "checklists/show.html",
            checklist=checklist,
            revision=revision,
            revisions=numbers,
            sections=sections(revision.lines),
            doubts=proofs.doubts(session, proofs.paged(revision)),
        )


@bp.get("/<slug>.md")
def source(slug: str) -> Response:
    """The document, byte for byte as it was written."""
    with reading() as session:
        _, revision, _ = _asked(session, slug)
    return Response(revision.source, content_type=MARKDOWN)


@bp.get("/<slug>/draft")
@role_required("responder")
def edit(slug: str) -> ResponseReturnValue:
    with reading() as session:
        _, revision, _ = _asked(session, slug)
        doubts = proofs.doubts(session, proofs.paged(revision))
    return _form(revision.source, Errors(), slug=slug, doubts=doubts)


@bp.post("/<slug>/publication")
def publish(slug: str) -> ResponseReturnValue:
    """From now on this revision runs. What is wrong with it stands on its page."""
    number = int(request.form.get("number", "0"))
    with transaction() as session:
        services.publish(session, slug=slug, number=number, actor=current_actor(), at=clock.now())
    flash(f"Revision {number} is published. Runs that have begun keep theirs.", "done")
    return redirect(f"/checklists/{slug}", 303)


def _asked(session: Session, slug: str) -> tuple[Checklist, Revision, list[Revision]]:
    """The revision asked for, else the one that runs, else the newest draft."""
    checklist = checklists.get(session, slug)
    every = checklists.revisions(session, checklist.id)
    asked = request.args.get("revision", checklist.published, int)
    chosen = next((one for one in every if one.number == asked), every[0])
    return checklist, chosen, every


def _form(
    source: str,
    errors: Errors,
    *,
    slug: str = "",
    status: int = 200,
    doubts: Sequence[str] = (),
) -> ResponseReturnValue:
    page = render_template(
        "checklists/edit.html", source=source, errors=errors, slug=slug, doubts=doubts
    )
    return make_response(page, status)
