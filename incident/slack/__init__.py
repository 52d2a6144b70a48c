"""Slack's door: messages, commands, buttons and dialogs, signed by Slack, answered at once."""

from flask import Flask

from incident.delivery.asides import ASIDES
from incident.slack import actions, commands, events


def hang(app: Flask) -> None:
    ASIDES.serve(app.config["DESK"])
    app.register_blueprint(events.bp)
    app.register_blueprint(actions.bp)
    app.register_blueprint(commands.bp)
