"""Which page a receipt tells, and what of it: a tired reader wants one answer, not a list."""

from collections.abc import Mapping, Sequence

from incident.rules import alarms, ladder
from incident.rules import receipts as rules
from incident.rules.receipts import PageSeen
from incident.storage.pages import LIVE, RINGING, Page
from incident.storage.targets import Target


def telling(asked: Sequence[Page], cord: Page | None) -> Page | None:
    """The page that says most; `cord` is the newest of the cord's own. Whoever answered any page
    since then is awake.

    A page that was followed by another of its ladder tells nothing any more, though it rings; nor
    does an answer after which the same people had to be paged again.
    """
    newest = {ladder.base_of(page.cause): page for page in asked}
    for page in reversed(asked):
        since = page.acknowledged_at
        if page.state != "acknowledged" or since is None or (cord and since < cord.promised_at):
            continue
        tip = newest[ladder.base_of(page.cause)]
        if tip.state == "acknowledged" or tip.promised_at <= since:
            return page
    if cord is not None and cord.state in LIVE:
        return cord
    tips = sorted(newest.values(), key=lambda page: page.id, reverse=True)
    under_way = [page for page in tips if page.state in LIVE]
    slept = [page for page in tips if is_asleep(page)]
    return next(iter([*under_way, *slept]), cord or (asked[-1] if asked else None))


def climbed_to(page: Page | None, asked: Sequence[Page]) -> list[Page]:
    """The pages of its ladder up to this one."""
    if page is None:
        return []
    base = ladder.base_of(page.cause)
    of_ladder = [one for one in asked if ladder.base_of(one.cause) == base and one.id <= page.id]
    return ladder.since_start(of_ladder)


def seen(page: Page | None, climbed: Sequence[Page], found: Sequence[Target]) -> PageSeen | None:
    """`climbed` are the pages of its ladder so far, `found` all targets."""
    if page is None:
        return None
    backups = {target.name: target.backup for target in found if not target.proving}
    following = ladder.ahead(climbed, backups)
    return PageSeen(
        target=page.target,
        state=page.state,
        reason=page.reason or "",
        acknowledged_by=page.acknowledged_by or "",
        acknowledged_at=page.acknowledged_at,
        accepted_at=page.accepted_at,
        due_at=page.ack_due_at if page.state in LIVE else None,
        then=next(iter(following), ""),
        asleep=is_asleep(page),
    )


def tried(climbed: Sequence[Page]) -> tuple[str, ...]:
    """Whom the pages of a ladder ring, or rang without an answer."""
    return tuple(dict.fromkeys(page.target for page in climbed if page.state in RINGING))


def on_call(target: Target | None) -> tuple[str, ...]:
    """Who is behind a target just now, as far as PagerDuty said."""
    kept: Sequence[Mapping[str, object]] = target.on_call if target else ()
    return tuple(dict.fromkeys(name for p in kept if (name := str(p.get("name", "")))))


def phones(names: Sequence[str], found: Sequence[Target]) -> tuple[tuple[str, str], ...]:
    """The numbers of these targets, in the order in which they were paged."""
    by_name = {target.name: target for target in found}
    kept: list[Mapping[str, object]] = []
    for name in dict.fromkeys(names):
        kept += by_name[name].phones if name in by_name else ()
    numbers = ((str(p.get("name", "")), str(p.get("phone", ""))) for p in kept)
    return tuple(dict.fromkeys(numbers))


def is_asleep(page: Page) -> bool:
    """Whether somebody had it and did nothing, and nobody is left to page."""
    return page.state == "exhausted" and alarms.is_asleep(page.alarm)


def is_unpaged(page: Page | None) -> bool:
    return page is None or page.state in rules.DEAD
