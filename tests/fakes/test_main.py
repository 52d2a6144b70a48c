"""The stand-ins as a program of their own."""

import re
import signal
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

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
        page = opener.open(urls[2], timeout=30).read().decode()
        program.send_signal(signal.SIGTERM)
        errors = program.communicate(timeout=60)[1]

    assert [line.split()[0] for line in said] == ["PagerDuty's", "Slack's", "The"]
    assert "<h1>The other side</h1>" in page
    assert (program.returncode, errors) == (0, "")


def test_the_stand_ins_need_nothing_that_only_the_tests_need():
    """`make demo` installs what the app needs, and no more."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    names = [re.match(r"[\w-]+", each)[0] for each in project["dependency-groups"]["dev"]]
    missing = {name.replace("-", "_") for name in names}
    script = f"import sys; sys.modules |= dict.fromkeys({missing}); import tests.fakes.__main__"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.stderr == ""
