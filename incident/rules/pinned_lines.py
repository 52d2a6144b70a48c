"""The line that is pinned in a pull-cord's channel: what to do when the desk itself is silent."""

from collections.abc import Sequence


def text(target: str, phones: Sequence[tuple[str, str]], *, armed: bool) -> str:
    """The same rule and the same telephones always give the same words. Plain text."""
    wakes = f"it wakes {target}, whoever you are" if armed else "this is still a rehearsal"
    lines = [
        f"Something is broken? Write it here: {wakes}.",
        "No reply within 10 seconds means: telephone.",
    ]
    numbered = [f"{place}. {name} {number}" for place, (name, number) in enumerate(phones, 1)]
    nobody = f"No telephone numbers are kept for {target} yet: call whoever you know."
    return "\n".join([*lines, *(numbered or [nobody])])
