"""Measures the checklist reader on real documents by others, where they lie beside this folder.

`python -m checks.corpus`: one line of figures; exit 1 when the share read without any loss, or the
worst document's floor, is under its mark.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from incident.rules import documents

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
MEASURE = SHARED / "tools" / "fidelity" / "fidelity.py"
CORPUS = SHARED / "corpus"
LEAST_PERFECT, LEAST_FLOOR = 0.95, 0.90


def read(text: str) -> dict[str, Any]:
    """The importer under measure."""
    return dict(documents.to_json(documents.read(text)))


def write(shown: dict[str, Any]) -> str:
    """The exporter under measure."""
    return documents.write(shown)


def main() -> int:
    if not (MEASURE.is_file() and CORPUS.is_dir()):
        print("corpus: the documents are not beside this folder, nothing was measured")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.json"
        measured = _measure(out)
        if not out.is_file():
            print(measured.stdout + measured.stderr, file=sys.stderr)
            return 1
        return _judge(json.loads(out.read_text()))


def _measure(out: Path) -> subprocess.CompletedProcess[str]:
    options = ["--root", CORPUS / "markdown", "--kind", "runbook", "--variants", "--out", out]
    mine = ["--importer", "checks.corpus:read", "--exporter", "checks.corpus:write"]
    return subprocess.run(  # noqa: S603 - a program we name, on files we name
        [sys.executable, MEASURE, "corpus", CORPUS / "manifest.tsv", *options, *mine],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def _judge(result: Any) -> int:
    figures = result["summary"]["all"]
    perfect, floor = figures["perfect"]["mean"], figures["floor"]["mean"]
    files = figures["perfect"]["files"]
    print(f"corpus: {files} documents, {perfect:.3f} read without loss, floor {floor:.4f}")
    return 0 if perfect >= LEAST_PERFECT and floor >= LEAST_FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
