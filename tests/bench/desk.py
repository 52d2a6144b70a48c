"""A desk of its own for a measurement: a fresh database, a served app, stand-in vendors."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.postgres import empty_database

ROOT = Path(__file__).parents[2]
ROUTING_KEY = "R" * 32
SIGNING_SECRET = "the secret of a measurement"


@dataclass
class Desk:
    """A running desk. `token` is an admin's; `started` is how long it took to answer."""

    url: str
    token: str
    pagerduty: FakePagerDuty
    slack: FakeSlack
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    started: float

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One API call; its answer as JSON."""
        return json.loads(self.send(method, path, body, "application/json"))

    def send(self, method: str, path: str, body: Any, kind: str) -> bytes:
        data = body.encode() if isinstance(body, str) else body and json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: bytes = answer.read()
            return found

    def publish(self, slug: str, items: list[str]) -> None:
        lines = "\n".join(f"- [ ] {item}" for item in items)
        source = f"---\ntitle: {slug}\nslug: {slug}\n---\n\n# {slug}\n\n## Steps\n\n{lines}\n"
        self.send("POST", "/api/checklists?publish=1", source, "text/markdown")

    def declare(self, slug: str) -> str:
        answer = self.call("POST", "/api/incidents", {"title": "Measured", "checklists": [slug]})
        key: str = answer["key"]
        return key

    def tick(self, key: str, number: int) -> None:
        self.call("POST", f"/api/incidents/{key}/steps/{number}/completion", {})

    def memory(self) -> int:
        """The proportional set size of the whole process tree, in bytes."""
        return sum(_pss(pid) for pid in _tree(self.process.pid))


@contextmanager
def a_desk(database: str) -> Iterator[Desk]:
    """`database` is sqlite or postgresql."""
    with (
        tempfile.TemporaryDirectory() as folder,
        FakePagerDuty() as pagerduty,
        FakeSlack() as slack,
    ):
        environment = _environment(Path(folder), database, pagerduty, slack)
        first, _ = _start(environment)
        first.terminate()
        first.wait(30)
        token = _token(environment)
        process, started = _start(environment)
        url = f"http://127.0.0.1:{environment['PORT']}"
        desk = Desk(url, token, pagerduty, slack, process, environment, started)
        try:
            desk.call("PUT", "/api/targets/primary", {"routing_key": ROUTING_KEY})
            yield desk
        finally:
            process.terminate()
            process.wait(30)


def _environment(
    folder: Path, database: str, pagerduty: FakePagerDuty, slack: FakeSlack
) -> dict[str, str]:
    url = f"sqlite:///{folder}/incident.db"
    if database == "postgresql":
        url = empty_database(f"desk_bench_{os.getpid()}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
        "SECRET_KEY": "a secret of this measurement alone and long enough",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PAGERDUTY_EVENTS_URL": pagerduty.url,
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": A_TOKEN,
        "SLACK_SIGNING_SECRETS": SIGNING_SECRET,
    }


def _start(environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], float]:
    """The served app, and the seconds until it answered."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "incident", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{environment['PORT']}/healthz"
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return process, time.perf_counter() - begun
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("The desk did not answer within twelve seconds.")


def _token(environment: dict[str, str]) -> str:
    printed = subprocess.run(
        [sys.executable, "-m", "incident", "token", "bench", "--role", "admin"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"ic_\S+", printed)
    if found is None:
        raise RuntimeError(f"No token in {printed!r}.")
    return found[0]


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(p for child in children for p in _tree(int(child)))]


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
