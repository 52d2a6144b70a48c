"""Retros: read one, and write in its sections."""

from flask import Response

from incident.api.bodies import MARKDOWN
from incident.api.models.problems import Problem
from incident.api.models.retros import RetroSectionTold, RetroTold, SectionEdit
from incident.api.routes import Call, Reply, endpoint
from incident.rules.retros.writing import Outdated
from incident.services import retros as services

RETRO = "/api/incidents/{key}/retro"


@endpoint("GET", RETRO, answer=RetroTold)
def show(call: Call[None, None], key: str) -> RetroTold:
    """The retro as it stands. Before anybody wrote, it is what the record says."""
    return RetroTold(**services.as_values(call.session, key, at=call.at))


@endpoint("GET", f"{RETRO}.json", answer=RetroTold)
def show_json(call: Call[None, None], key: str) -> RetroTold:
    """The same, by the name of its format."""
    return show(call, key)


@endpoint("GET", f"{RETRO}.md", media=MARKDOWN)
def show_markdown(call: Call[None, None], key: str) -> Response:
    """The whole retro as one Markdown document."""
    return Response(services.export_markdown(call.session, key, at=call.at), mimetype=MARKDOWN)


@endpoint("PATCH", f"{RETRO}/sections/{{section}}", body=SectionEdit, answer=RetroSectionTold)
def edit(call: Call[SectionEdit, None], key: str, section: str) -> RetroSectionTold | Reply:
    """Save a section. What stood there before is kept; so is a text that comes too late."""
    asked = call.body
    try:
        saved = services.edit_section(
            call.session,
            incident_key=key,
            name=section,
            text=asked.text,
            version=asked.version,
            actor=call.actor,
            at=call.at,
        )
    except Outdated as refusal:
        services.keep_refused(
            call.session,
            incident_key=key,
            name=section,
            text=asked.text,
            version=asked.version,
            actor=call.actor,
            at=call.at,
        )
        return Reply(Problem(title="Conflict", status=409, detail=str(refusal)), status=409)
    return RetroSectionTold(name=saved.name, text=saved.text, version=saved.version)
