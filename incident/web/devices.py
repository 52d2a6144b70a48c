"""What a browser calls itself, in words that its owner recognises; and the mark it is given.

The mark tells a browser that somebody has logged in with before from one that nobody knows:
tries from elsewhere never make a known browser wait. It opens nothing.
"""

import re
import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from incident.services.logins import Caller
from incident.web.desk import config

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("FxiOS/", "Firefox"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
YEAR = 365 * 24 * 3600


def caller() -> Caller:
    """Who knocks."""
    mark, person_id = _mark()
    return Caller(
        address=request.remote_addr or "",
        browser=named(request.user_agent.string),
        device=mark,
        device_of=person_id,
    )


def named(agent: str) -> str:
    """Firefox on Linux; for what we do not know, its own first word."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or re.split(r"[\s/]", agent[:40])[0] or "Unknown browser"


def remember(response: Response, person_id: int) -> None:
    """Give this browser a mark of its own, for this person."""
    response.set_cookie(
        _cookie(),
        _signer().dumps([person_id, secrets.token_hex(8)]),
        max_age=YEAR,
        secure=config().secure,
        httponly=True,
        samesite="Lax",
    )


def _mark() -> tuple[str, int | None]:
    try:
        person_id, mark = _signer().loads(request.cookies.get(_cookie(), ""))
    except (BadSignature, ValueError, TypeError):
        return "", None
    return str(mark), int(person_id)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="device")


def _cookie() -> str:
    return "__Host-ic_device" if config().secure else "ic_device"
