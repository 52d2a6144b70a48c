"""Hears what pages complain of: errors on the console, exceptions, policies that were broken."""

from typing import Any

from playwright.sync_api import Page


class Ears:
    """A test fails when a page complained of anything that the test did not announce.

    `expect("status of 409")` announces a complaint by some of its words.
    """

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def listen_to(self, page: Page) -> None:
        page.on("console", self._hear_console)
        page.on("pageerror", lambda error: self.heard.append(f"exception: {error}"))

    def expect(self, words: str) -> None:
        self.expected.append(words)

    @property
    def complaints(self) -> list[str]:
        return [said for said in self.heard if not any(words in said for words in self.expected)]

    def _hear_console(self, message: Any) -> None:
        if message.type == "error":
            self.heard.append(f"{message.text} ({message.location.get('url', '')})")
