"""Runs every row of `docs/reliability.md` that kills or stops something, and prints the counts.

python -m tests.trials --count 20 --database both --rows R08,R12
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.postgres import empty_database
from tests.trials.desk import Desk
from tests.trials.processes import Template
from tests.trials.rows import ROWS
from tests.trials.tally import Tally

LEASES_TO_WAIT = 3


def main() -> int:
    asked = _arguments()
    databases = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    good = True
    with tempfile.TemporaryDirectory(prefix="trials-") as folder, Template() as template:
        for database in databases:
            good &= _try_on(database, asked, template, Path(folder))
    return 0 if good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.trials", description=__doc__)
    parser.add_argument("--count", type=int, default=10, help="trials of each row")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--rows", default="", help="only these, by number: R08,R12")
    parser.add_argument("--hurry", type=float, default=0.15, help="1 keeps leases as they are")
    return parser.parse_args()


def _try_on(database: str, asked: argparse.Namespace, template: Template, folder: Path) -> bool:
    url = empty_database("trials") if database == "postgresql" else f"sqlite:///{folder}/desk.db"
    print(f"{database}: {asked.count} trials of each row", flush=True)
    with Desk(template, folder / database, url, hurry=asked.hurry) as desk:
        desk.set_up()
        desk.start_worker()
        tallies = [_try_row(desk, name, asked.count) for name in _chosen(asked.rows)]
        time.sleep(LEASES_TO_WAIT * 10 * asked.hurry)
        verdict = desk.verdict()
    print(
        f"  all: {verdict.expected} pages expected, {len(verdict.lost)} lost, "
        f"{len(verdict.duplicated)} duplicated, {len(verdict.uncalled_for)} uncalled for",
        flush=True,
    )
    return verdict.good and all(tally.failed == 0 for tally in tallies)


def _chosen(numbers: str) -> list[str]:
    wanted = {number.strip() for number in numbers.split(",") if number.strip()}
    return [name for name in ROWS if not wanted or name.split()[0] in wanted]


def _try_row(desk: Desk, name: str, count: int) -> Tally:
    tally = Tally(name)
    for _ in range(count):
        tally.run(desk, ROWS[name])
    print(f"  {tally}", flush=True)
    return tally


if __name__ == "__main__":
    sys.exit(main())
