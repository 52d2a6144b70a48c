"""`incident demo`: the whole loop on one machine. Nothing leaves it."""

import argparse
import shutil
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from config import ROOT, Config
from incident import clock
from incident.cli import samples
from incident.cli.desk import CannotDo, configure, open_desk
from incident.cli.migrations import bring_up_to_date
from incident.cli.people import OPERATOR
from incident.cli.server import Server
from incident.cli.story import Story
from incident.cli.vendors import connect_pagerduty, connect_slack
from incident.cli.voices import Voices
from incident.cli.web import require_free
from incident.delivery.notifiers import notifiers_for
from incident.services import people
from incident.storage import people as people_rows
from incident.storage.db import reading, transaction

PATIENCE = 10.0
SIGNING_SECRET = "the stand-in signs with this"  # noqa: S105 - known to everybody, on purpose
WEBHOOK_SECRET = "the stand-in signs its webhooks with this"  # noqa: S105
TOKEN = "xoxb-of-the-stand-in"  # noqa: S105 - the stand-in takes any
REST_TOKEN = "u+of-the-stand-in"  # noqa: S105 - the one that the stand-in knows


def demo(asked: argparse.Namespace) -> None:
    base = configure()
    require_free(base.host, base.port)
    pagerduty, slack, controls = (_free_port() for _ in range(3))
    config = _config(base, Path(asked.folder or ROOT / "var" / "demo"), pagerduty, slack, controls)
    stand_ins = _start_stand_ins(config, pagerduty, slack, controls)
    try:
        _wait_for(controls, stand_ins)
        _prepare(config, fresh=not asked.folder)
        _say_how_to_come_in(config)
        Server(config, workers=1, threads=64, sends=True).run()
    finally:
        stand_ins.terminate()
        stand_ins.wait(PATIENCE)


def _config(base: Config, folder: Path, pagerduty: int, slack: int, controls: int) -> Config:
    """Whatever the environment says about vendors and databases is left out of a demo."""
    return Config(
        database_url=f"sqlite:///{folder.absolute() / 'incident.db'}",
        secret_key="",
        secret_key_file=folder / "secret_key",
        base_url="",
        host=base.host,
        port=base.port,
        pagerduty_events_url=f"http://127.0.0.1:{pagerduty}",
        pagerduty_api_url=f"http://127.0.0.1:{pagerduty}",
        pagerduty_api_token=REST_TOKEN,
        pagerduty_from="",
        pagerduty_webhook_secrets=WEBHOOK_SECRET,
        smtp_url="",
        deadman_url="",
        slack_api_url=f"http://127.0.0.1:{slack}/api/",
        slack_bot_token=TOKEN,
        slack_signing_secrets=SIGNING_SECRET,
        demo=True,
        demo_controls_url=f"http://127.0.0.1:{controls}",
    )


def _start_stand_ins(
    config: Config, pagerduty: int, slack: int, controls: int
) -> subprocess.Popen[bytes]:
    arguments = [
        f"--pagerduty-port={pagerduty}",
        f"--slack-port={slack}",
        f"--control-port={controls}",
        f"--app-url={config.public_url}",
        f"--signing-secret={SIGNING_SECRET}",
        f"--webhook-secret={WEBHOOK_SECRET}",
    ]
    command = [sys.executable, "-m", "tests.fakes", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603


def _wait_for(port: int, stand_ins: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while stand_ins.poll() is None and time.monotonic() < deadline:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise CannotDo("The stand-ins for PagerDuty and Slack did not start.")


def _prepare(config: Config, *, fresh: bool) -> None:
    """A new past every time, unless a folder was named to keep it in."""
    folder = config.secret_key_file.parent
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    bring_up_to_date(config)
    engine = open_desk(config)
    with reading() as session:
        known = people_rows.any_yet(session)
    if not known:
        _load(config, clock.now())
    engine.dispose()


def _load(config: Config, now: datetime) -> None:
    print("Loading incidents in every state ...", flush=True)
    made = {name: make() for name, make in notifiers_for(config).items()}
    samples.furnish(now)
    connect_pagerduty(config, now)
    connect_slack(config, now)
    voices = Voices(config.demo_controls_url)
    story = Story(made, at=now, public_url=config.public_url, voices=voices)
    samples.tell(story, now)


def _say_how_to_come_in(config: Config) -> None:
    with transaction() as session:
        person = people_rows.by_email(session, samples.EMAIL)
        token = (
            people.offer_reset(session, person_id=person.id, actor=OPERATOR, at=clock.now())
            if person is not None
            else ""
        )
    print(f"Come in as Maya, once, within 30 minutes: {config.public_url}/resets/{token}")
    print(f"PagerDuty and Slack, as they see it:      {config.demo_controls_url}")
    print("Ctrl-C stops everything. Nothing leaves this machine.", flush=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
