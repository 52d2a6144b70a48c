"""Runs both stand-ins, and the page that shows them, until it is told to stop.

python -m tests.fakes --pagerduty-port 8101 --slack-port 8102 --control-port 8103
"""

import argparse
import signal
import sys
import threading

from tests.fakes.controls import Controls
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.slack import A_TOKEN, FakeSlack


def main() -> int:
    asked = _arguments()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        pagerduty = FakePagerDuty(asked.pagerduty_port)
        webhooks = f"{asked.app_url.rstrip('/')}/api/triggers/pagerduty"
        pagerduty.send_webhooks_to(webhooks, [asked.webhook_secret])
        slack = FakeSlack(asked.slack_port)
        for name in ("incident-updates", "support"):
            slack.add_channel(name)
        controls = Controls(
            asked.control_port,
            pagerduty=pagerduty,
            slack=slack,
            app_url=asked.app_url,
            signing_secret=asked.signing_secret,
        )
    except OSError as error:
        print(f"A port is taken already: {error}", file=sys.stderr)
        return 2
    print(f"PagerDuty's stand-in  PAGERDUTY_EVENTS_URL={pagerduty.url}")
    print(f"Slack's stand-in      SLACK_API_URL={slack.api_url} SLACK_BOT_TOKEN={A_TOKEN}")
    print(f"The other side        {controls.url}", flush=True)
    stopping.wait()
    for each in (controls, slack, pagerduty):
        each.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes", description=__doc__)
    parser.add_argument("--pagerduty-port", type=int, default=8101)
    parser.add_argument("--slack-port", type=int, default=8102)
    parser.add_argument("--control-port", type=int, default=8103, help="the page of both")
    parser.add_argument("--app-url", default="http://127.0.0.1:8000", help="where the desk is")
    parser.add_argument("--signing-secret", default="stand-in", help="one of the desk's")
    parser.add_argument("--webhook-secret", default="stand-in", help="one of the desk's, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
