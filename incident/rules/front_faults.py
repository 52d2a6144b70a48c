"""What of a checklist's front matter nobody could obey, as sentences."""

import re
from collections.abc import Iterator, Mapping

from incident.rules.documents.nodes import Front
from incident.rules.documents.slugs import LONGEST
from incident.rules.words import shortened

SEVERITIES = frozenset({"sev1", "sev2", "sev3", "sev4"})

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EVERY = re.compile(r"([1-9][0-9]{0,3}) (day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def faults(front: Front) -> Iterator[tuple[str, str]]:
    """Everything wrong with it: the entry, and the sentence."""
    values = front.values
    slug = values.get("slug")
    if slug is not None and not _is_slug(slug):
        yield "slug", "The slug is an address: small letters, digits and hyphens."
    for severity in listed(values.get("severity")):
        if severity not in SEVERITIES:
            yield (
                "severity",
                f"“{shortened(severity, 40)}” is no severity: sev1, sev2, sev3 or sev4.",
            )
    for name in ("review every", "drill every"):
        if name in values and days(values[name]) is None:
            yield name, f"“{name}” needs a time such as 90 days."
    variables = values.get("variables")
    if variables is not None and not isinstance(variables, Mapping):
        yield "variables", "The variables are names, each with what it may be: “queue: {}”."


def listed(value: object) -> list[str]:
    """What is given as a list, or as the only word of one."""
    if isinstance(value, list | tuple):
        return [str(one) for one in value if one is not None]
    return [] if value in (None, "") else [str(value)]


def days(value: object) -> int | None:
    """How many days `90 days` or `2 weeks` are; None for anything else."""
    match = _EVERY.fullmatch(str(value).strip())
    return int(match[1]) * _DAYS[match[2]] if match else None


def _is_slug(slug: object) -> bool:
    return isinstance(slug, str) and len(slug) <= LONGEST and bool(_SLUG.fullmatch(slug))
