"""Whoever is on duty in this process: the worker that sends, and what goes on beside it."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from config import Config
from incident.delivery.asides import ASIDES
from incident.delivery.card_keeper import CardKeeper
from incident.delivery.catch_up import CatchUp
from incident.delivery.channel_keeper import ChannelKeeper
from incident.delivery.deadman import Deadman
from incident.delivery.directory import Directory
from incident.delivery.inbox import READER
from incident.delivery.inbox_keeper import InboxKeeper
from incident.delivery.listener import Listener
from incident.delivery.notifiers import notifiers_for
from incident.delivery.prover import Prover
from incident.delivery.scheduler import Scheduler
from incident.delivery.sockets import Sockets
from incident.delivery.sweep import Sweep
from incident.delivery.worker import Worker


class OnDuty(Protocol):
    """Has threads of its own. `stop` is quick enough for a signal handler; `join` waits."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def join(self) -> None: ...


class Shift:
    """Started after the process has forked, stopped before it ends."""

    def __init__(self, config: Config, *, clock: Callable[[], datetime]) -> None:
        scheduler = Scheduler(clock=clock, on_jump=lambda jump: worker.pulse.note(jump))
        prover, listener = Prover(config, clock=clock), Listener(config, clock=clock)
        keeper = CardKeeper(clock=clock)
        channels, sockets = ChannelKeeper(clock=clock), Sockets(config, clock=clock)
        directory, sweep = Directory(config, clock=clock), Sweep(config, clock=clock)
        catch_up, inbox = CatchUp(clock=clock), InboxKeeper(clock=clock)
        worker = Worker(
            notifiers_for(config),
            clock=clock,
            public_url=config.public_url,
            given=config,
            beside={"the scheduler": scheduler, "the inbox": inbox},
            slow={
                "the prover": prover,
                "the listener": listener,
                "the live cards": keeper,
                "the channels of incidents": channels,
                "the sockets": sockets,
                "the catch-up": catch_up,
                "the directory": directory,
                "the sweep of the channels": sweep,
            },
        )
        self._on_duty: list[OnDuty] = [worker, scheduler, inbox, prover, listener, keeper, sockets]
        ASIDES.serve(config)
        self._on_duty += [directory, READER, ASIDES, sweep, channels, catch_up]
        if config.deadman_url:
            self._on_duty.append(Deadman(config.deadman_url, clock=clock))

    def start(self) -> None:
        for each in self._on_duty:
            each.start()

    def stop(self) -> None:
        """Take nothing new. Quick enough for a signal handler."""
        for each in self._on_duty:
            each.stop()

    def join(self) -> None:
        """Wait for what is under way."""
        for each in self._on_duty:
            each.join()
