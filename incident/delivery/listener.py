"""Asks PagerDuty what became of our pages, for whatever no webhook told us."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from config import Config
from incident.delivery.net import Net
from incident.delivery.rounds import Rounds
from incident.integrations.pagerduty import log
from incident.integrations.pagerduty.rest import Rest, RestRefused, RestUnreachable
from incident.rules.heard import Heard
from incident.rules.proofs import Finding
from incident.services import connections, hearing, proofs, webhooks
from incident.storage import pages, signals
from incident.storage.db import reading, transaction
from incident.storage.pages import Page
from incident.storage.signals import Signal

PAUSE = 1.0
MINUTE = timedelta(minutes=1)
PER_MINUTE = 100
AT_LEISURE = timedelta(minutes=1)
# How long a page has been out, and how often it is asked about until then.
HURRY = (
    (timedelta(minutes=2), timedelta(seconds=5)),
    (timedelta(minutes=10), timedelta(seconds=15)),
)
# The part of the questions that may be asked about those that are asked about so often or less:
# the older ones leave some to the younger.
SHARES = {timedelta(seconds=5): 1.0, timedelta(seconds=15): 0.8, AT_LEISURE: 0.6}
LET_BE = timedelta(seconds=30)
HIDDEN = (403, 404)

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Asked:
    """A page as far as asking about it goes."""

    page_id: int
    dedup_key: str
    pagerduty_id: str
    every: timedelta


class Listener(Rounds):
    """One thread, one question at a time. What it hears it may have heard before; what it did
    not hear is asked again by whoever comes next."""

    def __init__(self, config: Config, *, clock: Callable[[], datetime]) -> None:
        super().__init__("listener", "listening to PagerDuty", pause=PAUSE)
        self._config, self._clock = config, clock
        self._asked_at: dict[int, datetime] = {}
        self._known: dict[int, set[str]] = {}
        self._questions: deque[datetime] = deque()
        self._silent_until: datetime | None = None
        self._told: tuple[str, datetime] | None = None
        self._rest: Rest | None = None

    def stop(self) -> None:
        super().stop()
        if self._rest is not None:
            self._rest.close()

    def turn(self) -> int:
        """Ask about whatever is due. Says how many pages and signals that were."""
        if self._is_silent():
            return 0
        due, nameless = self._due()
        if not due and not nameless:
            return 0
        self._rest = rest = self._asking()
        if rest is None:
            return 0
        try:
            count = sum(self._name(rest, signal) for signal in nameless)
            count += sum(self._ask(rest, page) for page in due)
        except RestRefused as refused:
            self._wait(refused.after or (MINUTE if refused.status == 401 else LET_BE))
            self._tell(f"PagerDuty refuses to say what became of a page: {refused}")
            return 0
        except RestUnreachable as silent:
            self._wait(silent.after or LET_BE)
            self._tell(f"PagerDuty does not say what became of a page: {silent}")
            return 0
        self._tell("")
        return count

    def _due(self) -> tuple[list[Asked], list[Signal]]:
        """Whoever has waited longest for their turn comes first, measured by how often that is,
        and of those the youngest: hundreds of old pages hold up no young one. For whoever begins
        here each of them is just due."""
        now = self._clock()
        with reading() as session:
            nameless = signals.nameless(session, webhooks.PAGERDUTY)
            listened = [_asked(page, now) for page in pages.listened_for(session)]
        for gone in self._asked_at.keys() - {one.page_id for one in listened}:
            self._asked_at.pop(gone)
            self._known.pop(gone, None)
        for new in listened:
            self._asked_at.setdefault(new.page_id, now - new.every)
        due = [one for one in listened if self._turns_missed(one, now) >= 1]
        return sorted(due, key=lambda one: (-self._turns_missed(one, now), one.every)), nameless

    def _turns_missed(self, page: Asked, now: datetime) -> float:
        return abs(now - self._asked_at[page.page_id]) / page.every

    def _ask(self, rest: Rest, page: Asked) -> bool:
        """No transaction is open while we ask."""
        most = int(PER_MINUTE * SHARES[page.every])
        if not self._may_ask(1 if page.pagerduty_id else 2, most=most):
            return False
        self._asked_at[page.page_id] = self._clock()
        known = self._known.setdefault(page.page_id, set())
        opened = log.incidents_of(rest, page.dedup_key) if not page.pagerduty_id else []
        number = page.pagerduty_id or (opened[-1].pagerduty_id if opened else "")
        entries = _or_nothing(lambda: log.entries_of(rest, number, page.dedup_key), number)
        news = [heard for entry, heard in entries if entry not in known]
        self._hear([*opened, *news])
        known.update(entry for entry, _ in entries)
        return True

    def _hear(self, told: Sequence[Heard]) -> None:
        """What cannot be written down keeps nothing else from being heard. While the database is
        away all of it is left to be heard again."""
        for heard in told:
            with Net(f"hearing that a page is {heard.kind}") as net, transaction() as session:
                hearing.hear(session, heard, at=self._clock())
            if net.caught is not None and net.is_outage:
                raise net.caught

    def _name(self, rest: Rest, signal: Signal) -> bool:
        """Which of our pages a webhook meant that named no key."""
        if not self._may_ask(1, most=PER_MINUTE):
            return False
        keys = _or_nothing(lambda: log.keys_of(rest, signal.key), signal.key)
        with transaction() as session:
            kept = signals.find(session, signal.id)
            if kept is not None:
                webhooks.answer(session, kept, keys, self._clock())
        return True

    def _may_ask(self, questions: int, *, most: int) -> bool:
        now = self._clock()
        while self._questions and abs(now - self._questions[0]) >= MINUTE:
            self._questions.popleft()
        if self.stopping.is_set() or len(self._questions) + questions > most:
            return False
        self._questions.extend([now] * questions)
        return True

    def _asking(self) -> Rest | None:
        with reading() as session:
            access = connections.pagerduty(session, self._config)
        return Rest(self._config.pagerduty_api_url, access.token) if access.can_ask else None

    def _is_silent(self) -> bool:
        until = self._silent_until
        return until is not None and self._clock() < until <= self._clock() + MINUTE * 2

    def _wait(self, length: timedelta) -> None:
        self._silent_until = self._clock() + length

    def _tell(self, sentence: str) -> None:
        """In Settings and on the chip; once for as long as it stays the same, and anew each
        minute, because a round of proofs forgets what it did not ask for."""
        now = self._clock()
        if self._told is None and not sentence:
            return
        if self._told and self._told[0] == sentence and abs(now - self._told[1]) < MINUTE:
            return
        self._told = (sentence, now) if sentence else None
        with transaction() as session:
            finding = Finding("pagerduty", "listening", not sentence, sentence)
            proofs.keep_one(session, finding, at=now)


def _or_nothing(ask: Callable[[], list[Found]], number: str) -> list[Found]:
    """One incident that is gone, or hidden from us, must not keep us from the others."""
    if not number:
        return []
    try:
        return ask()
    except RestRefused as refused:
        if refused.status in HIDDEN:
            return []
        raise


def _asked(page: Page, now: datetime) -> Asked:
    out = now - (page.accepted_at or now)
    every = next((pace for until, pace in HURRY if out < until), AT_LEISURE)
    return Asked(
        page.id,
        page.dedup_key,
        page.pagerduty_id or "",
        AT_LEISURE if page.state == "acknowledged" else every,
    )
