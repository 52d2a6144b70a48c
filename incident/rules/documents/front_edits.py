"""Changed front matter: entries nobody touched keep their characters, comments included."""

import json
from collections.abc import Iterator, Mapping

from incident.rules.documents.nodes import Document, Front
from incident.rules.documents.source import Edit
from incident.rules.documents.written import entries


def front_edits(document: Document, wanted: Mapping[str, object]) -> Iterator[Edit]:
    """The edits that make the front matter say `wanted`."""
    front = document.front
    known = front.values if front else {}
    if _same(known, wanted):
        return
    if front is None:
        yield Edit(0, 0, f"---\n{''.join(entries(wanted))}---\n\n")
    elif not front.keys or set(front.keys) != set(known) or not wanted:
        inside = f"---\n{''.join(entries(wanted))}---\n" if wanted else ""
        yield Edit(*front.span, inside)
    else:
        yield from _entry_edits(front, wanted)


def _entry_edits(front: Front, wanted: Mapping[str, object]) -> Iterator[Edit]:
    for name, span in front.keys.items():
        if name not in wanted:
            yield Edit(*span, "")
        elif not _same(front.values[name], wanted[name]):
            yield Edit(*span, "".join(entries({name: wanted[name]})))
    added = {name: value for name, value in wanted.items() if name not in front.keys}
    if added:
        end = max(end for _, end in front.keys.values())
        yield Edit(end, end, "".join(entries(added)))


def _same(one: object, other: object) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
