"""Gunicorn inside our own process, its settings ours.

The app is loaded before the process forks, so that its memory is shared; whatever has threads or
connections is started after.
"""

import gc
import signal
from collections.abc import Sequence
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread

from app import create_app
from config import Config
from incident import clock
from incident.cli.desk import open_desk
from incident.delivery import bell
from incident.delivery.asides import ASIDES
from incident.delivery.inbox import READER
from incident.delivery.shift import OnDuty, Shift
from incident.services import people
from incident.storage import db
from incident.storage.watch import Watcher

GRACE = 10
KEEPALIVE = 5
LINGER = 0.2


class Server(BaseApplication):  # type: ignore[misc]
    """One or more processes of threads. Unless told otherwise, each of them also sends."""

    def __init__(self, config: Config, *, workers: int, threads: int, sends: bool) -> None:
        self._config, self._workers, self._threads = config, workers, threads
        self._sends = sends
        self._on_duty: Sequence[OnDuty] = ()
        self._engine = open_desk(config)
        self._engine.dispose()
        super().__init__()

    def load_config(self) -> None:
        host = f"[{self._config.host}]" if ":" in self._config.host else self._config.host
        settings: dict[str, Any] = {
            "bind": f"{host}:{self._config.port}",
            "worker_class": "gthread",
            "workers": self._workers,
            "threads": self._threads,
            "worker_connections": 2 * self._threads,
            "keepalive": KEEPALIVE,
            "graceful_timeout": GRACE,
            "preload_app": True,
            "control_socket_disable": True,
            "loglevel": "warning",
            "when_ready": self._say_where,
            "post_worker_init": self._begin,
            "worker_exit": self._end,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self._config)
        gc.collect()
        gc.freeze()
        return app

    def _say_where(self, arbiter: Any) -> None:
        """The address, and the way in while nobody has an account. Still before the fork."""
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        address = self._config.base_url.rstrip("/") or f"http://{host}:{port}"
        print(f"The incident desk is at {address}", flush=True)
        self._engine = db.connect(self._config.database_url)
        with db.transaction() as session:
            token = people.setup_link(session, clock.now())
        if token:
            print(f"Set it up, once, within 30 minutes: {address}/setup/{token}", flush=True)
        self._engine.dispose()

    def _begin(self, worker: Any) -> None:
        """In the process that serves: nothing of its parent's connections is used."""
        self._engine = db.connect(self._config.database_url)
        Watcher(self._engine).start()
        if self._sends:
            self._on_duty = [Shift(self._config, clock=clock.now)]
        else:
            self._on_duty = [READER, ASIDES]
        for each in self._on_duty:
            each.start()
        gthread.STOP_KEEPALIVE_LINGER = LINGER

        def stop(number: int, frame: FrameType | None) -> None:
            """Streams end and sending stops at once; requests under way are finished."""
            bell.HUB.stop()
            for each in self._on_duty:
                each.stop()
            worker.handle_exit(number, frame)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, stop)

    def _end(self, _arbiter: Any, _worker: Any) -> None:
        """What is being sent is settled before the process ends."""
        for each in self._on_duty:
            each.join()
        self._engine.dispose()
