"""What passes between us and somebody in Slack besides messages: dialogs, and answers to them.

Plain values, as long as they are ours: `integrations/slack/views.py` makes Slack's views of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from incident.rules.receipt_buttons import Button


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `kind` is line, text, choice, choices or number.

    `options` are (value, label) for a choice; `value` is what is filled in already: a text, or
    a sequence of texts for choices.
    """

    name: str
    label: str
    kind: str = "line"
    value: Any = ""
    options: Sequence[tuple[str, str]] = ()
    optional: bool = False
    hint: str = ""
    longest: int = 3_000


@dataclass(frozen=True, slots=True)
class Dialog:
    """A modal. `name` says which it is, `context` comes back with what was filled in."""

    name: str
    title: str
    fields: Sequence[Field] = ()
    submit: str = "Save"
    text: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A dialog that is to open: at once as an empty frame with `title`, and filled afterwards
    by whoever answers for dialogs of this `name`, who is given the `context`."""

    name: str
    title: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What only the person who asked sees. Plain text, buttons below it, perhaps a dialog.

    `errors` are for fields of a dialog by their names: it stays open and shows them.
    """

    text: str = ""
    buttons: Sequence[Button] = ()
    dialog: Asked | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


NOTHING = Reply()
