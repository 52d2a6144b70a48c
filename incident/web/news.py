"""What came after a number, as the parts of the live page that it changed."""

from dataclasses import dataclass, replace

from flask import Response, make_response, render_template, request

from incident import clock
from incident.services import proofs, visits
from incident.storage import overviews
from incident.storage.db import reading
from incident.storage.overviews import Overview
from incident.web.filters import iso
from incident.web.people import current_guest, visitor
from incident.web.screens.live import Live, live
from incident.web.screens.people import Viewer

FARTHEST = 500


@dataclass(frozen=True, slots=True)
class Toast:
    """What was just done, and where it can be undone."""

    said: str
    undo: str = ""


def whole(key: str) -> Live:
    """Everything about an incident, for a page of its own."""
    with reading() as session:
        guest, now = current_guest(), clock.now()
        found = overviews.of_incident(session, key, person_id=guest.person_id)
        troubles = proofs.troubles(session, at=now)
        link = _came_by_link()
        back = visits.resume(session, found.incident, found.visit, guest, at=now, by_link=link)
        shown = live(found, viewer(), now=now, troubles=troubles, focus=focus())
        return replace(shown, resume=back)


def after(key: str, seq: int, *, said: str = "", undo: str = "") -> Response:
    """The parts and the lines after `seq`. Whoever is too far behind is told to begin again."""
    with reading() as session:
        found = overviews.of_incident(session, key, after=max(seq, 0))
        newest = found.incident.last_seq
        if newest - seq > FARTHEST or (newest <= seq and not said):
            return _told("", found)
        now = clock.now()
        troubles = proofs.troubles(session, at=now)
        shown = live(found, viewer(), now=now, troubles=troubles, focus=focus(), after=seq)
    toast = Toast(said, undo) if said else None
    return _told(render_template("incidents/news.html", live=shown, toast=toast), found)


def viewer() -> Viewer:
    who = visitor()
    return Viewer(who.name, who.person_id, may_act=who.may("responder"))


def focus() -> int | None:
    """The step that somebody asked to see."""
    return request.args.get("step", None, int)


def _came_by_link() -> bool:
    """From Slack, PagerDuty or a mail: from no page of ours, and not by loading this one anew."""
    is_from_outside = request.headers.get("Sec-Fetch-Site") in ("none", "cross-site", "same-site")
    asked = request.cache_control
    return is_from_outside and asked.max_age != 0 and not asked.no_cache


def _told(html: str, found: Overview) -> Response:
    """With up to where it tells, and with the last sign of life of whoever sends."""
    response = make_response(html)
    response.headers["Incident-Seq"] = str(found.incident.last_seq)
    response.headers["Sender-Beat"] = iso(found.beat_at) if found.beat_at else "never"
    return response
