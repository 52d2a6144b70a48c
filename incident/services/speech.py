"""What a kept Slack event says, in characters that every database takes."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from incident.integrations.slack import trigger
from incident.integrations.slack.payload import storable
from incident.rules.signals import Ignored, Signal


def said_in(raw: Mapping[str, Any]) -> Signal | Ignored:
    """The same raw event always says the same. Whether a bot may say it is up to the rule."""
    said = trigger.read(raw, bots=True)
    if isinstance(said, Ignored):
        return Ignored(storable(said.reason))
    texts: dict[str, Any] = {
        name: storable(value) for name, value in asdict(said).items() if isinstance(value, str)
    }
    return replace(said, **texts)
