"""Runs every row of `docs/reliability.md`, and writes what came of it into that page.

python -m tests.trials --count 20 --database both --rows R08,R12
python -m tests.trials --hours 1 --write
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fakes.pagerduty import WINDOW
from tests.postgres import empty_database
from tests.trials import report
from tests.trials.desk import HURRY, PACE, Desk
from tests.trials.processes import Template
from tests.trials.table import BOTH, ROWS, Row
from tests.trials.tally import Tally

LEASES_TO_WAIT = 3
OUTAGE = 10.0
HOUR = 3600
PATIENCE = 120


def main() -> int:
    asked = _arguments()
    databases = BOTH if asked.database == "both" else (asked.database,)
    began = time.monotonic()
    good, found = True, {}
    with tempfile.TemporaryDirectory(prefix="trials-") as folder, Template() as template:
        for database in databases:
            passed, found[database] = _try_on(database, asked, template, Path(folder))
            good &= passed
            if asked.write:
                minutes = (time.monotonic() - began) / 60
                report.write(found, _scale(asked), minutes=minutes)
    return 0 if good else 1


def _scale(asked: argparse.Namespace) -> dict[str, float]:
    """What the rows say of what is shorter or smaller than in real life."""
    return {
        "hurry": asked.hurry,
        "outage": asked.outage,
        "crowd": asked.crowd,
        "storm": asked.storm,
        "minute": WINDOW.total_seconds() / asked.pace,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.trials", description=__doc__)
    parser.add_argument("--count", type=int, default=10, help="trials of a row, for most rows")
    parser.add_argument("--hours", type=float, default=0, help="go on and on for so long")
    parser.add_argument("--database", choices=(*BOTH, "both"), default="both")
    parser.add_argument("--rows", default="", help="only these, by number: R08,R12")
    parser.add_argument("--hurry", type=float, default=HURRY, help="1 keeps leases as they are")
    parser.add_argument("--outage", type=float, default=OUTAGE, help="seconds for ten minutes")
    parser.add_argument("--crowd", type=int, default=300, help="pages while PagerDuty is crowded")
    parser.add_argument("--storm", type=int, default=1000, help="messages of a storm in Slack")
    parser.add_argument("--pace", type=float, default=PACE, help="1 keeps PagerDuty's minute")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    return parser.parse_args()


def _try_on(
    database: str, asked: argparse.Namespace, template: Template, folder: Path
) -> tuple[bool, list[Tally]]:
    url = empty_database("trials") if database == "postgresql" else f"sqlite:///{folder}/desk.db"
    print(f"{database}: {asked.count} trials of most rows", flush=True)
    tallies = [Tally(row) for row in _chosen(asked.rows) if database in row.databases]
    enough = time.monotonic() + asked.hours * HOUR / (2 if asked.database == "both" else 1)
    with Desk(
        template,
        folder / database,
        url,
        hurry=asked.hurry,
        outage=asked.outage,
        pace=asked.pace,
        crowd=asked.crowd,
        storm=asked.storm,
        patience=PATIENCE,
        measures=True,
    ) as desk:
        desk.set_up()
        desk.start_worker()
        while True:
            for tally in tallies:
                _try_row(desk, tally, asked)
            if time.monotonic() >= enough:
                break
        time.sleep(LEASES_TO_WAIT * 10 * asked.hurry)
        for tally in tallies:
            tally.judge(desk)
        verdict, breaches = desk.verdict(), desk.breaches()
    print(
        f"  all: {verdict.expected} pages expected, {len(verdict.lost)} lost, "
        f"{len(verdict.duplicated)} duplicated, {len(verdict.uncalled_for)} uncalled for, "
        f"{len(breaches)} requests unlike what is published",
        *breaches[:3],
        sep="\n    ",
        flush=True,
    )
    passed = verdict.good and not breaches and all(tally.failed == 0 for tally in tallies)
    return passed, tallies


def _chosen(numbers: str) -> list[Row]:
    wanted = {number.strip() for number in numbers.split(",") if number.strip()}
    return [row for row in ROWS.values() if not wanted or row.number in wanted]


def _try_row(desk: Desk, tally: Tally, asked: argparse.Namespace) -> None:
    desk.hasten(tally.row.hurry or asked.hurry)
    for _ in range(max(1, round(asked.count * tally.row.share))):
        tally.run(desk)
    desk.hasten(asked.hurry)
    print(f"  {tally}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
