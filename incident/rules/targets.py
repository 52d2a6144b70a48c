"""What may be said about a page target: its name, its key, its backup, its telephones."""

import re
from collections.abc import Mapping, Sequence

from incident.rules.urgency import URGENCIES

NAME = re.compile(r"(?!new$)[a-z0-9][a-z0-9_-]{0,39}")
ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}")
SERVICE_ID = re.compile(r"[A-Z0-9]{5,20}")
PHONE_LINE = re.compile(r"(?P<name>.*?)[\s:,;]*(?P<phone>\+?[(0-9][0-9 ().\-/]{3,30})")
PHONES_AT_MOST = 20
LONGEST_AWAKE = 4 * 3600
LONGEST_STALE = 24 * 3600
SLACK_CHANNEL_LENGTH = 80
TEXT_LENGTH = 200
LINE_LENGTH = 120

Phones = list[dict[str, str]]


def name_problem(name: str) -> str:
    if NAME.fullmatch(name):
        return ""
    return "Small letters, digits, - and _, at most 40: checklists name it, as in {page=mobile}."


def key_problem(routing_key: str) -> str:
    """The whole key or nothing: PagerDuty refuses any other length."""
    if not routing_key or ROUTING_KEY.fullmatch(routing_key):
        return ""
    return (
        f"A routing key has 32 letters and digits; this has {len(routing_key)} characters. "
        "It is the integration key of an Events API v2 integration."
    )


def service_problem(service_id: str) -> str:
    if not service_id or SERVICE_ID.fullmatch(service_id):
        return ""
    return "A PagerDuty service id is in its address, such as P1A2B3C."


def urgency_problem(urgency: str) -> str:
    return "" if urgency in URGENCIES else "Choose high or low."


def awake_problem(seconds: int) -> str:
    """How long whoever answered may do nothing before they are paged again."""
    if 0 <= seconds <= LONGEST_AWAKE:
        return ""
    return f"Whole minutes, up to {LONGEST_AWAKE // 60}. 0 asks nobody again."


def stale_problem(seconds: int) -> str:
    """After how long an unsent page asks a person before it wakes somebody."""
    if 60 <= seconds <= LONGEST_STALE:
        return ""
    return f"Whole minutes, from 1 to {LONGEST_STALE // 60}."


def slack_channel_problem(channel: str) -> str:
    if len(channel) <= SLACK_CHANNEL_LENGTH and channel.isprintable() and " " not in channel:
        return ""
    return "A channel's name or id: #payments or C024BE91L."


def description_problem(description: str) -> str:
    if len(description) <= TEXT_LENGTH and description.isprintable():
        return ""
    return f"One line of at most {TEXT_LENGTH} characters."


def backup_problem(name: str, backup: str, backups: Mapping[str, str]) -> str:
    """`backups` is every target's backup by name. A ring would page round and round."""
    if not backup:
        return ""
    if backup not in backups:
        return f"There is no target {backup}."
    seen, following = [name], backup
    while following and following not in seen:
        seen.append(following)
        following = backups.get(following, "")
    return f"{' → '.join([*seen, following])} would go round in a ring." if following else ""


def read_phones(text: str) -> Phones:
    """One line each, `Maya +49 30 1234567`, in the order to call. A line without is skipped."""
    found = [PHONE_LINE.fullmatch(line.strip()) for line in text.splitlines()]
    return [{"name": f["name"].strip(), "phone": f["phone"].strip()} for f in found if f]


def phones_problem(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > PHONES_AT_MOST:
        return f"At most {PHONES_AT_MOST} numbers: at night nobody reads more."
    for line in lines:
        if not _is_phone_line(line):
            return f"“{line[:60]}” has no telephone number at its end. Write: Maya +49 30 1234567"
    return ""


def _is_phone_line(line: str) -> bool:
    return len(line) <= LINE_LENGTH and line.isprintable() and bool(PHONE_LINE.fullmatch(line))


def written_phones(phones: Sequence[Mapping[str, str]]) -> str:
    """The list as it is typed."""
    return "\n".join(f"{p.get('name', '')} {p.get('phone', '')}".strip() for p in phones)
