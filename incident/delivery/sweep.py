"""Reads every channel that has a rule again, so that no cry depends on Slack's telling it."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from config import Config
from incident.delivery import inbox, left_lines, look_backs, pinned_lines
from incident.delivery.errands import Errand, Reached
from incident.delivery.net import Net
from incident.delivery.rounds import Rounds
from incident.delivery.slack_access import access_of
from incident.delivery.sweep_threads import Threads
from incident.integrations import waits
from incident.integrations.slack import histories
from incident.integrations.slack.client import Answer, Client
from incident.integrations.slack.errors import CROWDED
from incident.integrations.slack.histories import TOO_MANY, History, Thread, Us, why
from incident.rules import cries
from incident.rules import sweeps as rules
from incident.rules.signals import Signal
from incident.services import sweeps
from incident.services.speech import said_in
from incident.services.sweeps import Found, Message, Turn
from incident.storage.db import reading, transaction

PAUSE = 3.0
LONGEST_WAIT = timedelta(seconds=120)
UNCONNECTED = "Slack is not connected, so nothing is read there. Connect it under Settings, Slack."


class Sweep(Rounds):
    """One thread. Every channel is read once in a minute by one process; what two of them find is
    one all the same. Slack is asked while no transaction is open, and for no longer than it likes.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime],
        rest: Callable[[float], object] | None = None,
    ) -> None:
        super().__init__("sweep", "the sweep of the channels", pause=PAUSE)
        self._config, self._clock = config, clock
        self._rest = rest or self.stopping.wait
        self._client: Client | None = None
        self._us: tuple[str, Us] | None = None
        self._patience_left = LONGEST_WAIT
        self._not_before: datetime | None = None
        self._threads = Threads()

    def stop(self) -> None:
        super().stop()
        if self._client is not None:
            self._client.hang_up()

    def turn(self) -> int:
        """Whatever is due. Says how many messages were found that Slack had not told."""
        at, found = self._clock(), 0
        self._patience_left = LONGEST_WAIT
        if self._has_to_wait():
            return 0
        with reading() as session:
            channels = sweeps.due(session, at)
        for channel in channels:
            if self._has_to_wait():
                break
            with Net(f"the sweep of {channel}"):
                found += self._sweep(channel)
        errands: list[Errand] = [*look_backs.take(at), *left_lines.take(at)]
        errands += pinned_lines.take(at)
        for errand in errands:
            with Net(f"the rule of {errand.channel}"):
                self._do(errand)
        return found

    def _has_to_wait(self) -> bool:
        """Whether Slack wants to be left alone for now: it means all channels."""
        at, until = self._clock(), self._not_before
        return until is not None and at < until <= at + waits.LONGEST

    def wait(self, asked: timedelta) -> bool:
        """Rest as long as Slack wants, if that is not too long; else come back later."""
        if asked > self._patience_left or self.stopping.is_set():
            self._not_before = self._clock() + asked
            return False
        self._patience_left -= asked
        self.rounds += 1
        self._rest(asked.total_seconds())
        return True

    def _sweep(self, channel: str) -> int:
        with transaction() as session:
            turn = sweeps.begin(session, channel, self._clock())
        if turn is None:
            return 0
        reached = self._reach(turn.name)
        if isinstance(reached, str):
            self._end(turn, "", reached)
            return 0
        client, us = reached
        at, history = self._clock(), self._read(client, turn)
        found, unjudged = self._keep(client, turn, history.messages, us)
        refusal = unjudged or history.refusal
        is_whole = refusal is None or refusal.error == TOO_MANY
        if is_whole:
            more, refused = self._read_threads(client, turn, history.threads, us)
            found, refusal = found + more, refusal or refused
        stamps = [str(one.get("ts")) for one in history.messages] if is_whole else []
        told = [ts for ts in stamps if rules.is_overdue(ts, at)]
        self._end(turn, rules.newest(told, ""), why(refusal, turn.name) if refusal else "")
        return found

    def _read(self, client: Client, turn: Turn) -> History:
        since = rules.stamp(turn.since)
        back = rules.stamp(rules.looks_for_threads_from(turn.since, at=self._clock()))
        return histories.read_with_threads(
            client, turn.channel, since=since, back=back, wait=self.wait
        )

    def _read_threads(
        self, client: Client, turn: Turn, threads: Sequence[Thread], us: Us
    ) -> tuple[int, Answer | None]:
        """What was answered lately, and why not all of it could be read. One that cannot be read
        keeps no other from it; while Slack wants to be left alone, all wait for the next turn."""
        channel, found, refused = turn.channel, 0, None
        others = [thread for thread in threads if thread.only != us.member]
        self._threads.owe(channel, others, since=rules.stamp(turn.since))
        for thread, since in self._threads.next(channel):
            at, self.rounds = self._clock(), self.rounds + 1
            replies = histories.replies(client, channel, thread.root, since=since, wait=self.wait)
            kept, unjudged = self._keep(client, turn, replies.messages, us)
            found, refusal = found + kept, unjudged or replies.refusal
            if refusal is None:
                self._threads.done(channel, thread, at=at)
            elif refusal.error in CROWDED:
                break
            else:
                refused = refusal
        return found, refused

    def _keep(
        self, client: Client, turn: Turn, messages: Sequence[Message], us: Us
    ) -> tuple[int, Answer | None]:
        """Read each of these as if Slack had told it just now, the oldest first; or say why it
        cannot be told yet who of them is a stranger."""
        teams = tuple(dict.fromkeys((us.team, *turn.teams)))
        ears, channel, at = turn.rule, turn.channel, self._clock()
        theirs = [one for one in messages if one.get("bot_id") != us.bot]
        overdue = [one for one in theirs if rules.is_overdue(str(one.get("ts")), at)]
        with reading() as session:
            new = sweeps.unknown(
                session,
                overdue,
                channel=channel,
                teams=teams,
                changes=bool(ears.words),
            )
        shared = bool(new) and histories.is_shared(client, channel, wait=self.wait)
        if isinstance(shared, Answer):
            return 0, shared
        kept = 0
        for event in envelopes(new, channel=channel, us=us.named(turn.teams), shared=shared):
            said = said_in(event)
            if isinstance(said, Signal) and not cries.why_deaf(ears, said):
                inbox.receive(json.dumps(event).encode(), event, at=self._clock(), at_once=True)
                kept += 1
                self.rounds += 1
        return kept, None

    def _end(self, turn: Turn, read_to: str, trouble: str) -> None:
        with transaction() as session:
            sweeps.end(session, turn, read_to=read_to, trouble=trouble)

    def _do(self, errand: Errand) -> None:
        reached = self._reach(errand.channel)
        if isinstance(reached, str):
            errand.put_off(reached, at=self._clock())
        else:
            errand.run(Reached(*reached, wait=self.wait, clock=self._clock))

    def _reach(self, channel: str) -> tuple[Client, Us] | str:
        """Slack, and who we are there; else why this channel is not reached, as a sentence."""
        token = access_of(self._config).bot_token
        if not token:
            return UNCONNECTED
        client = self._client = Client(self._config.slack_api_url, token)
        if self._us is None or self._us[0] != token:
            us = histories.whoami(client, wait=self.wait)
            if isinstance(us, Answer):
                return why(us, channel)
            self._us = token, us
        return client, self._us[1]


def envelopes(
    new: Sequence[Found], *, channel: str, us: Us, shared: bool
) -> Iterator[dict[str, object]]:
    for one in new:
        tell = histories.as_change if one.changed else histories.as_event
        yield tell(one.message, channel=channel, name=one.name, us=us, shared=shared)
