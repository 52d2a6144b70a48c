"""Updates: what everybody who waits is told, and when they hear more."""

from collections.abc import Mapping

from incident.api import shown
from incident.api.models.incidents import IncidentLine
from incident.api.models.updates import (
    NewUpdate,
    Postponement,
    Repetition,
    UpdatesTold,
    UpdateTold,
    WordingTold,
)
from incident.api.routes import Call, endpoint
from incident.services import repeats
from incident.services import updates as services
from incident.services.audiences import posts_of
from incident.services.updates import Draft
from incident.storage import incidents, updates
from incident.storage.outbox import Delivery
from incident.storage.updates import Update


@endpoint("POST", "/api/incidents/{key}/updates", body=NewUpdate, answer=UpdateTold, status=201)
def write(call: Call[NewUpdate, None], key: str) -> UpdateTold:
    """Write an update. The answer says what is promised, not yet that it is there."""
    asked = call.body
    draft = Draft(
        conditions=asked.conditions,
        actions=asked.actions,
        needs=asked.needs,
        wordings=asked.wordings.model_dump() if asked.wordings is not None else None,
        next_minutes=asked.next_minutes,
    )
    update = services.write(
        call.session, incident_key=key, draft=draft, actor=call.actor, at=call.at
    )
    posts = posts_of(call.session, incidents.get(call.session, key), [update])
    return _told(update, posts)


@endpoint("GET", "/api/incidents/{key}/updates", answer=UpdatesTold)
def index(call: Call[None, None], key: str) -> UpdatesTold:
    """Every update of an incident, and when the next one is owed."""
    incident = incidents.get(call.session, key)
    written = updates.of_incident(call.session, incident.id)
    posts = posts_of(call.session, incident, written)
    return UpdatesTold(
        updates=[_told(update, posts) for update in written], due_at=incident.update_due_at
    )


@endpoint(
    "POST", "/api/incidents/{key}/updates/postponement", body=Postponement, answer=IncidentLine
)
def postpone(call: Call[Postponement, None], key: str) -> IncidentLine:
    """Nobody needs an update now: put it off, and say why."""
    incident = services.postpone(
        call.session,
        incident_key=key,
        minutes=call.body.minutes,
        reason=call.body.reason,
        actor=call.actor,
        at=call.at,
    )
    return shown.line(incident)


@endpoint(
    "POST", "/api/incidents/{key}/updates/{seq}/repetition", body=Repetition, answer=UpdateTold
)
def repeat(call: Call[Repetition, None], key: str, seq: int) -> UpdateTold:
    """Send the words for an audience again that did not arrive."""
    update = repeats.repeat(
        call.session,
        incident_key=key,
        seq=seq,
        audience=call.body.audience,
        actor=call.actor,
        at=call.at,
    )
    posts = posts_of(call.session, incidents.get(call.session, key), [update])
    return _told(update, posts)


def _told(update: Update, posts: Mapping[tuple[int, str], Delivery]) -> UpdateTold:
    plain = set(UpdateTold.model_fields) - {"wordings"}
    return UpdateTold(
        **{name: getattr(update, name) for name in plain},
        wordings=[
            _wording(audience, str(text), posts.get((update.seq, audience)))
            for audience, text in update.wordings.items()
        ],
    )


def _wording(audience: str, text: str, post: Delivery | None) -> WordingTold:
    place = (post.settings.get("channel_name") or post.target) if post is not None else None
    return WordingTold(
        audience=audience,
        text=text,
        place=place,
        state=post.state if post is not None else None,
        error=post.last_error if post is not None else None,
    )
