"""The manifest of our Slack app, against the one that Slack's own types have passed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.held import Held
from incident.rules import slack_manifest as rules

DESK = "https://desk.example"
# How long each text may be, by where it stands.
LONGEST = {
    "display_information.name": 35,
    "display_information.description": 140,
    "features.bot_user.display_name": 80,
    "features.shortcuts.name": 24,
    "features.shortcuts.callback_id": 255,
    "features.shortcuts.description": 150,
    "features.slash_commands.command": 32,
    "features.slash_commands.description": 2000,
    "features.slash_commands.usage_hint": 1000,
}
MOST = {
    "features.shortcuts": 10,
    "features.slash_commands": 50,
    "settings.event_subscriptions.bot_events": 100,
    "oauth_config.scopes.bot": 255,
}
# Slack has it, and neither a sample nor a manifest with it lies beside us.
UNPUBLISHED = {"group_rename"}
Json = Any


def hold(published: Path, root: Path) -> Held:
    held = Held()
    for by_socket in (True, False):
        ours = rules.manifest(DESK, by_socket=by_socket)
        _hold_the_shape(held, ours, _read(published / "slack_manifest.json"))
        _hold_the_limits(held, ours)
        _hold_the_names(held, ours, published)
    _hold_the_page(held, root)
    return held


def _hold_the_shape(held: Held, ours: Json, proven: Json) -> None:
    """Nothing stands where Slack knows nothing of it, and each thing is of its kind."""
    kinds = {path: type(value) for path, value in _everything(proven)}
    for path, value in _everything(ours):
        right = kinds.get(path) is type(value)
        held.point(right, f"manifest: {path} is unknown, or no {type(value).__name__}")


def _hold_the_limits(held: Held, ours: Json) -> None:
    for path, value in _everything(ours):
        if path in LONGEST:
            held.point(0 < len(value) <= LONGEST[path], f"manifest: {path} is too long: {value}")
        if path in MOST:
            held.point(len(value) <= MOST[path], f"manifest: {path} has {len(value)} entries")
    bot = ours["features"]["bot_user"]["display_name"]
    held.point(bool(re.fullmatch(r"[a-z0-9._-]+", bot)), f"manifest: no bot may be called {bot}")
    colour = ours["display_information"]["background_color"]
    held.point(bool(re.fullmatch(r"#[0-9a-f]{6}", colour)), f"manifest: {colour} is no colour")


def _hold_the_names(held: Held, ours: Json, published: Path) -> None:
    """Every scope and every event is one that Slack has."""
    proven = _read(published / "slack_manifest.json")
    methods = [_read(path) for path in sorted((published / "slack-methods").glob("*.*.json"))]
    scopes = {each["name"] for one in methods for each in one.get("scopes", {}).get("bot", [])}
    scopes |= set(proven["oauth_config"]["scopes"]["bot"])
    events = set(proven["settings"]["event_subscriptions"]["bot_events"])
    for path in sorted((published / "slack-events").glob("*.json")):
        events.add(_read(path).get("event", {}).get("type", ""))
    asked = set(ours["oauth_config"]["scopes"]["bot"])
    heard = set(ours["settings"]["event_subscriptions"]["bot_events"])
    held.point(asked <= scopes, f"manifest: Slack has no scope {sorted(asked - scopes)}")
    strange = sorted(heard - events - UNPUBLISHED)
    held.point(not strange, f"manifest: Slack has no event {strange}")


def _hold_the_page(held: Held, root: Path) -> None:
    """What our documentation has people paste is what the desk would show them."""
    page = (root / "docs" / "integrations" / "slack.md").read_text()
    shown = json.loads(page.partition("```json")[2].partition("```")[0])
    right = shown == rules.manifest(DESK, by_socket=False)
    held.point(right, "manifest: docs/integrations/slack.md shows another one")


def _everything(value: Json, above: str = "") -> Iterator[tuple[str, Json]]:
    """Each thing in it, with where it stands; what is in a list stands where the list does."""
    if above:
        yield above, value
    for each in value if isinstance(value, list) else (value,):
        for name, inner in each.items() if isinstance(each, dict) else ():
            yield from _everything(inner, f"{above}.{name}" if above else name)


def _read(path: Path) -> Json:
    return json.loads(path.read_text())
