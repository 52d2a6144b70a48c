"""Carries one test event through: sends it, listens for it, resolves it. One move at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from config import Config
from incident.delivery.sender import Sender
from incident.integrations.notifier import (
    Delivered,
    Message,
    Notifier,
    NotSent,
    Refused,
    Result,
    TryAgain,
)
from incident.integrations.pagerduty.account import Asking
from incident.integrations.pagerduty.rest import RestRefused, RestUnreachable
from incident.rules.connections import LOOPBACK
from incident.services import proofs, proving
from incident.services.connections import PagerDutyAccess
from incident.services.deliveries import Ready
from incident.services.proving import WITHIN
from incident.storage import proofs as rows
from incident.storage import sealed, targets
from incident.storage.db import reading, transaction
from incident.storage.proofs import TestEvent

AGAIN, LATER = timedelta(seconds=3), timedelta(seconds=30)
HEAD_START = timedelta(seconds=20)
PATIENCE = timedelta(seconds=8)


class TestRun:
    """Belongs to one thread. All it knows is in the row, so another process can go on with it."""

    __test__ = False

    def __init__(self, config: Config, *, clock: Callable[[], datetime]) -> None:
        self._config, self._clock = config, clock
        self._sender = Sender(self._pagerduty)
        self._next: dict[int, datetime] = {}

    def advance(
        self, number: int, access: PagerDutyAccess, ask: Callable[[], Asking | None]
    ) -> None:
        """The next move of this test, if it is time for one."""
        now = self._clock()
        if now < self._next.get(number, now) <= now + LATER:
            return
        with reading() as session:
            test = rows.get_test(session, number)
        self._next[number] = now + (LATER if test.state == "failed" else AGAIN)
        if test.state == "sending":
            self._send(test)
        elif test.state == "accepted":
            self._listen(test, access, ask)
        else:
            self._resolve(test, access)

    def _send(self, test: TestEvent) -> None:
        if self._clock() - test.begun_at > WITHIN:
            why = f"PagerDuty took no test event within 60 s. {test.reason}".strip()
            self._fail(test, f"{why}. See that this machine reaches the internet.")
            return
        result = self._deliver(test, "trigger")
        if isinstance(result, Delivered):
            with transaction() as session:
                proving.accepted(session, test.id, at=self._clock())
            self._next.pop(test.id, None)
        elif isinstance(result, (Refused, NotSent)):
            why = f"The test event was not taken: {result.reason}. Choose the test service again."
            self._fail(test, why, is_open=False)
        else:
            with transaction() as session:
                proving.delayed(session, test.id, result.reason)

    def _listen(
        self, test: TestEvent, access: PagerDutyAccess, ask: Callable[[], Asking | None]
    ) -> None:
        """The webhook is given a moment before we ask: it is the webhook that is to be proven."""
        waited = self._clock() - (test.accepted_at or test.begun_at)
        rest = ask() if not self.expects_webhook(access) or waited >= HEAD_START else None
        why = ""
        if rest is not None:
            why = self._poll(test, rest)
        if why == "heard":
            with transaction() as session:
                again = rows.get_test(session, test.id, lock=True)
                proofs.heard(session, again, None, at=self._clock(), by="poll")
            self._next.pop(test.id, None)
        elif waited > WITHIN:
            self._fail(test, why or NO_WORD)

    def _poll(self, test: TestEvent, rest: Asking) -> str:
        """`heard`, or why not."""
        try:
            found = rest.get("/incidents", incident_key=test.dedup_key)
        except RestRefused as refused:
            return f"PagerDuty took the test event but may not be asked about it: {refused}"
        except RestUnreachable as silent:
            return f"PagerDuty took the test event and then did not answer: {silent}"
        keys = [one.get("incident_key") for one in found.get("incidents", [])]
        # An incident that was made of an alert may not tell its key, though it was found by it.
        return "heard" if {test.dedup_key, None, ""} & set(keys) else ""

    def _resolve(self, test: TestEvent, access: PagerDutyAccess) -> None:
        result = self._deliver(test, "resolve")
        if isinstance(result, TryAgain):
            return
        with transaction() as session:
            expected = self.expects_webhook(access)
            proving.settled(session, test.id, at=self._clock(), webhook_expected=expected)
        self._next.pop(test.id, None)

    def _fail(self, test: TestEvent, reason: str, *, is_open: bool = True) -> None:
        with transaction() as session:
            proving.failed(session, test.id, reason, at=self._clock(), is_open=is_open)

    def _deliver(self, test: TestEvent, action: str) -> Result:
        with reading() as session:
            target = targets.find(session, test.target)
            key_id = target.routing_key_id if target is not None else None
            secret = sealed.unseal(targets.secret_of(session, key_id)) if key_id else ""
        message = Message(
            delivery_id=0,
            action=action,
            target=test.target,
            subject="Test of the pager path. It resolves itself; nobody needs to do anything.",
            dedup_key=test.dedup_key,
            intent_key=f"{test.dedup_key}/{action}",
            settings={"severity": "sev4", "urgency": "low", "link": self._config.public_url},
            secret=secret,
        )
        return self._sender.send(Ready(message, PATIENCE))

    def expects_webhook(self, access: PagerDutyAccess) -> bool:
        here = urlsplit(self._config.public_url).hostname
        return bool(access.webhook_secrets) and here not in LOOPBACK

    def _pagerduty(self) -> Notifier:
        from incident.integrations.pagerduty.notifier import PagerDuty

        return PagerDuty(self._config.pagerduty_events_url)


NO_WORD = (
    "PagerDuty took the test event, and nothing came back within 60 s. See in PagerDuty whether "
    "the test service opened an incident; if not, it suppresses events, is in maintenance, or "
    "its policy has nobody on call."
)
