"""`make screens`: takes every picture of docs/screens anew, wide and phone, light and dark."""

import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import Response
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from werkzeug.http import http_date

import incident.clock
from tests.browser import slack_pictures
from tests.browser.chromium import launch
from tests.browser.desk import Desk, a_desk
from tests.browser.pictures import SCENES, Picture, Scene
from tests.browser.smaller import write_small

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
LARGEST = 150_000


def main(wanted: list[str]) -> None:
    """All of them, or those whose names are given."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for scene in (*SCENES, *slack_pictures.SCENES):
            pictures = [p for p in scene.pictures if not wanted or p.name in wanted]
            for dark, phone in ((0, 0), (1, 0), (0, 1), (1, 1)):
                if pictures:
                    _visit(browser, scene, pictures, dark=bool(dark), phone=bool(phone))
        browser.close()


def _visit(
    browser: Browser, scene: Scene, pictures: list[Picture], *, dark: bool, phone: bool
) -> None:
    """A fresh desk for each look: what one picture changes, the next does not see."""
    with _desk(scene) as desk:
        for picture in pictures:
            name = f"{picture.name}-{'dark' if dark else 'light'}-{390 if phone else 1360}.png"
            context = desk.look(browser, picture.who, role=picture.role, phone=phone, dark=dark)
            context.clock.set_fixed_time(scene.now)
            _take(context, desk, picture, FOLDER / name)
            context.close()


def _take(context: BrowserContext, desk: Desk, picture: Picture, path: Path) -> None:
    page = context.new_page()
    page.goto(picture.address)
    if page.locator("live-incident").count():
        expect(page.locator("[data-state]:visible").first).to_have_text("● Live")
    picture.prepare(page, desk)
    png = page.screenshot(animations="disabled", caret="hide")
    page.goto("about:blank")
    write_small(page, png, path)
    _tell(path)


def _tell(path: Path) -> None:
    size = path.stat().st_size
    print(f"{path.name:<44}{size / 1000:6.0f} kB{'  TOO LARGE' if size > LARGEST else ''}")


@contextmanager
def _desk(scene: Scene) -> Iterator[Desk]:
    """The desk of a scene, on which it is always the same moment."""
    incident.clock.now = lambda: scene.now
    with (
        tempfile.TemporaryDirectory() as folder,
        a_desk(Path(folder), scene.build, **scene.settings) as desk,
    ):
        desk.app.after_request(lambda response: _dated(response, scene.now))
        yield desk


def _dated(response: Response, now: datetime) -> Response:
    """Screens take the time from the server: it has to tell the time of the scene."""
    response.headers["Date"] = http_date(now)
    return response


if __name__ == "__main__":
    main(sys.argv[1:])
