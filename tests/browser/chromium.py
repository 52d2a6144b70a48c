"""A Chromium, and the app served to it, for tests that need a real screen."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Browser, Playwright
from werkzeug.serving import make_server

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, PHONE = {"width": 1360, "height": 1000}, {"width": 390, "height": 844}


def launch(playwright: Playwright) -> Browser:
    """The machine's own Chromium, headless."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError("The browser tests need Chromium: run `make setup` first.")
    return playwright.chromium.launch(executable_path=found, args=list(QUIET))


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the app on a free port of 127.0.0.1; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
