"""The configuration of the app that serves this request, with its type."""

from flask import current_app

from config import Config


def config() -> Config:
    found: Config = current_app.config["DESK"]
    return found
