"""The browser's door. A view parses, calls one service, and redirects or renders."""

from flask import Flask

from incident.web import (
    accounts,
    assets,
    bell,
    channels,
    checklists,
    chip,
    effects,
    errors,
    filters,
    guard,
    headers,
    incidents,
    links,
    logins,
    members,
    pagerduty,
    pages,
    people,
    profile,
    retros,
    roles,
    runs,
    settings,
    slack,
    slack_rules,
    slack_wishes,
    standing,
    steps,
    targets,
    timeline,
    tokens,
    updates,
    visits,
)

ROOMS = (
    accounts,
    bell,
    channels,
    checklists,
    effects,
    incidents,
    links,
    logins,
    members,
    pagerduty,
    pages,
    profile,
    retros,
    roles,
    runs,
    settings,
    slack,
    slack_rules,
    slack_wishes,
    standing,
    steps,
    targets,
    timeline,
    tokens,
    updates,
    visits,
)


def hang(app: Flask) -> None:
    """First what every answer carries, then who may come in, then the rooms."""
    headers.hang(app)
    people.hang(app)
    guard.hang(app)
    errors.hang(app)
    assets.hang(app)
    filters.hang(app)
    chip.hang(app)
    for room in ROOMS:
        app.register_blueprint(room.bp)
