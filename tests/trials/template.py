"""A process that has loaded everything, and forks itself into the desk's processes on demand.

Trials start hundreds of them; loading each from nothing would be most of the time. It reads one
JSON object per line: the arguments of `incident`, the environment, where to write, and for the
trials of the trials which bug to plant. It answers with the new process's id.
"""

import json
import os
import signal
import sys
import time
import traceback
from datetime import timedelta
from typing import Any

HEADERS_SENT = "headers-sent"


def main() -> None:
    _load_everything()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked)
        print(child, flush=True)


def _load_everything() -> None:
    """Whatever the processes would import: nothing here opens a connection or starts a thread."""
    import incident.cli.migrations
    import incident.cli.people
    import incident.cli.server
    import incident.cli.worker
    import incident.integrations.pagerduty.session
    import incident.integrations.slack.notifier  # noqa: F401


def _become(asked: dict[str, Any]) -> None:
    """Only ever in the child: a process group of its own, its output in a file."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor, target in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
    os.environ.update(asked["environment"])
    time.tzset()
    _hasten(asked["hurry"], asked["pace"])
    _die_between_headers_and_body(asked["environment"].get("INCIDENT_FAILPOINT", ""))
    if asked["bug"]:
        from tests.trials import bugs

        bugs.plant(asked["bug"])
    from incident.cli import main as incident

    status = 1
    try:
        status = incident(asked["arguments"])
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _hasten(hurry: float, pace: float) -> None:
    """The same leases and deadlines, all shorter by one factor: ten seconds are long to wait. What
    one key may send in a minute it may send in a minute divided by `pace`."""
    from incident.rules import budgets
    from incident.services import deliveries
    from incident.storage import outbox

    for module, names in (
        (outbox, ("LEASE", "SEND_DEADLINE")),
        (deliveries, ("SHORTEST_ATTEMPT", "TIME_TO_SETTLE")),
    ):
        for name in names:
            length: timedelta = getattr(module, name)
            setattr(module, name, length * hurry)
    budgets.PER_SECOND *= pace


def _die_between_headers_and_body(failpoint: str) -> None:
    """The one boundary that lies inside a library."""
    if failpoint != HEADERS_SENT:
        return
    import http.client

    send = http.client.HTTPConnection.send

    def send_and_die(self: http.client.HTTPConnection, data: Any) -> None:
        send(self, data)
        if bytes(data[:4]) == b"POST":
            os.kill(os.getpid(), signal.SIGKILL)

    http.client.HTTPConnection.send = send_and_die  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
