"""The browser's door. A view parses, calls one service, and redirects or renders."""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

from incident.web import (
    accounts,
    assets,
    errors,
    filters,
    guard,
    headers,
    links,
    logins,
    people,
    profile,
    settings,
    slack_rules,
    targets,
    tokens,
)

ROOMS = (accounts, links, logins, profile, settings, slack_rules, targets, tokens)
LATER = (
    "bell",
    "checklists",
    "effects",
    "incidents",
    "pages",
    "retros",
    "roles",
    "runs",
    "standing",
    "steps",
    "timeline",
)


def hang(app: Flask) -> None:
    """First what every answer carries, then who may come in, then the rooms."""
    headers.hang(app)
    people.hang(app)
    guard.hang(app)
    errors.hang(app)
    assets.hang(app)
    filters.hang(app)
    for room in ROOMS:
        app.register_blueprint(room.bp)
    for name in LATER:
        if find_spec(f"incident.web.{name}"):
            app.register_blueprint(import_module(f"incident.web.{name}").bp)
