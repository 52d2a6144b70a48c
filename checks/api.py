"""Holds the API against its own document, on both databases, for as long as it takes.

python -m checks.api [EXAMPLES]
"""

import sys

import pytest

from tests.api import effort

if __name__ == "__main__":
    effort.EXAMPLES = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    effort.EVERY_CORNER = True
    effort.DATABASES = ("sqlite", "postgresql")
    sys.exit(pytest.main(["-q", "tests/api/test_contract.py"]))
