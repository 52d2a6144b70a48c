"""The line that is pinned in a pull-cord's channel: what to do when the desk itself is silent."""

from collections.abc import Sequence

from incident.rules.slack_rules import ANY_MESSAGE

REHEARSAL = (
    "Writing here wakes nobody: this is still a rehearsal.",
    "Something is broken? Telephone.",
)
WITHDRAWN = (
    "Writing in this channel wakes nobody any more.\n"
    "Something is broken? Telephone whoever is on call."
)


def text(
    target: str,
    phones: Sequence[tuple[str, str]],
    *,
    armed: bool,
    counts: str = ANY_MESSAGE,
    strangers: bool = False,
) -> str:
    """The same rule and the same telephones always give the same words. Plain text.

    `counts` says which messages the rule hears: from what_counts().
    """
    numbered = [f"{place}. {name} {number}" for place, (name, number) in enumerate(phones, 1)]
    nobody = f"No telephone numbers are kept for {target} yet: call whoever you know."
    lines = _promise(target, counts, strangers) if armed else REHEARSAL
    return "\n".join([*lines, *(numbered or [nobody])])


def _promise(target: str, counts: str, strangers: bool) -> tuple[str, str]:
    """No more than the rule does: who comes in vain here does not telephone."""
    anybody = "whoever you are" if strangers else "whoever in our company you are"
    if counts == ANY_MESSAGE:
        wakes = f"it wakes {target}, {anybody}."
    else:
        wakes = f"{counts} wakes {target}, {anybody}. Any other wakes nobody."
    return (
        f"Something is broken? Write it here: {wakes}",
        "No reply within 10 seconds means: telephone.",
    )
