"""The front of the house: builds the Flask app and hangs its doors."""

from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from config import Config
from incident import api, slack, web
from incident.storage import db, sealed

LARGEST_BODY = 1024 * 1024
LARGEST_NUMBER = 2**31 - 1
LONGEST_LOGIN = timedelta(days=30)


class RowNumber(IntegerConverter):
    """A number in an address that a column can hold; a larger one is simply not there."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_NUMBER, **kwargs})


def create_app(config: Config | None = None) -> Flask:
    config = config or Config()
    app = Flask(__name__)
    app.config["DESK"] = config
    key = sealed.find_key(config.secret_key, config.secret_key_file)
    sealed.use(key)
    db.connect(config.database_url)
    _shape_requests(app, config)
    _make_cookies(app, config, sealed.parts(key))
    _hang_own_doors(app)
    web.hang(app)
    return app


def _shape_requests(app: Flask, config: Config) -> None:
    """A proxy's word for the caller's address counts only as far as proxies are trusted."""
    app.url_map.converters["int"] = RowNumber
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]


def _make_cookies(app: Flask, config: Config, keys: tuple[str, ...]) -> None:
    newest, *older = [sealed.derived(key, "cookies").hex() for key in keys]
    app.secret_key = newest
    app.config["SECRET_KEY_FALLBACKS"] = older
    app.config.update(
        SESSION_COOKIE_NAME="__Host-ic_session" if config.secure else "ic_session",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LONGEST_LOGIN,
    )


def _hang_own_doors(app: Flask) -> None:
    """API and Slack let their own callers in, by token and signature, never by cookie."""
    before = set(app.view_functions)
    api.hang(app)
    slack.hang(app)
    app.extensions["own_doors"] = set(app.view_functions) - before
