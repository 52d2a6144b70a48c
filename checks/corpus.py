"""Measures the checklist reader and writer on real documents by others.

    python -m checks.corpus

The documents and the measure are not part of this project. Where they do not lie beside it there
is nothing to check.
"""

import importlib
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from incident.rules import documents

SHARED = Path(__file__).parents[2] / "shared"
CORPUS, MEASURE = SHARED / "corpus", SHARED / "tools" / "fidelity"

FLOORS = {
    "perfect": 0.98,
    "floor": 0.99,
    "rt_json": 1.0,
    "rt_md": 1.0,
    "edit": 1.0,
    "md_perfect": 1.0,
    "var_crlf": 1.0,
    "var_bom": 1.0,
    "var_nonl": 1.0,
    "var_blank": 1.0,
}
WORST = 5


def main() -> int:
    if not (CORPUS / "manifest.tsv").is_file() or not MEASURE.is_dir():
        print("corpus: none lies beside this folder, nothing was checked")
        return 0
    measure = _measure()
    rows = {name: _measured(measure, source) for name, source in _sources()}
    low = []
    for name, floor in FLOORS.items():
        figures = [row[name] for row in rows.values() if isinstance(row.get(name), float)]
        mean = statistics.mean(figures)
        low += [name] if mean < floor else []
        print(f"{name:12} {mean:.3f} of {floor:.2f}{'  TOO LOW' if mean < floor else ''}")
    for name in sorted(rows, key=lambda name: (rows[name]["perfect"], rows[name]["floor"]))[:WORST]:
        print(f"  {rows[name]['floor']:.3f} {name}")
    print(f"corpus: {len(rows)} documents, {len(low)} figures too low")
    return 1 if low else 0


def _measure() -> ModuleType:
    sys.path.insert(0, str(MEASURE))
    return importlib.import_module("fidelity")


def _sources() -> Iterator[tuple[str, str]]:
    for line in (CORPUS / "manifest.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name = line.split("\t")[1]
            yield name, (CORPUS / "markdown" / name).read_bytes().decode("utf-8", "replace")


def _measured(measure: ModuleType, source: str) -> dict[str, Any]:
    row: dict[str, Any] = measure.evaluate(source, _read, documents.write, True)
    row["floor"] = 1.0 if row.get("floor") is None else row["floor"]
    return row


def _read(source: str) -> dict[str, object]:
    return documents.to_json(documents.read(source))


if __name__ == "__main__":
    sys.exit(main())
