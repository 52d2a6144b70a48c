"""The JSON of a checklist, as somebody hands it back: checked before anything is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from incident.rules.attributes import Value

DEEPEST = 40


class Unwritable(ValueError):
    """It is no checklist. The message is a sentence that names the place."""


@dataclass(frozen=True, slots=True)
class GivenStep:
    """A step as handed back. `checked` is None where it has no box."""

    text: str
    kind: str
    checked: bool | None
    has_box_said: bool
    marker: str
    settings: dict[str, Value]
    steps: tuple["GivenStep", ...]
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class GivenSection:
    """A section as handed back."""

    title: str
    level: int
    text: str
    settings: dict[str, Value]
    steps: tuple[GivenStep, ...]
    sections: tuple["GivenSection", ...]
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Given:
    """A checklist as handed back. What it does not mention stays as it is: None."""

    source: str | None = None
    title: str | None = None
    slug: str | None = None
    text: str | None = None
    front: dict[str, object] | None = None
    settings: dict[str, Value] | None = None
    sections: tuple[GivenSection, ...] = field(default_factory=tuple)


def given(data: object) -> Given:
    """What `data` says. Raises Unwritable when it is not the JSON of a checklist."""
    top = _Place(data, "the checklist")
    return Given(
        source=top.text_or_none("source"),
        title=top.text_or_none("title"),
        slug=top.text_or_none("slug"),
        text=top.text_or_none("text"),
        front=top.mapping_or_none("front"),
        settings=top.settings() if "settings" in top.values else None,
        sections=tuple(_section(place, 1) for place in top.places("sections")),
    )


def every_given_step(steps: tuple[GivenStep, ...]) -> Iterator[GivenStep]:
    """All steps, and those within them."""
    for step in steps:
        yield step
        yield from every_given_step(step.steps)


def _section(place: "_Place", depth: int) -> GivenSection:
    _refuse_too_deep(depth)
    level = place.values.get("level", depth + 1)
    if not isinstance(level, int) or not 1 <= level <= 6:
        raise Unwritable(f"“level” of {place.name} must be a number from 1 to 6.")
    return GivenSection(
        title=place.text("title"),
        level=level,
        text=place.text("text"),
        settings=place.settings(),
        steps=tuple(_step(inner, depth + 1) for inner in place.places("steps")),
        sections=tuple(_section(inner, depth + 1) for inner in place.places("sections")),
        span=place.span(),
    )


def _step(place: "_Place", depth: int) -> GivenStep:
    _refuse_too_deep(depth)
    checked = place.values.get("checked")
    if checked is not None and not isinstance(checked, bool):
        raise Unwritable(f"“checked” of {place.name} must be true, false or null.")
    return GivenStep(
        text=place.text("text"),
        kind=place.text("kind"),
        checked=checked,
        has_box_said="checked" in place.values,
        marker=place.text("marker"),
        settings=place.settings(),
        steps=tuple(_step(inner, depth + 1) for inner in place.places("children")),
        span=place.span(),
    )


def _refuse_too_deep(depth: int) -> None:
    if depth > DEEPEST:
        raise Unwritable(f"Steps are nested more than {DEEPEST} deep.")


class _Place:
    """One mapping of the JSON, and what to call it in a sentence."""

    def __init__(self, value: object, name: str) -> None:
        if not isinstance(value, Mapping):
            raise Unwritable(f"{name[0].upper()}{name[1:]} must be an object.")
        self.values = cast(Mapping[str, object], value)
        self.name = name

    def text_or_none(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise Unwritable(f"“{key}” of {self.name} must be text.")
        return value if value is None or key == "source" else _lines(value)

    def text(self, key: str) -> str:
        return self.text_or_none(key) or ""

    def mapping_or_none(self, key: str) -> dict[str, object] | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise Unwritable(f"“{key}” of {self.name} must be an object.")
        return None if value is None else {str(name): item for name, item in value.items()}

    def settings(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name, value in (self.mapping_or_none("settings") or {}).items():
            if isinstance(value, bool | str):
                found[name] = value
            elif isinstance(value, int | float):
                found[name] = str(value)
            elif value is not None:
                raise Unwritable(f"“{name}” in the settings of {self.name} must be text.")
        return {name: value for name, value in found.items() if value is not False}

    def places(self, key: str) -> list["_Place"]:
        value = self.values.get(key)
        if value is not None and not isinstance(value, list | tuple):
            raise Unwritable(f"“{key}” of {self.name} must be a list.")
        called = {"children": "step", "steps": "step", "sections": "section"}[key]
        return [
            _Place(item, f"{called} {number} of {self.name}")
            for number, item in enumerate(value or (), start=1)
        ]

    def span(self) -> tuple[int, int] | None:
        value = self.values.get("span")
        if not isinstance(value, list | tuple) or len(value) != 2:
            return None
        start, end = value
        return (start, end) if isinstance(start, int) and isinstance(end, int) else None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
