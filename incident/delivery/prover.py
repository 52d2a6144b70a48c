"""Proves the way a page takes: a look at everything every ten minutes, a test event every day."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config import Config
from incident.delivery import preflight, slack_check
from incident.delivery.net import Net
from incident.delivery.preflight import Seen, Wanted
from incident.delivery.rounds import Rounds
from incident.delivery.slack_access import access_of
from incident.delivery.slack_check import Cord
from incident.delivery.test_run import TestRun
from incident.integrations.pagerduty.account import Asking
from incident.integrations.slack.client import Client
from incident.rules.permissions import DESK
from incident.rules.proofs import Finding
from incident.services import connections, proofs, proving
from incident.services.connections import PagerDutyAccess
from incident.storage import connections as connection_rows
from incident.storage import proofs as rows
from incident.storage import slack_rules, targets
from incident.storage.db import reading, transaction

PAUSE = 1.0
WEBHOOK_PATH = "/api/triggers/pagerduty"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says before anybody outside is asked."""

    access: PagerDutyAccess
    wanted: Sequence[Wanted]
    cords: Sequence[Cord]
    subscription: str
    before: dict[str, Any]


class Prover(Rounds):
    """One thread. Of several processes one proves at a time, and another when that one ends.

    It never sends to anybody but the test service, and asks while no transaction is open. What is
    under way when it ends is in the database; whoever comes next goes on with it.
    """

    def __init__(self, config: Config, *, clock: Callable[[], datetime]) -> None:
        super().__init__("prover", "the proof of the pager path", pause=PAUSE)
        self._config, self._clock = config, clock
        self._owner = secrets.token_hex(6)
        self._run_of_test = TestRun(config, clock=clock)

    def turn(self) -> bool:
        """Whatever is due. Says whether there was anything, and it was ours to do."""
        with reading() as session:
            under_way = [test.id for test in rows.unsettled(session)]
            look_due = proofs.is_due(session, at=self._clock())
        if not under_way and not look_due:
            return False
        with transaction() as session:
            if not proofs.take_turn(session, owner=self._owner, at=self._clock()):
                return False
        for number in under_way:
            with Net(f"test event {number}"):
                self._run_of_test.advance(number, self._access(), self._asking)
        if look_due:
            self.look()
        return True

    def end(self) -> None:
        with transaction() as session:
            proofs.end_turn(session, owner=self._owner, at=self._clock())

    def look(self) -> None:
        """One round of all checks. Nothing is asked of anybody while a transaction is open."""
        now = self._clock()
        known = self._what_is_known()
        seen = preflight.look(self._asking(), known.wanted, at=now)
        if seen.whole and known.subscription:
            self._look_at_webhook(known, seen)
        seen.findings += self._look_at_slack(known.cords)
        self._keep(known, seen)

    def _keep(self, known: _Known, seen: Seen) -> None:
        at = self._clock()
        with transaction() as session:
            if seen.whole:
                proofs.keep(session, seen.findings, at=at)
                _remember_who_is_on_call(targets.every(session), seen, at)
            else:
                for finding in seen.findings:
                    proofs.keep_one(session, finding, at=at)
            proofs.round_done(session, at=at, looked=seen.whole)
            proving.begin_if_due(session, access=known.access, actor=DESK, at=at)

    def _look_at_webhook(self, known: _Known, seen: Seen) -> None:
        rest, url = self._asking(), f"{self._config.public_url}{WEBHOOK_PATH}"
        if rest is None:
            return
        with Net("the look at the webhook"):
            seen.findings.append(
                preflight.look_at_webhook(
                    rest, known.subscription, url, known.before, at=self._clock()
                )
            )

    def _look_at_slack(self, cords: Sequence[Cord]) -> list[Finding]:
        access, config = access_of(self._config), self._config
        found = list(slack_check.without_asking(access, cords))
        if access.bot_token:
            client = Client(config.slack_api_url, access.bot_token)
            named = slack_check.GIVEN if config.slack_bot_token else slack_check.TYPED
            found += slack_check.look(client, cords, token=named)
        return found

    def _what_is_known(self) -> _Known:
        with reading() as session:
            used = proofs.used_targets(session)
            more = [t for t in targets.every(session) if t.connected and not t.proving]
            wanted = {t.name: t for t in (*used, *more) if not t.proving}
            webhook = rows.find(session, "pagerduty", "webhook")
            kept = connection_rows.find(session, connections.PAGERDUTY)
            cords = [Cord(r.channel, r.channel_name, r.armed) for r in slack_rules.every(session)]
            return _Known(
                access=connections.pagerduty(session, self._config),
                wanted=[Wanted(t.name, t.service_id, t.connected, t.zone) for t in wanted.values()],
                cords=cords,
                subscription=str((kept.settings if kept else {}).get("subscription", "")),
                before=webhook.data if webhook is not None else {},
            )

    def _access(self) -> PagerDutyAccess:
        with reading() as session:
            return connections.pagerduty(session, self._config)

    def _asking(self) -> Asking | None:
        """Somebody to ask, if there is a token to ask with."""
        access = self._access()
        if not access.can_ask:
            return None
        from incident.integrations.pagerduty.rest import Rest

        return Rest(self._config.pagerduty_api_url, access.token)


def _remember_who_is_on_call(known: Sequence[Any], seen: Seen, at: datetime) -> None:
    for target in known:
        if target.name in seen.on_call:
            target.on_call, target.on_call_at = seen.on_call[target.name], at
