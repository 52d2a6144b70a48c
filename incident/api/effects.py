"""Effects: temporary measures, put in force and undone."""

from incident.api import shown
from incident.api.models.effects import EffectTold, NewEffect
from incident.api.models.fields import Nothing
from incident.api.routes import Call, endpoint
from incident.services import effects as services
from incident.storage import effects, incidents


@endpoint("POST", "/api/incidents/{key}/effects", body=NewEffect, answer=EffectTold, status=201)
def put_in_force(call: Call[NewEffect, None], key: str) -> EffectTold:
    """Write down a temporary measure, so that nobody forgets to undo it."""
    services.put_in_force(
        call.session,
        incident_key=key,
        text=call.body.text,
        undo=call.body.undo,
        max_seconds=call.body.max_seconds,
        actor=call.actor,
        at=call.at,
    )
    incident = incidents.get(call.session, key)
    return shown.effect(effects.of_incident(call.session, incident.id)[-1])


@endpoint("POST", "/api/incidents/{key}/effects/{id}/ending", body=Nothing, answer=EffectTold)
def end(call: Call[Nothing, None], key: str, id: int) -> EffectTold:
    """It is undone. Ending it twice changes nothing."""
    ended = services.end(call.session, incident_key=key, effect_id=id, actor=call.actor, at=call.at)
    return shown.effect(ended)
