"""When to try a delivery again, and when to stop trying."""

from datetime import timedelta

WAITS = (1, 2, 4, 8, 15)
CROWDED_WAITS = (5, 15, 30)
EVERY = 30
SPREAD = 0.2
GIVE_UP_AFTER = timedelta(hours=24)


def wait_before(attempt: int, *, spread: float, crowded: bool = False) -> timedelta:
    """How long to wait before `attempt`; the first that waits is the second.

    `spread` lies between -1 and 1. It moves the long waits by up to a fifth, so that many
    deliveries held up by one outage do not all come back in the same moment. `crowded` is
    for a vendor that said "too many": it wants a longer pause at once.
    """
    waits = CROWDED_WAITS if crowded else WAITS
    place = attempt - 2
    if place < len(waits):
        return timedelta(seconds=waits[place])
    return timedelta(seconds=EVERY * (1 + SPREAD * spread))


def too_late(age: timedelta) -> bool:
    """After a day nobody is helped by being told."""
    return age >= GIVE_UP_AFTER


def worth_a_line(attempt: int, *, page: bool = True) -> bool:
    """The first three delays are each told, later ones about once a minute: no flood. What wakes
    nobody is told every ten minutes: many may wait for the same vendor."""
    every = 2 if page else 20
    return attempt <= len(CROWDED_WAITS) or attempt % every == 1
