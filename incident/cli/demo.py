"""`incident demo`: a desk with samples, and stand-ins for PagerDuty and Slack. No account anywhere.

Everything is thrown away at the next start.
"""

import argparse
import secrets
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from config import ROOT, Config, environment_with
from incident import clock
from incident.cli.desk import CannotDo, open_desk
from incident.storage import db

STAND_IN_TOKEN = "xoxb-of-the-stand-in"  # noqa: S105 - the stand-in's own, known to everybody
VISITOR = "you@example.com"
WELCOME = """
  1. Make your account         {invitation}
  2. Then look around          {url}
  3. And be the other side     {controls}
     What PagerDuty and Slack received, and buttons to answer as they would:
     post in #emergency, and watch the incident open itself.

  Ctrl-C ends it. Everything is thrown away at the next start.
"""


def demo(asked: argparse.Namespace) -> None:
    folder = Path(asked.folder) if asked.folder else ROOT / "var" / "demo"
    _require_stand_ins()
    _empty(folder)
    config = Config()
    ports = _free_ports(3)
    environment = _environment(folder, config, ports)
    stand_ins = _start_stand_ins(ports, environment, config)
    invitation = _furnish(_config_of(environment))
    controls = f"http://127.0.0.1:{ports[2]}"
    print(WELCOME.format(invitation=invitation, url=config.public_url, controls=controls))
    try:
        _serve(environment)
    finally:
        stand_ins.terminate()
        stand_ins.wait(10)


def _serve(environment: dict[str, str]) -> None:
    """Until Ctrl-C, which the served desk hears as well and ends by itself."""
    web = [sys.executable, "-m", "incident", "web"]
    with suppress(KeyboardInterrupt):
        subprocess.run(web, cwd=ROOT, env=environment_with(environment), check=False)  # noqa: S603


def _config_of(environment: dict[str, str]) -> Config:
    """The configuration that the served desk will read."""
    return Config.model_validate({name.lower(): value for name, value in environment.items()})


def _require_stand_ins() -> None:
    if not (ROOT / "tests" / "fakes").is_dir():
        raise CannotDo("The stand-ins of the demo are in tests/fakes, which is not here.")


def _empty(folder: Path) -> None:
    """Only what a demo made is thrown away."""
    marker = folder / "demo"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise CannotDo(f"{folder} holds something that is no demo. Name another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    marker.touch()


def _environment(folder: Path, config: Config, ports: list[int]) -> dict[str, str]:
    pagerduty, slack, _ = ports
    return {
        "DATABASE_URL": f"sqlite:///{folder.resolve() / 'incident.db'}",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PAGERDUTY_EVENTS_URL": f"http://127.0.0.1:{pagerduty}",
        "SLACK_API_URL": f"http://127.0.0.1:{slack}/api/",
        "SLACK_BOT_TOKEN": STAND_IN_TOKEN,
        "SLACK_SIGNING_SECRETS": secrets.token_hex(16),
        "HOST": config.host,
        "PORT": str(config.port),
    }


def _furnish(config: Config) -> str:
    """The samples, and a link with which the visitor makes an account."""
    from incident.cli import samples
    from incident.cli.migrations import bring_up_to_date
    from incident.services import people

    bring_up_to_date(config)
    engine = open_desk(config)
    samples.load(config, clock.now())
    with db.transaction() as session:
        kind, token = people.offer_link(
            session, email=VISITOR, role="admin", actor=samples.OPERATOR, at=clock.now()
        )
    engine.dispose()
    return f"{config.public_url}/{kind}/{token}"


def _start_stand_ins(
    ports: list[int], environment: dict[str, str], config: Config
) -> subprocess.Popen[bytes]:
    named = ("--pagerduty-port", "--slack-port", "--control-port")
    options = [f"{name}={port}" for name, port in zip(named, ports, strict=True)]
    options += [f"--app-url={config.public_url}"]
    options += [f"--signing-secret={environment['SLACK_SIGNING_SECRETS']}"]
    stand_ins = subprocess.Popen(  # noqa: S603 - our own program, our own ports and secrets
        [sys.executable, "-m", "tests.fakes", *options], cwd=ROOT, stdout=subprocess.PIPE
    )
    if stand_ins.stdout is None or not stand_ins.stdout.readline():
        raise CannotDo("The stand-ins did not start.")
    return stand_ins


def _free_ports(count: int) -> list[int]:
    """Ports that nobody uses, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
