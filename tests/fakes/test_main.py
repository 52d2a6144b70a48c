"""The stand-ins as a program of their own."""

import re
import signal
import subprocess
import sys
import urllib.request

A_COMMAND = [sys.executable, "-m", "tests.fakes"]
ANY_PORTS = ["--pagerduty-port", "0", "--slack-port", "0", "--control-port", "0"]


def test_the_stand_ins_run_until_told_to_stop():
    program = subprocess.Popen(
        [*A_COMMAND, *ANY_PORTS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with program:
        said = [program.stdout.readline() for _ in range(3)]
        urls = [re.search(r"http://127\.0\.0\.1:\d+", line)[0] for line in said]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        page = opener.open(urls[2], timeout=5).read().decode()
        program.send_signal(signal.SIGTERM)
        errors = program.communicate(timeout=10)[1]

    assert [line.split()[0] for line in said] == ["PagerDuty's", "Slack's", "The"]
    assert "<h1>The other side</h1>" in page
    assert (program.returncode, errors) == (0, "")
