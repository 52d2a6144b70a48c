"""Slack's door: messages and pressed buttons, signed by Slack, answered at once."""

from flask import Flask

from incident.slack import actions, events


def hang(app: Flask) -> None:
    app.register_blueprint(events.bp)
    app.register_blueprint(actions.bp)
