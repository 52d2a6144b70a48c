"""`incident worker`: sends what is due, in a process of its own."""

import argparse
import gc
import signal
import threading

from incident import clock
from incident.cli.desk import configure, open_desk
from incident.delivery.shift import Shift
from incident.storage.watch import Watcher


def worker(_asked: argparse.Namespace) -> None:
    """Until SIGTERM or Ctrl-C; then what is under way is finished first."""
    config = configure()
    watcher, shift = Watcher(open_desk(config)), Shift(config, clock=clock.now)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    gc.collect()
    gc.freeze()
    watcher.start()
    shift.start()
    print("The worker sends what is due. Ctrl-C stops it.", flush=True)
    stopping.wait()
    shift.stop()
    shift.join()
    watcher.stop()
    print("The worker has stopped.", flush=True)
