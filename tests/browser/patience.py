"""Waits for a state of a page that no locator can tell, such as what lies above what."""

import time

from playwright.sync_api import Page

PATIENCE = 15_000


def wait_until(page: Page, question: str) -> None:
    """Until the script says yes. Playwright's own way needs an `eval`, which our pages forbid."""
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(question):
        assert time.monotonic() < end, f"It never came true: {question}"
        page.wait_for_timeout(20)
