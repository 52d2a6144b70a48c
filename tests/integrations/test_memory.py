"""A web process never sends, so it must not carry the vendors' libraries."""

import subprocess
import sys

PROGRAM = """
import sys
import incident.integrations.pagerduty.notifier, incident.integrations.slack.notifier
import incident.integrations.slack.trigger, incident.integrations.slack.signature
print([name for name in ("pdpyras", "requests", "slack_sdk") if name in sys.modules])
"""


def test_the_vendors_libraries_wait_for_the_first_message():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=30
    )

    assert run.stdout.strip() == "[]"
