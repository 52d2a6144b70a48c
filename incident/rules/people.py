"""What may be said about a person: names, addresses, zones, roles, and the last admin."""

import re
from collections.abc import Collection
from functools import lru_cache
from zoneinfo import available_timezones

from incident.rules.permissions import ROLES

EMAIL = re.compile(r"[^@\s,;<>\"\x00-\x1f]{1,64}@[^@\s,;<>\"\x00-\x1f]{1,190}")
PHONE = re.compile(r"\+?[(0-9][0-9 ().\-/]{3,30}")
SLACK_MEMBER = re.compile(r"[UW][A-Z0-9]{5,20}")
NAME_LENGTH = 80


def email_of(text: str) -> str:
    """An address as we keep it: without blanks around it, in lower case."""
    return text.replace("\x00", "").strip().lower()


def email_problem(email: str) -> str:
    return "" if EMAIL.fullmatch(email) else "Write an e-mail address, such as maya@example.com."


def name_problem(name: str) -> str:
    if not name:
        return "Write the name that others know you by."
    if len(name) > NAME_LENGTH:
        return f"At most {NAME_LENGTH} characters."
    return "" if name.isprintable() else "A name is one line of letters."


def role_problem(role: str) -> str:
    return "" if role in ROLES else f"Choose one of: {', '.join(ROLES)}."


def zone_problem(zone: str) -> str:
    return "" if zone in _known_zones() else "Choose a zone from the list."


def phone_problem(phone: str) -> str:
    if not phone or PHONE.fullmatch(phone):
        return ""
    return "Write a number that can be dialled, such as +49 30 1234567."


def slack_problem(slack_id: str) -> str:
    if not slack_id or SLACK_MEMBER.fullmatch(slack_id):
        return ""
    return "A Slack member id starts with U or W, such as U024BE7LH. Slack shows it in the profile."


def zones() -> list[str]:
    """The zones to choose from, UTC first."""
    named = (zone for zone in _known_zones() if "/" in zone and not zone.startswith("Etc/"))
    return ["UTC", *sorted(named)]


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    """Finding them means reading a folder tree: once is enough."""
    return frozenset(available_timezones())


def is_last_admin(person_id: int, admins: Collection[int]) -> bool:
    """Whether nobody could let people in any more without this one."""
    return set(admins) == {person_id}
