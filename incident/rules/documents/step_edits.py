"""Changed steps: ticked, reworded, given attributes, added, moved or taken out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident.rules import attributes
from incident.rules.attributes import Value
from incident.rules.documents.given import GivenStep
from incident.rules.documents.matching import Gap, gaps, matched
from incident.rules.documents.nodes import KINDS, Block, Item, Text
from incident.rules.documents.outline import Step
from incident.rules.documents.places import Book, end_after
from incident.rules.documents.shown import text_of
from incident.rules.documents.source import Edit
from incident.rules.documents.text_edits import First, text_edits
from incident.rules.documents.written import (
    first_and_rest,
    has_words,
    marker_for,
    settings_of,
    step,
    under,
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a list of steps stands, or would: after `offset`, behind `lead` and `margin`."""

    blocks: Sequence[Block]
    offset: int
    lead: str
    margin: str


def steps_edits(
    book: Book, wanted: Sequence[GivenStep], known: Sequence[Step], spot: Spot
) -> Iterator[Edit]:
    """The edits that make the steps at `spot` the wanted ones."""
    found = matched(
        wanted,
        [book.shown(one.item.span) for one in known],
        wanted=[one.text.rstrip() for one in wanted],
        shown=[text_of(one.texts, book.links).rstrip() for one in known],
    )
    found = _kept(book, wanted, found, known, spot)
    for one, place in zip(wanted, found, strict=True):
        if place is not None:
            yield from _step_edits(book, one, known[place])
    spaces = gaps(found, len(known))
    for gap in spaces:
        yield from _gap_edits(book, gap, wanted, known, spot)
    if spaces:
        yield from _renumbered(wanted, found, known)


def _kept(
    book: Book,
    wanted: Sequence[GivenStep],
    found: Sequence[int | None],
    known: Sequence[Step],
    spot: Spot,
) -> list[int | None]:
    """The steps that can stay where they are; any other is written anew.

    A text that follows a step from outside its list would go to whatever is put between.
    """
    kept: list[int | None] = []
    for number, place in enumerate(found):
        if place is None or (book.explicit and not known[place].item.marker):
            kept.append(None)
            continue
        one = known[place]
        ends = one.item.span[1] if wanted[number].steps and not one.steps else one.end
        if number + 1 < len(found) and found[number + 1] is None:
            ends = end_after(spot.blocks, one.item)
        kept.append(place if one.end <= ends else None)
    return kept


def _gap_edits(
    book: Book, gap: Gap, wanted: Sequence[GivenStep], known: Sequence[Step], spot: Spot
) -> Iterator[Edit]:
    old = known[gap.after + 1 : gap.before]
    new = [wanted[number] for number in gap.new]
    near = known[max(gap.after, 0)].item if known else None
    margin = near.marker.margin if near and near.marker else spot.margin
    body = _written(new, near, margin, first=gap.after + 1) if new else ""
    if old and new:
        yield Edit(old[0].item.span[0], old[-1].end, body)
    elif old:
        yield book.without(old[0].item.span[0], old[-1].end)
    elif near is None:
        yield Edit(spot.offset, spot.offset, spot.lead + margin + body)
    elif gap.after < 0:
        yield Edit(near.span[0], near.span[0], body + _between(book, known) + margin)
    else:
        end = end_after(spot.blocks, near)
        lead = "\n\n" if end > near.span[1] else _between(book, known)
        yield Edit(end, end, lead + margin + body)


def _written(new: Sequence[GivenStep], near: Item | None, margin: str, *, first: int) -> str:
    """New steps in the manner of the one near them; the first comes without its margin."""
    like = near.marker.written if near and near.marker else ""
    boxed = near is None or near.marker is None or near.checked is not None
    lines = []
    for number, one in enumerate(new, start=1):
        marker = _marker(one, like, number if first else number - 1)
        lines.append(step(one, margin, marker, boxed=boxed))
    return ("\n" + margin).join(lines)


def _marker(one: GivenStep, like: str, later: int) -> str:
    """The next number, or the bullet, of the list it comes to stand in."""
    if like[:1].isdigit():
        return f"{int(like[:-1]) + later}{like[-1]}"
    return like or marker_for(one, later + 1)


def _between(book: Book, known: Sequence[Step]) -> str:
    """What stands between two steps here: a blank line, where the list has them."""
    for one, other in zip(known, known[1:], strict=False):
        gap = book.page[one.item.span[1] : other.item.span[0]]
        return "\n\n" if gap.count("\n") > 1 else "\n"
    return "\n"


