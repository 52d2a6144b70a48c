"""How long each page took to be answered, in words."""

from incident.rules import spoken
from incident.rules.retros.escaped import text
from incident.rules.retros.facts import Facts
from incident.rules.retros.rows import Page

UNSENT = ("refused", "not_sent")


def answered(page: Page, facts: Facts) -> str:
    """`mobile was paged 10 Jul 2021, 07:10 EDT: acknowledged by Maya after 4 min`."""
    when = spoken.moment(page.promised_at, facts.incident.zone)
    return f"{text(page.target)} was paged {when}: {text(outcome(page))}"


def outcome(page: Page) -> str:
    """What became of it."""
    if page.acknowledged_at is not None:
        took = spoken.length(page.acknowledged_at - (page.accepted_at or page.promised_at))
        return f"acknowledged by {page.acknowledged_by} after {took}"
    reason = f": {page.reason}" if page.reason else ""
    if page.state in UNSENT:
        return f"NOBODY WAS PAGED{reason}"
    if page.ended_at is not None:
        waited = spoken.length(page.ended_at - page.promised_at)
        return f"never acknowledged, {page.state} after {waited}{reason}"
    return "never acknowledged"
