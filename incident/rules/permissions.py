"""Who may do what."""

from dataclasses import dataclass

from incident.rules.outcome import NotAllowed

ROLES = ("viewer", "responder", "admin")


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks for something: a person, a token, a Slack member, or the desk itself.

    `role` is one of ROLES, or "reporter" for somebody in Slack without an account, or "system".
    `source` is the way they came in: web, api, slack, worker, pagerduty.
    """

    name: str
    role: str = "responder"
    person_id: int | None = None
    source: str = "web"


DESK = Actor("Incident desk", role="system", source="worker")

RANK = {"reporter": 0, "viewer": 0, "responder": 1, "admin": 2, "system": 2}


def require(actor: Actor, role: str) -> None:
    """Refuse whoever holds less than `role`."""
    if RANK[actor.role] < RANK[role]:
        raise NotAllowed(f"This needs the role {role}; {actor.name} is {actor.role}.")
