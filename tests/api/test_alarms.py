"""The rules for Prometheus in `docs/operate.md` speak of metrics that there are."""

import re
from pathlib import Path

import pytest
import yaml

from tests.api.scripts import Script

PAGE = (Path(__file__).parents[2] / "docs" / "operate.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(found) for found in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
RULES = [rule for block in BLOCKS for group in block.get("groups", []) for rule in group["rules"]]
METRIC = re.compile(r"incident_[a-z_]+")


@pytest.fixture
def told(app_on_sqlite):
    """The names of all metrics there are."""
    text = Script(app_on_sqlite, None).get("/metrics").text
    return set(re.findall(r"^# TYPE (incident_[a-z_]+)", text, re.MULTILINE))


def test_every_alarm_is_about_a_metric_that_there_is(told):
    asked = {name for rule in RULES for name in METRIC.findall(rule["expr"])}

    assert asked
    assert asked - told == set()


def test_every_metric_has_its_row_in_the_runbook(told):
    rows = [line for line in PAGE.splitlines() if line.startswith("| `incident_")]
    documented = {name for row in rows for name in METRIC.findall(row.split("|")[1])}

    assert documented == told


def test_every_alarm_says_what_to_do():
    assert [rule["alert"] for rule in RULES if not rule["annotations"].get("runbook")] == []
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_quotes_and_brackets_of_every_expression_are_closed():
    for rule in RULES:
        bare = re.sub(r'"[^"]*"', "", rule["expr"])
        assert '"' not in bare, rule["alert"]
        assert all(bare.count(a) == bare.count(b) for a, b in ("()", "[]", "{}")), rule["alert"]
