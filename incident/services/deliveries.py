"""The outbox from the sender's side: claim a delivery, look again, write down how it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.integrations.notifier import Delivered, Message, NotSent, Refused, Result, TryAgain
from incident.rules import alarms
from incident.rules import deliveries as rules
from incident.rules.outcome import Event, Outcome
from incident.rules.permissions import DESK
from incident.services import page_alarms, receipts, slack_results
from incident.services import steps as step_services
from incident.services.attempts import Attempt, ended
from incident.services.connections import Given
from incident.services.messages import Late, Moot, Owed, message_of, objection_to
from incident.services.record import record
from incident.storage import claims, incidents, outbox, sealed, steps
from incident.storage.failpoints import failpoint
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import Page

SHORTEST_ATTEMPT = timedelta(seconds=1)
TIME_TO_SETTLE = timedelta(seconds=1)
SET_ASIDE = timedelta(seconds=30)
ENDS = {
    Delivered: "sent",
    Refused: "refused",
    NotSent: "not_sent",
    Late: "not_sent",
    Moot: "superseded",
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """Our hold on one delivery: enough to find it again, and to know whether it is still ours."""

    delivery_id: int
    incident_key: str
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may go out now, if that takes no longer than `within`."""

    message: Message
    within: timedelta


def claim(session: Session, *, integration: str, owner: str, at: datetime) -> Claimed | None:
    """Take the next delivery of `integration`, for the length of a lease."""
    delivery = claims.claim(session, integration=integration, owner=owner, now=at)
    if delivery is None:
        return None
    session.flush()
    failpoint("claim-half")
    key = incidents.key_of(delivery.incident_id)
    return Claimed(delivery.id, key, owner, delivery.fence)


def guard(
    session: Session,
    claimed: Claimed,
    *,
    public_url: str,
    at: datetime,
    owed_at: Owed = lambda due: due,
) -> Ready | Result | Moot | Late | None:
    """The last look before a message goes out. None: the claim is lost, or as good as lost.

    A process that slept for a minute must not send what was settled meanwhile: a trigger that
    arrives after its own resolve wakes somebody for nothing. A drill's message stops here, and
    so does a page that lay while nobody sent anything. `owed_at` knows of a clock that was set.
    """
    delivery = outbox.claimed(
        session, claimed.delivery_id, owner=claimed.owner, fence=claimed.fence
    )
    if delivery is None or delivery.lease_until is None:
        return None
    now = outbox.database_now(session, at)
    left = delivery.lease_until - TIME_TO_SETTLE - now
    if left < SHORTEST_ATTEMPT:
        return None
    page = session.get_one(Page, delivery.page_id) if delivery.page_id else None
    objection = objection_to(session, delivery, page, now=now, owed_at=owed_at)
    if objection is not None:
        return objection
    try:
        message = message_of(session, delivery, page, public_url=public_url, at=at)
    except sealed.Unreadable as error:
        return Refused(str(error))
    return Ready(message, min(left, outbox.SEND_DEADLINE))


def settle(
    session: Session,
    claimed: Claimed,
    result: Result | Moot | Late,
    *,
    at: datetime,
    spread: float,
    given: Given | None = None,
    plainly: bool = False,
) -> bool:
    """Write down how the attempt went. False, and nothing written, if the claim was lost.

    `given` are the vendor's settings of the environment. With what an admin typed, which is read
    anew each time, they say whether PagerDuty's answers are heard: only then is a page that
    nobody is seen to be woken by worth an alarm. `plainly` leaves out what is only nice to have,
    in case that is what fails.
    """
    incident = incidents.lock(session, claimed.incident_key)
    delivery = outbox.still_ours(
        session, claimed.delivery_id, owner=claimed.owner, fence=claimed.fence
    )
    if delivery is None:
        if isinstance(result, Delivered) or (isinstance(result, TryAgain) and result.ambiguous):
            _mind_a_latecomer(session, incident, claimed, at=at)
        return False
    page = session.get(Page, delivery.page_id, populate_existing=True) if delivery.page_id else None
    attempt = Attempt(session, incident, delivery, page, at, spread, given, plainly)
    event = ended(attempt, result)
    _write(session, incident, delivery, event, at=at)
    if not plainly:
        slack_results.follow(session, incident, delivery, result, at)
    if page is not None and not plainly:
        receipts.follow(session, incident, at)
    return True


def set_aside(
    session: Session, claimed: Claimed, result: Result | Moot | Late, *, at: datetime
) -> None:
    """When settling itself fails: touch this row alone, so that it is not sent again at once.

    What was sent is not sent again; what was not is not lost.
    """
    delivery = outbox.still_ours(
        session, claimed.delivery_id, owner=claimed.owner, fence=claimed.fence
    )
    if delivery is None:
        return
    delivery.last_error = "what became of it could not be written down"
    if isinstance(result, TryAgain):
        delivery.state, delivery.owner, delivery.lease_until = "due", None, None
        delivery.due_at = outbox.database_now(session, at) + SET_ASIDE
        delivery.maybe_sent = delivery.maybe_sent or result.ambiguous
        return
    delivery.state, delivery.settled_at = ENDS[type(result)], at


def confess(session: Session, claimed: Claimed, *, at: datetime) -> None:
    """Tell people that a delivery was set aside, if at least that can be written down."""
    incident = incidents.lock(session, claimed.incident_key)
    event = rules.set_aside(session.get_one(Delivery, claimed.delivery_id))
    record(session, incident, Outcome(events=(event,)), actor=DESK, at=at)


def alarm(session: Session, claimed: Claimed, *, at: datetime) -> None:
    """Nobody knows whether the page of a delivery that was set aside woke anybody."""
    incident = incidents.lock(session, claimed.incident_key)
    delivery = session.get_one(Delivery, claimed.delivery_id)
    page = session.get(Page, delivery.page_id) if delivery.page_id else None
    if page is None or delivery.action != "trigger" or not incident.open:
        return
    sentence = alarms.stuck(page.target)
    page_alarms.raise_alarm(session, incident, page, kind=alarms.STUCK, sentence=sentence, at=at)


def _mind_a_latecomer(
    session: Session, incident: Incident, claimed: Claimed, *, at: datetime
) -> None:
    """Between the last look and the sending lies a moment in which a process may be stopped.

    A trigger sent that late, after its own resolve, has opened a new alert: it is resolved again.
    """
    late = session.get_one(Delivery, claimed.delivery_id)
    if late.action != "trigger" or late.page_id is None:
        return
    sent = outbox.of_page_locked(session, late.page_id)
    resolve = next((d for d in sent if d.action == "resolve" and d.state == "sent"), None)
    if resolve is None:
        return
    resolve.state, resolve.settled_at = "due", None
    resolve.due_at = outbox.database_now(session, at)
    event = rules.arrived_late(late)
    record(session, incident, Outcome(events=(event,)), actor=DESK, at=at)


def _write(
    session: Session, incident: Incident, delivery: Delivery, event: Event | None, *, at: datetime
) -> None:
    in_run = steps.of_run_with(session, incident.id, delivery.step) if delivery.step else []
    events = (event,) if event is not None else ()
    record(session, incident, Outcome(events=events), actor=DESK, at=at, steps=in_run)
    step = next((step for step in in_run if step.number == delivery.step), None)
    if step is None or step.kind != "post" or delivery.action != "post":
        return
    state = rules.step_state(delivery.state, drill=delivery.drill)
    if state:
        step_services.settle_by_itself(
            session,
            incident,
            step.number,
            state=state,
            actor=DESK,
            at=at,
            reason=delivery.last_error or "" if state == "failed" else "",
        )
