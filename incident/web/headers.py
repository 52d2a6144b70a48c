"""What every answer tells the browser it may and may not do."""

from flask import Flask, Response

from incident.web.desk import config

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ONE_YEAR = "max-age=31536000"


def hang(app: Flask) -> None:
    app.after_request(harden)


def harden(response: Response) -> Response:
    """A page is nobody's to keep; only what says otherwise itself may be cached."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if config().secure:
        response.headers["Strict-Transport-Security"] = ONE_YEAR
    response.headers.setdefault("Cache-Control", "no-store")
    return response
