"""Who may see an incident: everybody, or of a private one its members and the admins."""

from collections.abc import Collection

from incident.rules.outcome import NotAllowed
from incident.rules.permissions import RANK, Actor

STANDS_ALONE = "{key} is private, and its retro is told alone."


def sees_all(actor: Actor) -> bool:
    """Admins, tokens of admins, and the desk itself."""
    return RANK[actor.role] >= RANK["admin"]


def may_see(actor: Actor, *, private: bool, members: Collection[int]) -> bool:
    """`members` are the people who were let in. Somebody without an account is never one."""
    if not private or sees_all(actor):
        return True
    return actor.person_id is not None and actor.person_id in members


def require_told_together(*keys_private: tuple[str, bool]) -> None:
    """The retro of a private incident would carry its record to whoever reads the other one's."""
    hidden = next((key for key, private in keys_private if private), "")
    if hidden:
        raise NotAllowed(STANDS_ALONE.format(key=hidden))