def _renumbered(
    wanted: Sequence[GivenStep], found: Sequence[int | None], known: Sequence[Step]
) -> Iterator[Edit]:
    """Numbers that rose by one go on doing so, as long as nothing shifts by it."""
    markers = [one.item.marker for one in known]
    numbers = [int(one.written[:-1]) for one in markers if one and one.is_ordered]
    if len(numbers) < max(len(known), 1) or numbers != [
        *range(numbers[0], numbers[0] + len(known))
    ]:
        return
    for number, place in enumerate(found, start=numbers[0]):
        marker = markers[place] if place is not None else None
        if marker and len(str(number)) == len(marker.written) - 1:
            now = f"{number}{marker.written[-1]}"
            if now != marker.written:
                yield Edit(*marker.span, now)


def _step_edits(book: Book, wanted: GivenStep, known: Step) -> Iterator[Edit]:
    item = known.item
    if wanted.has_box_said and wanted.checked != item.checked:
        yield _box_edit(book, wanted.checked, item)
    yield from _settings_edits(book, wanted, item)
    own = item.blocks[0] if item.blocks and isinstance(item.blocks[0], Text) else None
    if known.texts:
        behind = own is not None and own.span[0] <= book.line_end(item.content)
        boxed, grouped = wanted.checked is not None, bool(settings_of(wanted))
        first = First(boxed, grouped) if behind and item.marker else None
        yield from text_edits(book.page, known.texts, book.links, wanted.text, first)
    elif wanted.text.strip():
        yield from _first_words(book, wanted, item)
    spot = Spot(item.blocks, item.span[1], "\n", item.margin)
    yield from steps_edits(book, wanted.steps, known.steps, spot)


def _box_edit(book: Book, checked: bool | None, item: Item) -> Edit:
    if item.box is None:
        line = book.page[item.content : book.line_end(item.content)]
        blank = "" if book.page[item.content - 1] in " \t" else " "
        behind = " " if has_words(line) else f"\n{item.margin}"
        box = f"{blank}[x]" if checked else f"{blank}[ ]"
        return Edit(item.content, item.content, box + (behind if line.strip() else ""))
    if checked is None:
        return Edit(item.box[0], item.content, "")
    return Edit(item.box[0] + 1, item.box[0] + 2, "x" if checked else " ")


def _settings_edits(book: Book, wanted: GivenStep, item: Item) -> Iterator[Edit]:
    settings = wanted_settings(wanted, item)
    if settings == dict(item.settings):
        return
    group = attributes.written(settings)
    if item.group_span:
        start, end = item.group_span
        kept = len(book.page[:start].rstrip(" \t")) if not group else start
        yield Edit(kept, end, group)
        return
    line_end = book.line_end(item.content)
    line = book.page[item.content : line_end]
    own = item.blocks[0] if item.blocks and isinstance(item.blocks[0], Text) else None
    if own and own.span[0] <= line_end and has_words(line):
        end = item.content + len(line.rstrip(" \t"))
        yield Edit(end, end, f" {group}")
    elif line.strip():
        yield Edit(item.content, item.content, f"{group}\n{item.margin}")
    else:
        blank = "" if book.page[item.content - 1] in " \t" else " "
        yield Edit(item.content, item.content, blank + group)


def wanted_settings(wanted: GivenStep, item: Item) -> dict[str, Value]:
    """The attributes wanted. A changed kind counts, where the attributes do not mention it."""
    known = dict(item.settings)
    if wanted.settings != known:
        return settings_of(wanted)
    if wanted.kind == "do" and item.kind != "do":
        return {name: value for name, value in known.items() if name not in KINDS}
    return settings_of(wanted)


def _first_words(book: Book, wanted: GivenStep, item: Item) -> Iterator[Edit]:
    """A text for an item that had none."""
    at, line_end = item.content, book.line_end(item.content)
    grouped = item.group_span is not None
    first, *rest = first_and_rest(wanted.text, boxed=item.box is not None, grouped=grouped)
    more = "".join("\n" + under(item.margin, line) for line in rest)
    if grouped:
        yield Edit(at, at, f"{first} " if first else "")
        yield Edit(line_end, line_end, more)
    elif book.page[at:line_end].strip():
        yield Edit(at, at, f"{first}{more}\n{item.margin}")
    else:
        blank = "" if book.page[at - 1] in " \t" or not first else " "
        yield Edit(at, at, blank + first + more)
