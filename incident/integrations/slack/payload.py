"""Careful reading of JSON that somebody else wrote: whatever is missing or odd is empty."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Object = Mapping[str, Any]

DEEPEST = 8
DEEPEST_KEPT = 50

_TS = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,6}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text(holder: Object, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def first(holder: Object, *names: str) -> str:
    """The first of these that says something."""
    return next((said for name in names if (said := text(holder, name).strip())), "")


def part(holder: Object, name: str) -> Object:
    value = holder.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(holder: Object, name: str) -> list[Object]:
    value = holder.get(name)
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def texts_in(blocks: Any, depth: int = 0) -> list[str]:
    """Every text in Slack's blocks, in reading order."""
    if depth > DEEPEST:
        return []
    if isinstance(blocks, Mapping):
        said = blocks.get("text")
        here = [said] if isinstance(said, str) else texts_in(said, depth + 1)
        return here + texts_in(blocks.get("elements"), depth + 1)
    found = [texts_in(block, depth + 1) for block in blocks] if isinstance(blocks, list) else []
    return [said for texts in found for said in texts]


def moment(ts: str) -> datetime | None:
    """The time that a Slack ts stands for."""
    match = _TS.fullmatch(ts)
    if match is None:
        return None
    fraction = int((match[2] or "").ljust(6, "0"))
    return _EPOCH + timedelta(seconds=int(match[1]), microseconds=fraction)


def storable(said: str) -> str:
    """Half a surrogate pair and a zero byte are things that people's clients do send."""
    return said.replace("\x00", "").encode("utf-8", "replace").decode()


def keepable(value: Any, depth: int = 0) -> Any:
    """The same, as every database takes it: no number is endless, and no nest has no bottom."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, Mapping | list):
        return value
    if depth > DEEPEST_KEPT:
        return None
    if isinstance(value, list):
        return [keepable(one, depth + 1) for one in value]
    return {name: keepable(one, depth + 1) for name, one in value.items()}


def digest(payload: Object) -> str:
    """A name for something that came without one."""
    written = json.dumps(payload, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:32]
