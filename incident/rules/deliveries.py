"""What became of a message, in words: the timeline's lines about pages and posts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from incident.rules import backoff
from incident.rules.outcome import Event

PAGE, MAIL = "pagerduty", "email"
# The states of a delivery that did not arrive and is not tried any more.
FAILED = ("refused", "not_sent")
HELD = "note_held"
# What did not happen, where something else than a post was asked of Slack.
UNDONE = {
    "create_channel": "NO SLACK CHANNEL",
    "use_channel": "NO SLACK CHANNEL",
    "invite_members": "{subject} was NOT asked into {channel}",
    "set_topic": "The topic of {channel} was NOT set",
    "set_bookmark": "The bookmark in {channel} was NOT set",
    "pin_card": "The card in {channel} was NOT pinned",
    "archive_channel": "{channel} was NOT archived",
}
# That a message of ours reads otherwise now, that a page carries a note, or that Slack told what
# a message says, is no news by itself. Of a channel the news is told where it follows from.
QUIET = ("update", HELD, "fetch_message", "mark_message", *UNDONE)
AWAITED = ("create_channel", "use_channel")
NEWS = {
    "acknowledge": "somebody has it",
    HELD: "more pages are held back",
    "note": "there is a note for it",
    "escalate": "another level is to be asked",
}


class Promised(Protocol):
    """A delivery as the rules see it."""

    integration: str
    action: str
    target: str
    subject: str
    step: int | None
    attempts: int
    drill: bool

    @property
    def settings(self) -> Mapping[str, Any]: ...


def accepted(
    delivery: Promised, *, took: timedelta, left_out: Mapping[str, str] | None = None
) -> Event | None:
    """The vendor has it. For a page that is not yet a person awake. An edit is no news.

    A post may ask to be quiet. `left_out` is whom a mail server would not take a mail for, and why.
    """
    if _is_quiet(delivery):
        return None
    seconds = _seconds(took)
    if delivery.integration == MAIL:
        but = ", ".join(f"{mailbox} ({why})" for mailbox, why in (left_out or {}).items())
        text = f"Mailed {delivery.target} ({seconds})" + (f", but NOT {but}" if but else "")
        return _event(delivery, "mail_sent", text, took)
    if not _is_page(delivery):
        return _event(delivery, "post_sent", f"Posted to {_place(delivery)} ({seconds})", took)
    if delivery.action == "trigger":
        text = f"PagerDuty took the page to {delivery.target} ({seconds})"
        return _event(delivery, "page_accepted", text, took)
    text = f"PagerDuty was told: {_news(delivery)} ({seconds})"
    return _event(delivery, f"page_{delivery.action}_sent", text, took)


def delayed(delivery: Promised, reason: str, *, wait: timedelta) -> Event | None:
    """It will be tried again. Not every attempt of a long outage is worth a line; none is, where
    it would be no news that it went out, and nobody waits for it."""
    page = _is_page(delivery)
    is_beside = _is_quiet(delivery) and not page and delivery.action not in AWAITED
    if is_beside or not backoff.worth_a_line(delivery.attempts, page=page):
        return None
    text = f"{reason}. Trying again in {_seconds(wait)}"
    return _event(delivery, f"{_thing(delivery)}_delayed", text)


def refused(delivery: Promised, reason: str) -> Event:
    """It will never work. Somebody has to do something else, now."""
    return _event(delivery, f"{_thing(delivery)}_refused", f"{_outcry(delivery)}: {reason}")


def not_sent(delivery: Promised, reason: str) -> Event:
    """Nothing was tried: there is nothing to send it with, or it is a drill."""
    if delivery.drill and not _is_page(delivery):
        text = f"DRILL, so not posted to {delivery.target}: {delivery.subject}"
        return _event(delivery, "post_rehearsed", text)
    if delivery.integration == MAIL:
        return _event(delivery, "mail_not_sent", f"No mail goes out: {reason}")
    return _event(delivery, f"{_thing(delivery)}_not_sent", f"{_outcry(delivery)}: {reason}")


def superseded(delivery: Promised, reason: str) -> Event | None:
    """It is no longer wanted. Only an unsent page is worth saying so."""
    if not _is_page(delivery) or delivery.action != "trigger":
        return None
    text = f"The page to {delivery.target} was not sent any more: {reason}"
    return _event(delivery, "page_superseded", text)


def arrived_late(delivery: Promised) -> Event:
    """A page that overtook nothing: it came after the end of what it was about."""
    text = (
        f"A page to {delivery.target} went out late, when the incident was over. "
        "PagerDuty is told once more that it is over"
    )
    return _event(delivery, "page_late", text)


def set_aside(delivery: Promised) -> Event:
    """The desk itself stumbled over it, three times."""
    text = (
        f"A fault of the incident desk: what became of “{delivery.subject}” to {_place(delivery)} "
        "could not be written down. Make sure by telephone"
    )
    return _event(delivery, f"{_thing(delivery)}_set_aside", text)


def step_state(state: str, *, drill: bool) -> str:
    """What becomes of a post step when its post ends in `state`; nothing if that is open."""
    if state == "sent" or (state == "not_sent" and drill):
        return "done"
    return "failed" if state in FAILED else ""


def outlived(reason: str) -> str:
    """Why a message that was tried for a day is tried no longer."""
    return f"gave up after 24 hours. {reason}"


def _place(delivery: Promised) -> str:
    """A thread has no name that anybody knows; its channel stands on the incident."""
    if delivery.settings.get("thread_ts"):
        return "the Slack thread"
    return str(delivery.settings.get("channel_name") or delivery.target)


def _outcry(delivery: Promised) -> str:
    if delivery.integration == MAIL:
        return f"NOT MAILED to {delivery.target}"
    if delivery.action in UNDONE:
        channel = delivery.settings.get("channel_name") or delivery.target
        return UNDONE[delivery.action].format(subject=delivery.subject, channel=channel)
    if not _is_page(delivery):
        return f"NOT SENT to {_place(delivery)}"
    if delivery.action == "trigger":
        return "NOBODY WAS PAGED"
    return f"PagerDuty was NOT told that {_news(delivery)}"


def _news(delivery: Promised) -> str:
    return NEWS.get(delivery.action, "it is over")


def _thing(delivery: Promised) -> str:
    return {PAGE: "page", MAIL: "mail"}.get(delivery.integration, "post")


def _is_quiet(delivery: Promised) -> bool:
    return delivery.action in QUIET or bool(delivery.settings.get("quiet"))


def _is_page(delivery: Promised) -> bool:
    return delivery.integration == PAGE


def _event(delivery: Promised, kind: str, text: str, took: timedelta | None = None) -> Event:
    data: dict[str, object] = {"target": delivery.target, "attempts": delivery.attempts}
    if took is not None:
        data["seconds"] = round(took.total_seconds(), 1)
    return Event(kind, text, data, step=delivery.step)


def _seconds(length: timedelta) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`: never like a clock."""
    seconds = max(length.total_seconds(), 0.0)
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"
