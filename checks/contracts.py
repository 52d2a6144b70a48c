"""Holds the stand-ins, and all that we send, against what the vendors publish.

    python -m checks.contracts

The published contracts are not part of this project. Where they do not lie beside it there is
nothing to check.
"""

import sys
from pathlib import Path

from checks import pagerduty_contract, slack_contract, slack_manifest_contract

ROOT = Path(__file__).parents[1]
PUBLISHED = ROOT.parent / "shared" / "contracts"


def main() -> int:
    if not PUBLISHED.is_dir():
        print("contracts: none lie beside this folder, nothing was checked")
        return 0
    checked, wrong = 0, []
    for contract in (pagerduty_contract, slack_contract, slack_manifest_contract):
        held = contract.hold(PUBLISHED, ROOT)
        checked += held.checked
        wrong += held.wrong
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"contracts: {checked} points held against what is published, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
