"""A test event: sent, taken, heard back and resolved, each move kept before the next is made."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor, require
from incident.rules.proofs import Finding
from incident.services import proofs
from incident.services.connections import PagerDutyAccess
from incident.storage import installs, targets
from incident.storage import proofs as rows
from incident.storage.proofs import PATH, TestEvent
from incident.storage.targets import Target

DAILY = timedelta(hours=24)
AFTER_A_FAILURE = timedelta(hours=1)
WITHIN = timedelta(seconds=60)
UNDER_WAY = ("sending", "accepted", "heard")


def ask(session: Session, *, access: PagerDutyAccess, actor: Actor, at: datetime) -> TestEvent:
    """Begin a test, or join the one that is under way. A worker does the rest."""
    require(actor, "admin")
    target = proving_target(session)
    if target is None:
        raise NotAllowed("Choose a test service first: a test event must wake nobody.")
    if not access.can_hear:
        raise NotAllowed("Nothing could come back: give a REST token, or make the webhook.")
    under_way = [test for test in rows.unsettled(session) if test.state in UNDER_WAY]
    if under_way:
        return under_way[-1]
    return _begin(session, target, actor=actor, at=at)


def begin_if_due(
    session: Session, *, access: PagerDutyAccess, actor: Actor, at: datetime
) -> TestEvent | None:
    """Every day, and an hour after one that failed; not while one may still be open."""
    target, last = proving_target(session), rows.last_test(session)
    if target is None or not access.can_hear or rows.unsettled(session):
        return None
    if last is not None:
        rest = AFTER_A_FAILURE if last.state == "failed" else DAILY
        if timedelta() <= at - last.begun_at < rest:
            return None
    return _begin(session, target, actor=actor, at=at)


def proving_target(session: Session) -> Target | None:
    """Where test events go: the first that is there for them alone and has a key."""
    found = (one for one in targets.every(session) if one.proving and one.connected)
    return next(found, None)


def accepted(session: Session, number: int, *, at: datetime) -> None:
    """PagerDuty took it. It may have told us about it before it told us that."""
    test = rows.get_test(session, number, lock=True)
    test.accepted_at, test.reason = at, ""
    if test.state == "sending":
        test.state = "accepted"


def delayed(session: Session, number: int, reason: str) -> None:
    test = rows.get_test(session, number, lock=True)
    if test.state == "sending":
        test.reason = reason


def failed(
    session: Session, number: int, reason: str, *, at: datetime, is_open: bool = True
) -> None:
    """It did not come back. `is_open`: PagerDuty may have it, so it is still to be resolved."""
    test = rows.get_test(session, number, lock=True)
    if test.state not in ("sending", "accepted"):
        return
    test.state, test.reason = "failed", reason
    if not is_open:
        test.settled_at = at
    proofs.keep_one(session, Finding("pagerduty", PATH, False, reason, grave=True), at=at)


def settled(session: Session, number: int, *, at: datetime, webhook_expected: bool) -> None:
    """It is resolved in PagerDuty. What came back is proven; what did not stays failed."""
    test = rows.get_test(session, number, lock=True)
    test.settled_at = at
    if test.state != "heard":
        return
    test.state = "resolved"
    data = {"proven_at": (test.heard_at or at).isoformat(), "by": test.heard_by}
    proofs.keep_one(session, Finding("pagerduty", PATH, data=data), at=at)
    if webhook_expected:
        proofs.keep_one(session, _webhook(test), at=at)


def _webhook(test: TestEvent) -> Finding:
    if test.heard_by == "webhook":
        return Finding("pagerduty", "webhook_heard")
    sentence = (
        "The webhook did not bring the test event back; asking PagerDuty did. Answers are heard "
        "later than they could be. Can PagerDuty reach BASE_URL from outside?"
    )
    return Finding("pagerduty", "webhook_heard", False, sentence)


def _begin(session: Session, target: Target, *, actor: Actor, at: datetime) -> TestEvent:
    key = f"ic/{installs.code(session)}/proof/{secrets.token_hex(6)}"
    test = TestEvent(target=target.name, dedup_key=key, asked_by=actor.name, begun_at=at)
    test.state = "sending"
    session.add(test)
    session.flush()
    return test
