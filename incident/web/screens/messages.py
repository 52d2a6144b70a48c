"""What became of the message a step sent, in one sentence a tired person can act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.storage.outbox import Delivery
from incident.storage.overviews import Overview
from incident.storage.pages import Page

TRYING = ("promised", "accepted", "seen", "notified")
UNANSWERED = (*TRYING, "refused", "not_sent", "exhausted")


@dataclass(frozen=True, slots=True)
class Message:
    """A page or a post of one step. `tone` is caution while in time, danger when it failed."""

    state: str
    target: str
    sentence: str
    sent_at: datetime
    tone: str = "caution"
    due_at: datetime | None = None
    due: str = ""
    again: bool = False

    @property
    def failed(self) -> bool:
        return self.tone == "danger"


def by_step(found: Overview) -> dict[int, Message]:
    """The newest message of each step that sent one."""
    settings = {step.number: step.settings for _, steps in found.runs for step in steps}
    triggers = {d.page_id: d for d in found.deliveries if d.action == "trigger"}
    said = {
        d.step: of_post(d)
        for d in found.deliveries
        if d.step is not None and d.integration == "slack" and d.action == "post"
    }
    for page in found.pages:
        if page.step is not None:
            asked = settings.get(page.step, {})
            said[page.step] = of_page(page, triggers.get(page.id), settings=asked)
    return said


def by_hand(found: Overview) -> tuple[tuple[int, Message], ...]:
    """The pages that no step sent and that nobody has answered, with their row's number."""
    triggers = {d.page_id: d for d in found.deliveries if d.action == "trigger"}
    asked = (page for page in found.pages if page.step is None and page.state in UNANSWERED)
    return tuple((page.id, of_page(page, triggers.get(page.id), settings={})) for page in asked)


def of_page(page: Page, delivery: Delivery | None, *, settings: Mapping[str, object]) -> Message:
    """`settings` are the step's: how long an answer may take, and who comes next."""
    if page.state in TRYING:
        return _trying(page, delivery, settings)
    failed = page.state in ("refused", "not_sent", "exhausted") and page.reason != "this is a drill"
    return Message(
        state=page.state,
        target=page.target,
        sentence=_ended(page),
        sent_at=page.promised_at,
        tone="danger" if failed else "calm",
        again=failed,
    )


def of_post(delivery: Delivery) -> Message:
    """A post has no answer: Slack took it or did not."""
    words = {
        "due": f"Posting to {delivery.target}.",
        "sending": f"Posting to {delivery.target}.",
        "sent": f"Posted to {delivery.target}.",
        "superseded": "Not posted any more.",
    }
    failed = delivery.state in ("refused", "not_sent") and not delivery.drill
    sentence = words.get(delivery.state, f"NOT POSTED to {delivery.target}: {delivery.last_error}.")
    if delivery.drill:
        sentence = f"DRILL, so not posted to {delivery.target}."
    if delivery.state == "due" and delivery.attempts and delivery.last_error:
        sentence = f"Not posted yet: {delivery.last_error}. Trying again."
    return Message(
        state=delivery.state,
        target=delivery.target,
        sentence=sentence,
        sent_at=delivery.created_at,
        tone="danger" if failed else "caution",
    )


def _trying(page: Page, delivery: Delivery | None, settings: Mapping[str, object]) -> Message:
    wait, then = settings.get("ack"), str(settings.get("then") or "")
    since = page.accepted_at or page.promised_at
    due_at = since + timedelta(seconds=int(str(wait))) if wait else None
    return Message(
        state=page.state,
        target=page.target,
        sentence=_progress(page, delivery) + _by_hand(then),
        sent_at=page.promised_at,
        tone="caution",
        due_at=due_at,
        due="no answer yet" if due_at is None else "answer due",
        again=True,
    )


def _by_hand(then: str) -> str:
    """Who comes next is not paged by itself, and the screen must not promise it."""
    return f" If nobody does, page {then} yourself: that is not automatic." if then else ""


def _progress(page: Page, delivery: Delivery | None) -> str:
    if page.state == "promised" and delivery is not None and delivery.last_error:
        return (
            f"NOT DELIVERED YET: {delivery.last_error}. Trying again, {delivery.attempts} so far."
        )
    return {
        "promised": "Handing it to PagerDuty.",
        "accepted": "PagerDuty took it. Nobody has answered.",
        "seen": "PagerDuty opened it. Nobody has answered.",
        "notified": "PagerDuty took it and notified somebody. Nobody has answered.",
    }[page.state]


def _ended(page: Page) -> str:
    if page.state == "acknowledged":
        return f"{page.acknowledged_by or 'Somebody'} has it."
    if page.reason == "this is a drill":
        return "DRILL, so nobody was paged. Press “I have it” as whoever answers."
    return {
        "refused": f"NOBODY WAS PAGED: {page.reason}.",
        "not_sent": f"NOBODY WAS PAGED: {page.reason}.",
        "exhausted": "NOBODY ANSWERED: every rung has been tried.",
        "superseded": "Not needed any more.",
        "resolved": "Over.",
    }.get(page.state, page.state)
