"""Reads the last week of a channel, so that its rule can show what it would have done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident.delivery import errands
from incident.delivery.errands import Reached
from incident.integrations.slack import histories
from incident.integrations.slack.client import Answer
from incident.integrations.slack.histories import TOO_MANY, History
from incident.rules.sweeps import stamp
from incident.services import rehearsals, sweeps
from incident.services.rehearsals import Wanted
from incident.storage.db import reading, transaction

AT_ONCE = 100


def take(at: datetime) -> list["LookBack"]:
    return [LookBack(wanted) for wanted in errands.taken(rehearsals.any_due, rehearsals.take, at)]


@dataclass(frozen=True, slots=True)
class LookBack:
    """One channel whose last week somebody wants to see. Nothing of it is acted upon."""

    wanted: Wanted

    @property
    def channel(self) -> str:
        return self.wanted.name

    def run(self, reached: Reached) -> None:
        wanted, clock = self.wanted, reached.clock
        since, until = stamp(wanted.since), stamp(wanted.until)
        history = histories.read(
            reached.client, wanted.channel, since=since, until=until, wait=reached.wait
        )
        events = self._unknown(reached, history)
        if isinstance(events, Answer):
            self.put_off(histories.why(events, wanted.name), at=clock())
            return
        for start in range(0, len(events), AT_ONCE):
            with transaction() as session:
                rehearsals.keep(session, wanted.channel, events[start : start + AT_ONCE], clock())
        if history.refusal is not None and history.refusal.error != TOO_MANY:
            self.put_off(histories.why(history.refusal, wanted.name), at=clock())
            return
        with transaction() as session:
            rehearsals.done(session, wanted, clock())

    def _unknown(self, reached: Reached, history: History) -> list[dict[str, Any]] | Answer:
        """What we were never told, and did not write ourselves, as Slack would have told it."""
        channel, teams, us = self.wanted.channel, self.wanted.teams, reached.us
        until = stamp(self.wanted.until)
        theirs = [one for one in history.messages if one.get("bot_id") != us.bot]
        before = [one for one in theirs if "" < str(one.get("ts") or "") < until]
        with reading() as session:
            known_as = tuple(dict.fromkeys((us.team, *teams)))
            new = sweeps.unknown(session, before, channel=channel, teams=known_as)
        shared = bool(new) and histories.is_shared(reached.client, channel, wait=reached.wait)
        if isinstance(shared, Answer):
            return shared
        named = us.named(teams)
        return [
            histories.as_event(one.message, channel=channel, name=one.name, us=named, shared=shared)
            for one in new
        ]

    def put_off(self, trouble: str, *, at: datetime) -> None:
        with transaction() as session:
            rehearsals.put_off(session, self.wanted, trouble, at)
