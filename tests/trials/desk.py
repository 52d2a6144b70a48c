"""A whole desk under trial: its database, its processes, and stand-ins for the other side."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.fakes.pagerduty import WINDOW, Alert, FakePagerDuty
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.trials.checker import Verdict, intent_of, judge
from tests.trials.client import Client
from tests.trials.cords import Cords
from tests.trials.furniture import (
    CHECKLIST,
    CHECKLISTS,
    ROUTING_KEY,
    SECOND_KEY,
    SIGNING_SECRET,
    STEP,
)
from tests.trials.processes import (
    PATIENCE,
    Process,
    Template,
    free_port,
    is_free,
    wait_until,
)

HURRY, OUTAGE, PACE, CROWD = 0.15, 2.0, 10.0, 12
SIGNED_ON = 0.5
WITH_A_BUG = 3.0
STORM = 24


@dataclass
class Desk(Cords):
    """One installation. Several may run beside each other.

    `outage` is for how many seconds the other side is away where the row says ten minutes, `crowd`
    how many pages come where it says 300, and `pace` by how much PagerDuty's minute is shorter;
    `storm` is how many messages come where it says a thousand.
    `settings` are given to every process beside the usual ones. Only where it `measures`, is it a
    fault to be slow: a machine that is busy with other tests proves nothing by it.
    """

    template: Template
    folder: Path
    database_url: str
    hurry: float = HURRY
    bug: str = ""
    outage: float = OUTAGE
    pace: float = PACE
    crowd: int = CROWD
    storm: int = STORM
    measures: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    patience: float = PATIENCE
    web: Process | None = None
    worker: Process | None = None
    started: list[Process] = field(default_factory=list)
    promised: set[str] = field(default_factory=set)
    recoveries: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pagerduty, self.slack = FakePagerDuty(), FakeSlack()
        self.pagerduty.window = WINDOW / self.pace
        self.client = Client(free_port())

    def set_up(self) -> None:
        """Through the terminal and the API, as an operator would."""
        self._finish(self.start("migrate"))
        made = self._finish(self.start("token", "Trials", "--role", "admin"))
        self.client.token = made.said().split()[-1]
        self.start_web()
        self.client.insist("PUT", "/api/targets/primary", {"routing_key": ROUTING_KEY})
        self.client.insist("PUT", "/api/targets/secondary", {"routing_key": SECOND_KEY})
        for slug, paging in CHECKLISTS.items():
            written = CHECKLIST.format(slug=slug, paging=paging)
            self.client.insist("POST", "/api/checklists?publish=1", written)

    def start(self, *arguments: str, failpoint: str = "", **settings: str) -> Process:
        environment = {
            "DATABASE_URL": self.database_url,
            "SECRET_KEY_FILE": str(self.folder / "key"),
            "HOST": "127.0.0.1",
            "PORT": str(self.client.port),
            "PAGERDUTY_EVENTS_URL": self.pagerduty.url,
            "PAGERDUTY_API_URL": self.pagerduty.url,
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": A_TOKEN,
            "SLACK_SIGNING_SECRETS": SIGNING_SECRET,
            "INCIDENT_TESTING": "1",
            "INCIDENT_FAILPOINT": failpoint,
            "INCIDENT_CLOCK_FILE": str(self._clock_of(arguments[0])),
            **self.settings,
            **settings,
        }
        process = self.template.start(
            *arguments,
            environment=environment,
            folder=self.folder,
            hurry=self.hurry,
            pace=self.pace,
            bug=self.bug,
        )
        self.started.append(process)
        return process

    def start_web(self, failpoint: str = "") -> None:
        self.web = self.start("web", "--no-worker", "--threads=8", failpoint=failpoint)
        wait_until(self.client.answers, "the web process to answer")

    def start_worker(self, failpoint: str = "") -> Process:
        self.worker = self.start("worker", failpoint=failpoint)
        return self.worker

    def start_another(self) -> Client:
        """A second web process beside the first one, with a worker and a scheduler of its own."""
        other = Client(free_port(), self.client.token)
        self.start("web", "--threads=4", PORT=str(other.port))
        return other

    def start_sleeper(self, failpoint: str) -> Process:
        """A worker that will be stopped. Not in the middle of its first sign of life: a process
        that is stopped while it writes to SQLite holds up everybody."""
        sleeper = self.start_worker(failpoint)
        wait_until(lambda: "sends what is due" in sleeper.said(), "the worker to begin")
        time.sleep(SIGNED_ON)
        return sleeper

    def stop_worker(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker = None

    def stop_web(self) -> None:
        if self.web is not None:
            self.web.kill()
            self.web = None
            wait_until(lambda: is_free(self.client.port), "the port to be free again")

    def recover(self) -> None:
        """Back on its feet, whatever a trial that failed has left behind."""
        for vendor in (self.pagerduty, self.slack):
            vendor.script.clear()
            vendor.always = None
        self.settings.clear()
        self.set_clock(0)
        self.restart()

    def restart(self) -> None:
        self._kill_all()
        self.start_web()
        self.start_worker()

    @contextmanager
    def with_bug(self, bug: str) -> Iterator[None]:
        """All processes have this bug planted. What comes of it is not held against the desk."""
        before = (self.patience, set(self.promised))
        self.bug, self.patience = bug, WITH_A_BUG
        self.recover()
        try:
            yield
        finally:
            leftover = self.promised - before[1]
            self.bug, (self.patience, self.promised) = "", before
            self.recover()
            for intent in leftover:
                self.wait_until_settled(f"INC-{intent.partition('/')[0]}")
            with self.pagerduty.lock:
                kept = [a for a in self.pagerduty.alerts if _end_of(a.intent) in self.promised]
                self.pagerduty.alerts[:] = kept

    def hasten(self, hurry: float) -> None:
        """From now on leases and deadlines are shortened by this factor."""
        if hurry != self.hurry:
            self.hurry = hurry
            self.recover()

    def set_clock(self, seconds: float, *kinds: str) -> None:
        """From now on the clocks of these kinds of process are wrong by so much."""
        for kind in kinds or ("web", "worker"):
            new = self._clock_of(kind).with_suffix(".new")
            new.write_text(str(seconds))
            new.replace(self._clock_of(kind))

    def declare(self, severity: str = "sev2", checklist: str = "trial") -> str:
        """An incident whose second step pages, as soon as the first is ticked."""
        asked = {"title": "Trial", "severity": severity, "checklists": [checklist]}
        made = self.client.insist("POST", "/api/incidents", asked)
        self.expect(made["key"])
        return str(made["key"])

    def expect(self, key: str, cause: str = STEP) -> None:
        self.promised.add(intent_of(key, cause))

    def expect_nothing(self, key: str, cause: str = STEP) -> None:
        """Nobody is to be woken on this rung: refused, or somebody has it."""
        self.promised.discard(intent_of(key, cause))

    def tick(self, key: str, step: int = 1, *, repeat: str = "") -> Any:
        return self.client.insist("POST", self.completion_of(key, step), {}, key=repeat)

    def completion_of(self, key: str, step: int = 1) -> str:
        return f"/api/incidents/{key}/steps/{step}/completion"

    def wait_for_page(self, key: str, cause: str = STEP, *, since: float | None = None) -> None:
        """Until PagerDuty has the page and the desk knows it. Notes how long that took."""
        began = since or time.monotonic()
        wait_until(lambda: self.alerts_of(key, cause), f"the page of {key}", self.patience)
        self.recoveries.append(time.monotonic() - began)
        self.wait_until_settled(key)

    def require_within(self, limit: float, *, since: float) -> None:
        took = time.monotonic() - since
        assert took <= limit or not self.measures, f"took {took:.1f} s, not {limit:.1f}"

    def wait_until_settled(self, key: str, seconds: float = PATIENCE) -> None:
        """Until nothing about this incident is still to be sent."""
        what = f"the deliveries of {key} to be settled"
        wait_until(lambda: self._settled(key), what, seconds)

    def alerts_of(self, key: str, cause: str = STEP) -> list[Alert]:
        """Whoever was woken by the first page of this cause."""
        with self.pagerduty.lock:
            found = list(self.pagerduty.alerts)
        return [alert for alert in found if alert.intent.endswith(f"/{intent_of(key, cause)}")]

    def lines(self, key: str) -> list[dict[str, Any]]:
        _, said = self.client.ask("GET", f"/api/incidents/{key}/events?after=0")
        return list(said["events"])

    def forgive(self, key: str) -> None:
        """Leave out of the verdict the one kind of second page that nobody can prevent."""
        intent = intent_of(key, STEP)
        self.promised.discard(intent)
        with self.pagerduty.lock:
            kept = [a for a in self.pagerduty.alerts if not a.intent.endswith(f"/{intent}")]
            self.pagerduty.alerts[:] = kept

    def verdict(self) -> Verdict:
        with self.pagerduty.lock:
            return judge(tuple(self.pagerduty.alerts), self.promised)

    def breaches(self) -> list[str]:
        """What either of them was asked that is unlike what it publishes."""
        return [*self.pagerduty.breaches, *self.slack.breaches]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._kill_all()
        self.pagerduty.stop()
        self.slack.stop()

    def _kill_all(self) -> None:
        self.stop_worker()
        self.stop_web()
        for process in self.started:
            if process.alive:
                process.kill()
        self.started.clear()

    def _finish(self, process: Process) -> Process:
        wait_until(lambda: not process.alive, "a command to finish")
        return process

    def _clock_of(self, kind: str) -> Path:
        return self.folder / f"clock-{kind}"

    def _settled(self, key: str) -> bool:
        _, incident = self.client.ask("GET", f"/api/incidents/{key}")
        states = {delivery["state"] for delivery in incident["deliveries"]}
        return not states & {"due", "sending"}


def _end_of(intent: str) -> str:
    return intent.split("/", 2)[-1]
