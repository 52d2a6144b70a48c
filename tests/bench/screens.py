"""From a tick to the screen of another browser, with many others watching the same incident."""

import statistics
import threading
import time
import urllib.request
from dataclasses import dataclass

from tests.bench.desk import Desk

VIEWERS = 50
TICKS = 20
WATCH = """() => { window.seen = 0; new MutationObserver(() => {
  const done = document.querySelectorAll('#timeline li, .timeline li').length
  if (done !== window.lines) { window.lines = done; window.seen = Date.now() }
}).observe(document.body, {childList: true, subtree: true}) }"""


@dataclass(frozen=True)
class Fanout:
    """Milliseconds to the browser's screen, and to the last of the other viewers."""

    screen: float
    last_viewer: float


class Listener:
    """A viewer that notes when each number of the bell arrived."""

    def __init__(self, desk: Desk, key: str) -> None:
        self.heard: dict[int, float] = {}
        self._request = urllib.request.Request(
            f"{desk.url}/api/incidents/{key}/bell?after=0",
            headers={"Authorization": f"Bearer {desk.token}", "Accept": "text/event-stream"},
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with urllib.request.urlopen(self._request, timeout=120) as stream:
            for line in stream:
                if line.startswith(b"data: ") and line[6:].strip().isdigit():
                    self.heard.setdefault(int(line[6:]), time.time())


def measure(desk: Desk, page_of: object) -> Fanout:
    """`page_of` opens an incident in a browser that is logged in, and returns the page."""
    desk.publish("fanout", [f"Step {n}" for n in range(1, TICKS + 2)])
    key = desk.declare("fanout")
    viewers = [Listener(desk, key) for _ in range(VIEWERS - 1)]
    page = page_of(key)  # type: ignore[operator]
    page.evaluate(WATCH)
    time.sleep(1)
    screen, last = [], []
    for number in range(1, TICKS + 1):
        begun = time.time()
        desk.tick(key, number)
        time.sleep(0.4)
        screen.append(page.evaluate("window.seen") / 1000 - begun)
        heard = [max(v.heard.values(), default=0.0) for v in viewers]
        last.append(max(heard) - begun)
    return Fanout(statistics.median(screen) * 1000, statistics.median(last) * 1000)
