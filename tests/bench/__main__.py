"""`make bench`: one page of figures, ours beside a floor or a goal of the same run."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import sync_playwright

from tests.bench import cords, pages, screens
from tests.bench.desk import ROOT, Desk, a_desk
from tests.browser.chromium import PHONE, launch

MEGABYTE = 1024 * 1024


def main() -> None:
    for database in ("sqlite", "postgresql"):
        with a_desk(database) as desk:
            print(f"\n{database}")
            _report(desk)


def _report(desk: Desk) -> None:
    memory = desk.memory() / MEGABYTE
    _line("second start to the first answer", f"{desk.started:.2f} s", "goal 3 s")
    _line("idle memory, all processes (PSS)", f"{memory:.0f} MB", "goal 150 MB")
    handoff = pages.measure(desk)
    ratio = handoff.median / handoff.floor
    _line("tick answered to page received, median", f"{handoff.median:.1f} ms", "goal 300 ms")
    _line("  the same, slowest of twenty", f"{handoff.slowest_twentieth:.1f} ms", "goal 2 s")
    _line("  against one request sent straight", f"{ratio:.1f} x", f"floor {handoff.floor:.1f} ms")
    _report_cries(cords.measure(desk), floor=handoff.floor)
    with _browser(desk) as page_of:
        fanout = screens.measure(desk, page_of)
    viewers = f"{screens.VIEWERS} viewers"
    _line(f"tick to another browser's screen, {viewers}", f"{fanout.screen:.0f} ms", "goal 150 ms")
    _line("  the last of the others hears the bell", f"{fanout.last_viewer:.0f} ms", "")


def _report_cries(cry: cords.Cry, *, floor: float) -> None:
    ratio = cry.paged / floor
    _line("cry in Slack answered, median", f"{cry.answered:.1f} ms", "goal 100 ms")
    _line("  the same, slowest of a hundred", f"{cry.answered_p99:.1f} ms", "Slack waits 3 s")
    _line("cry in Slack to page received, median", f"{cry.paged:.1f} ms", "goal 500 ms")
    _line("  the same, slowest of twenty", f"{cry.paged_slowest_twentieth:.1f} ms", "goal 3 s")
    _line("  against one request sent straight", f"{ratio:.1f} x", f"floor {floor:.1f} ms")


def _line(what: str, figure: str, beside: str) -> None:
    print(f"  {what:<52}{figure:>12}   {beside}", flush=True)


@contextmanager
def _browser(desk: Desk) -> Iterator[Callable[[str], Any]]:
    """Opens incidents in a real browser, as somebody who has just accepted an invitation."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(viewport=PHONE).new_page()
        page.goto(_invitation(desk))
        page.get_by_label("Name").first.fill("Maya")
        for field in page.locator("input[type=password]").all():
            field.fill("violet gravel under the bridge")
        page.locator("form button").last.click()
        page.wait_for_url(lambda url: "/join" not in url and "/invit" not in url)

        def open_incident(key: str) -> Any:
            page.goto(f"{desk.url}/incidents/{key}")
            return page

        yield open_incident
        browser.close()


def _invitation(desk: Desk) -> str:
    printed = subprocess.run(
        [sys.executable, "-m", "incident", "invite", "maya@example.com", "--role", "admin"],
        cwd=ROOT,
        env=desk.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"http://\S+", printed)
    if found is None:
        raise RuntimeError(f"No link in {printed!r}.")
    return found[0]


if __name__ == "__main__":
    main()
