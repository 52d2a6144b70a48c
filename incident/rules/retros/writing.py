"""What people may write in a retro, and how no word of theirs is lost."""

import re
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from incident.rules.fields import refuse
from incident.rules.outcome import NotAllowed
from incident.rules.retros.draft import SECTIONS
from incident.rules.retros.facts import OVER
from incident.rules.words import shortened

TEXT_LENGTH = 100_000
LINE_LENGTH = 500
FIGURE_LENGTH = 80
KINDS = ("detect", "prevent", "mitigate", "process", "checklist")
STATES = ("open", "done", "dropped")
SAME_SITTING = timedelta(minutes=10)
PLAIN = re.compile(r"[^\s<>|\x00-\x1f]{1,500}")
SOONEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


class Outdated(NotAllowed):
    """Somebody else saved the section meanwhile: a person puts both texts together."""


def require_section(name: str) -> None:
    if name not in SECTIONS:
        raise NotAllowed(f"A section is one of: {', '.join(SECTIONS)}.")


def require_draft(state: str) -> None:
    if state == "published":
        raise NotAllowed("This retro is published. Reopen it to change it.")


def require_over(key: str, status: str) -> None:
    if status not in OVER:
        raise NotAllowed(f"{key} is still {status}. Resolve it before you publish its retro.")


def require_newest(version: int, newest: int, by: str) -> None:
    if version != newest:
        who = by or "Somebody"
        raise Outdated(f"{who} saved this section while you wrote. Both texts are kept.")


def body(text: str) -> str:
    """A section as it is kept: the words, with line ends of one kind."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(text) > TEXT_LENGTH:
        raise NotAllowed(f"A section is at most {TEXT_LENGTH:,} characters long.")
    return text


def is_worth_keeping(before: str, after: str, *, same_writer: bool, age: timedelta) -> bool:
    """Whether the text before a save must be kept: unless it is all still there, just written."""
    return not (same_writer and age <= SAME_SITTING and grew(before, after))


def grew(before: str, after: str) -> bool:
    """Whether `after` is `before` with something put in at one place."""
    if len(after) < len(before):
        return False
    head = 0
    while head < len(before) and before[head] == after[head]:
        head += 1
    rest = len(before) - head
    return rest == 0 or before[head:] == after[len(after) - rest :]


def new_facts(drawn: str, now: str) -> list[str]:
    """What the record says now and did not say when somebody wrote."""
    return _lines_beyond(now, drawn)


def gone_facts(drawn: str, now: str) -> list[str]:
    """What the record said when somebody wrote and does not say any more."""
    return _lines_beyond(drawn, now)


def item_text(text: str) -> str:
    return shortened(" ".join(text.split()), LINE_LENGTH)


def due_date(text: str) -> date | None:
    """2021-07-23, or nothing. What is no date becomes one that `require_item` refuses."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return date.min


def require_item(*, text: str, kind: str, due_on: date | None, link: str, state: str) -> None:
    """Refuse an action item that nobody could act on, field by field."""
    refuse(
        {
            "text": "" if text else "Write what will change.",
            "kind": "" if kind in KINDS else f"A kind is one of: {', '.join(KINDS)}.",
            "due_on": "" if _is_plausible(due_on) else "Write the date like 2021-07-23.",
            "link": "" if is_web_address(link) else "A link begins with https://.",
            "state": "" if state in STATES else f"A state is one of: {', '.join(STATES)}.",
        }
    )


def is_web_address(link: str) -> bool:
    """Nothing at all will do as well."""
    if not link:
        return True
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    is_plain = PLAIN.fullmatch(link) is not None
    return is_plain and parts.scheme in ("https", "http") and bool(parts.netloc)


def is_overdue(state: str, due_on: date | None, at: datetime) -> bool:
    return state == "open" and due_on is not None and due_on < at.date()


def figure(label: str, value: str) -> tuple[str, str]:
    """A figure as it is kept. An empty value takes it back."""
    label = " ".join(label.split())
    value = " ".join(value.split())
    refuse(
        {
            "label": "" if label else "Write what the figure counts.",
            "value": "" if len(value) <= FIGURE_LENGTH else "A figure is one short line.",
        }
    )
    return shortened(label, FIGURE_LENGTH), value


def _is_plausible(due_on: date | None) -> bool:
    return due_on is None or SOONEST <= due_on <= LATEST


def _lines_beyond(these: str, those: str) -> list[str]:
    known = {line.strip() for line in those.splitlines()}
    fresh = (line.strip() for line in these.splitlines())
    return [line for line in fresh if line not in known and line not in ("", ">")]
