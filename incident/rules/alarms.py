"""The alarm about a page that wakes nobody: when it is due, and in which words it is told.

What stands in capitals before the colon is the heading on screen, the rest is the reason.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from incident.rules import pages as page_rules

UNACCEPTED, UNSEEN, UNNOTIFIED = "unaccepted", "unseen", "unnotified"
EXHAUSTED, REFUSED, STALE, STUCK = "exhausted", "refused", "stale", "stuck"
ASLEEP = "asleep"
RESOLVED = "resolved"

UNACCEPTED_AFTER = timedelta(seconds=60)
UNSEEN_AFTER = timedelta(seconds=60)
UNNOTIFIED_AFTER = timedelta(seconds=120)

CROWDED = "PagerDuty is taking no more events with its key just now"
NOT_PAGED = "NOBODY WAS PAGED"
NOT_AT_WORK = "NOBODY IS AT WORK"
NOT_WOKEN = "PAGERDUTY TOOK IT BUT NOBODY WAS WOKEN"
TELEPHONE = ". Telephone"

# Of these the page itself may still come right, or a person has to decide: nobody else is woken.
ASKS_A_PERSON = (STALE,)


def unaccepted(target: str, reason: str = "") -> str:
    why = f" ({reason.rstrip('.')})" if reason else ""
    return (
        f"{NOT_PAGED} YET: PagerDuty has not taken the page to {target} "
        f"in {_seconds(UNACCEPTED_AFTER)}{why}"
    )


def unseen(target: str) -> str:
    after = _seconds(UNSEEN_AFTER)
    return f"{NOT_WOKEN}: PagerDuty shows no incident for the page to {target} after {after}"


def unnotified(target: str) -> str:
    after = _seconds(UNNOTIFIED_AFTER)
    return f"{NOT_WOKEN}: PagerDuty has notified nobody of the page to {target} after {after}"


def exhausted(target: str) -> str:
    return f"NOBODY HAS ANSWERED: there is nobody left to page after {target}. Telephone"


def asleep(why: str) -> str:
    return f"{NOT_AT_WORK}: {why}. Telephone"


def is_asleep(sentence: str) -> bool:
    """Whether the alarm is that somebody had it, did nothing, and nobody is left to page."""
    return sentence.startswith(NOT_AT_WORK)


def refused(reason: str) -> str:
    return f"{NOT_PAGED}: {reason}"


def stale(due: str) -> str:
    """`due` is the time when it should have gone out, in words."""
    return f"{NOT_PAGED}: {late(due)}"


def late(due: str) -> str:
    """Why a page that comes hours late is not sent."""
    return f"it was due at {due} and the desk was not running; page again if it is still needed"


def stuck(target: str) -> str:
    return (
        f"NOBODY KNOWS WHETHER ANYBODY WAS PAGED: The desk stumbled over the page to {target}, "
        "three times. Telephone"
    )


def goes_to(places: Iterable[str]) -> str:
    """Who hears of it, besides whoever looks at the screen."""
    told = list(places)
    return f"The alarm goes to {' and to '.join(told)}" if told else "The alarm is on the screen"


def reason_of(sentence: str) -> str:
    """The capitals said quietly: they begin the sentence that says who is paged instead.

    What follows them stands on the timeline already, in the alarm's own line.
    """
    heading = sentence.partition(": ")[0]
    if not heading.isupper():
        return sentence
    return heading.capitalize().replace("Pagerduty", "PagerDuty")


def told(sentence: str) -> str:
    """The sentence where no numbers follow it: on a timeline, or before a list of its own."""
    return sentence.rstrip(".").removesuffix(TELEPHONE)


def mail_subject(*, severity: str, key: str, title: str, sentence: str) -> str:
    return page_rules.summary(
        severity=severity, key=key, title=title, what=sentence.partition(":")[0]
    )


def mail_text(*, sentence: str, title: str, phones: Sequence[tuple[str, str]]) -> str:
    """What whoever gets the mail needs when nothing else works: why, and whom to telephone."""
    lines = [f"{told(sentence)}.", "", title]
    if phones:
        lines += ["", "Telephone, in this order:"]
        lines += [f"  {name}  {phone}" for name, phone in phones]
    return "\n".join(lines)


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():.0f} s"
