"""Pages: wake somebody, say "I have it", or hand it on."""

from incident.api import shown
from incident.api.models.fields import Nothing
from incident.api.models.pages import Escalation, Note, PageTold, Paging
from incident.api.routes import Call, endpoint
from incident.rules.fields import Wrong
from incident.services import ladder, page_words
from incident.services import pages as services
from incident.storage.pages import Page


@endpoint("POST", "/api/incidents/{key}/pages", body=Paging, answer=PageTold, status=201)
def page(call: Call[Paging, None], key: str) -> PageTold:
    """Wake whoever is behind a target, now. Asking twice wakes twice."""
    asked = call.body
    if (asked.step is None) == (not asked.target.strip()):
        raise Wrong({"target": "Name either a target or a step."})
    if asked.step is not None:
        again = services.page_again(
            call.session, incident_key=key, number=asked.step, actor=call.actor, at=call.at
        )
        return shown.page(again)
    paged = services.page(
        call.session,
        incident_key=key,
        target=asked.target.strip(),
        text=asked.text,
        actor=call.actor,
        at=call.at,
    )
    return shown.page(paged)


@endpoint("POST", "/api/incidents/{key}/pages/{id}/acknowledgement", body=Nothing, answer=PageTold)
def acknowledge(call: Call[Nothing, None], key: str, id: int) -> PageTold:
    """ "I have it", on a page that belongs to no step, or that does."""
    services.acknowledge(call.session, incident_key=key, page_id=id, actor=call.actor, at=call.at)
    return shown.page(call.session.get_one(Page, id))


@endpoint("POST", "/api/incidents/{key}/pages/{id}/not-me", body=Nothing, answer=PageTold)
def not_me(call: Call[Nothing, None], key: str, id: int) -> PageTold:
    """ "Not me, page the next": at once. Answers with that page, or with this one, exhausted."""
    following = ladder.not_me(
        call.session, incident_key=key, page_id=id, actor=call.actor, at=call.at
    )
    return shown.page(following or call.session.get_one(Page, id))


@endpoint("POST", "/api/incidents/{key}/pages/{id}/notes", body=Note, answer=PageTold)
def note(call: Call[Note, None], key: str, id: int) -> PageTold:
    """A note for whoever was woken, on PagerDuty's own incident."""
    page = page_words.note(
        call.session,
        incident_key=key,
        page_id=id,
        text=call.body.text,
        actor=call.actor,
        at=call.at,
    )
    return shown.page(page)


@endpoint("POST", "/api/incidents/{key}/pages/{id}/escalation", body=Escalation, answer=PageTold)
def escalate(call: Call[Escalation, None], key: str, id: int) -> PageTold:
    """Have PagerDuty wake this level of its own escalation policy."""
    page = page_words.escalate(
        call.session,
        incident_key=key,
        page_id=id,
        level=call.body.level,
        actor=call.actor,
        at=call.at,
    )
    return shown.page(page)
