"""What /inc open does: an incident, said where it was asked for, and a page if it is a report."""

from incident.rules import slash as rules
from incident.rules.dialogs import Reply
from incident.rules.incidents import Status
from incident.rules.permissions import RANK
from incident.rules.slash import button
from incident.services import announcements, incidents
from incident.services.askings import Asking
from incident.services.incidents import Opening
from incident.services.slash_deeds import page_target, zone_of
from incident.storage import targets
from incident.storage.incidents import Incident

FIRST_TARGET = "primary"


def open_incident(asking: Asking) -> Reply:
    """Anybody may. Of somebody without an account it is a report that waits to be accepted: so
    it wakes somebody, who else would see it?"""
    title, severity = rules.title_and_severity(asking.said.rest)
    opened = opened_by(asking, Opening(title=title, severity=severity))
    name = first_target(asking) if opened.status == Status.TRIAGE else ""
    return told_opened(opened, page_target(asking, opened, name, "") if name else "")


def opened_by(asking: Asking, opening: Opening) -> Incident:
    """`opening` says what happened; who, where from and in which zone follow from the asking."""
    is_responder = RANK[asking.actor.role] >= RANK["responder"]
    known = Opening(
        title=opening.title,
        severity=opening.severity,
        summary=opening.summary,
        status=Status.INVESTIGATING if is_responder else Status.TRIAGE,
        zone=zone_of(asking),
        source="slack",
    )
    session, actor, at = asking.session, asking.actor, asking.at
    opened = incidents.open_incident(session, known, actor=actor, at=at)
    announcements.announce(session, opened, channel=asking.channel, actor=actor, at=at)
    return opened


def first_target(asking: Asking) -> str:
    """Whom a report wakes: the target that every desk begins with, else the first there is."""
    names = [target.name for target in targets.pageable(asking.session)]
    return FIRST_TARGET if FIRST_TARGET in names else next(iter(names), "")


def told_opened(opened: Incident, paged: str = "") -> Reply:
    """`paged` is what became of its page, if one was asked for."""
    verb = "Reported" if opened.status == Status.TRIAGE else "Declared"
    severity = "" if opened.severity == "unset" else f", {opened.severity}"
    text = f"{verb} {opened.key}{severity}: {opened.title}"
    rest = paged or "Nobody was paged. Page somebody if you need help now."
    offered = [button("Page…", f"{opened.key} page"), button("Status", f"{opened.key} status")]
    return Reply(f"{text}\n{rest}", buttons=tuple(offered))
