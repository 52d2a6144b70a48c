"""The updates of an incident on a page: what was said, whom it reached, and the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from incident.rules.wordings import AUDIENCES
from incident.services.audiences import Audience
from incident.services.repeats import problem_of
from incident.services.updates import Draft
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.updates import Update
from incident.web.screens.messages import of_post

NOWHERE = "Posted nowhere: there was no channel for it."


@dataclass(frozen=True, slots=True)
class Told:
    """One audience of an update that was sent: its words, and what became of them. `repeatable`
    is where they can be sent again."""

    audience: str
    text: str
    fate: str
    failed: bool
    repeatable: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One update that was written. `late` is whether it was due before it came."""

    update: Update
    told: tuple[Told, ...]

    @property
    def late(self) -> bool:
        due_at = self.update.was_due_at
        return due_at is not None and self.update.written_at > due_at


@dataclass(frozen=True, slots=True)
class Wording:
    """One audience of the update that is being written. `own` is what somebody put instead of
    the `usual` words."""

    audience: Audience
    usual: str
    own: str
    chosen: bool

    @property
    def field(self) -> str:
        return f"wording_{self.audience.name}"


def sent(
    incident: Incident,
    updates: Sequence[Update],
    posts: Mapping[tuple[int, str], Delivery],
    places: Mapping[str, Audience],
) -> tuple[Sent, ...]:
    """Newest first."""

    def told(update: Update, audience: str) -> Told:
        post, place = posts.get((update.seq, audience)), places[audience]
        message = of_post(post) if post is not None else None
        is_stuck = problem_of(incident, update, place, post, updates)
        return Told(
            audience=audience,
            text=str(update.wordings[audience]),
            fate=message.sentence if message else NOWHERE,
            failed=message is not None and message.failed,
            repeatable="" if is_stuck else place.place,
        )

    return tuple(
        Sent(update, tuple(told(update, audience) for audience in update.wordings))
        for update in reversed(updates)
    )


def wordings(
    audiences: Mapping[str, Audience], usual: Mapping[str, str], draft: Draft
) -> tuple[Wording, ...]:
    """Whoever opens the form tells responders; everybody else is chosen each time."""
    asked = {"responders": ""} if draft.wordings is None else draft.wordings
    return tuple(
        Wording(audiences[name], usual[name], asked.get(name) or "", name in asked)
        for name in AUDIENCES
    )
