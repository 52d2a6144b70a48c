"""What became of the message a step sent, in one sentence a tired person can act on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from incident.rules import alarms, deliveries
from incident.storage.outbox import Delivery
from incident.storage.overviews import Overview
from incident.storage.pages import LIVE, RINGING, Page
from incident.web.screens.ladders import DRILL, FAILED, Ladder, ladders

UNANSWERED = (*LIVE, *FAILED)
CALLED_OFF = ("resolved", "superseded")


@dataclass(frozen=True, slots=True)
class Message:
    """A page or a post of one step. `tone` is caution while in time, danger when it failed.

    `due` says what happens at `due_at`. A page has its ladder.
    """

    state: str
    target: str
    sentence: str
    sent_at: datetime
    tone: str = "caution"
    due_at: datetime | None = None
    due: str = ""
    ladder: Ladder | None = None

    @property
    def failed(self) -> bool:
        return self.tone == "danger"

    @property
    def live(self) -> bool:
        """Whether somebody is being paged just now."""
        return self.ladder is not None and self.state in LIVE

    @property
    def rings(self) -> bool:
        """Whether whoever was paged may still answer."""
        return self.ladder is not None and self.state in RINGING

    @property
    def told(self) -> bool:
        """Whether a word about it can be said in PagerDuty."""
        return self.live and self.ladder is not None and self.ladder.newest.is_known

    @property
    def page_id(self) -> int | None:
        """The page that its buttons are about."""
        return self.ladder.newest.page_id if self.ladder else None


def by_step(found: Overview) -> dict[int, Message]:
    """The newest message of each step that sent one."""
    said = {
        d.step: of_post(d)
        for d in found.deliveries
        if d.step is not None and d.integration == "slack" and d.action == "post"
    }
    waiting = _waiting(found)
    for page, message in _pages(found):
        if page.step is not None:
            is_off = page.state in CALLED_OFF and page.held_by_id is None
            stopped = is_off and page.step in waiting and found.incident.open
            said[page.step] = _stopped(message) if stopped else message
    return said


def by_hand(found: Overview) -> tuple[tuple[int, Message], ...]:
    """The pages that nobody has answered and that no waiting step shows, by their row's number."""
    waiting = _waiting(found)
    return tuple(
        (page.id, message)
        for page, message in _pages(found)
        if page.state in (UNANSWERED if _is_owed(page) else LIVE) and page.step not in waiting
    )


def of_post(delivery: Delivery) -> Message:
    """A post has no answer: Slack took it or did not."""
    place = delivery.settings.get("channel_name") or delivery.target
    words = {
        "due": f"Posting to {place}.",
        "sending": f"Posting to {place}.",
        "sent": f"Posted to {place}.",
        "superseded": "Not posted any more.",
    }
    failed = delivery.state in deliveries.FAILED and not delivery.drill
    sentence = words.get(delivery.state, f"NOT SENT to {place}: {delivery.last_error}.")
    if delivery.drill:
        sentence = f"DRILL, so not posted to {place}."
    if delivery.state == "due" and delivery.attempts and delivery.last_error:
        sentence = f"Not posted yet: {delivery.last_error}. Trying again."
    return Message(
        state=delivery.state,
        target=delivery.target,
        sentence=sentence,
        sent_at=delivery.created_at,
        tone="danger" if failed else "caution",
    )


def _waiting(found: Overview) -> set[int]:
    return {s.number for _, steps in found.runs for s in steps if s.state == "waiting"}


def _is_owed(page: Page) -> bool:
    """A step that is done needs no answer any more, unless whoever gave it did nothing."""
    return page.step is None or alarms.is_asleep(page.alarm)


def _stopped(message: Message) -> Message:
    """The incident was over and is open again: the step still waits for somebody."""
    sentence = f"NOBODY IS BEING PAGED: {message.target} was called off when it was over."
    return replace(message, sentence=sentence, tone="danger")


def _pages(found: Overview) -> Iterator[tuple[Page, Message]]:
    """Each page that none has replaced, as far as its ladder is known."""
    triggers = {d.page_id: d for d in found.deliveries if d.action == "trigger"}
    for page, ladder in ladders(found.pages, triggers, found.backups):
        yield page, _of_page(page, triggers.get(page.id), ladder)


def _of_page(page: Page, delivery: Delivery | None, ladder: Ladder) -> Message:
    answered = page.state not in UNANSWERED
    troubled = not answered and any(rung.trouble for rung in ladder.rungs)
    return Message(
        state=page.state,
        target=page.target,
        sentence=_progress(page, delivery) if page.state in LIVE else _ended(page),
        sent_at=page.promised_at,
        tone=_tone(page, troubled),
        due_at=ladder.due_at,
        due=_due(ladder),
        ladder=ladder,
    )


def _tone(page: Page, troubled: bool) -> str:
    if troubled:
        return "danger"
    return "caution" if page.state in LIVE else "calm"


def _due(ladder: Ladder) -> str:
    """What the countdown leads to: paging platform."""
    if not ladder.following:
        return "no answer yet" if ladder.newest.live else ""
    return f"paging {ladder.ahead[0]}" if ladder.ahead else "the telephones"


def _progress(page: Page, delivery: Delivery | None) -> str:
    if page.state == "promised" and delivery is not None and delivery.last_error:
        return (
            f"NOT DELIVERED YET: {delivery.last_error}. Trying again, {delivery.attempts} so far."
        )
    return {
        "promised": "Handing it to PagerDuty.",
        "accepted": "PagerDuty took it. Nobody has answered.",
        "seen": "PagerDuty opened it. Nobody has answered.",
        "notified": f"{page.notified_whom or 'Somebody'} was notified. Nobody has answered.",
    }[page.state]


def _ended(page: Page) -> str:
    if page.state == "acknowledged":
        return f"{page.acknowledged_by or 'Somebody'} has it."
    if alarms.is_asleep(page.alarm):
        return f"{alarms.NOT_AT_WORK}: {page.reason}."
    if page.reason == DRILL:
        return "DRILL, so nobody was paged. Press “I have it” as whoever answers."
    return {
        "refused": f"NOBODY WAS PAGED: {page.reason}.",
        "not_sent": f"NOBODY WAS PAGED: {page.reason}.",
        "exhausted": "NOBODY HAS ANSWERED: every rung has been tried.",
        "superseded": _withdrawn(page.reason or "not needed any more"),
        "resolved": "Over.",
    }.get(page.state, page.state)


def _withdrawn(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."
