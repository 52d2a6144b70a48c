"""What somebody typed into a form that could not be saved just now, kept until it can be."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import request

from incident.web.desk import config

OURS = ("csrf_token", "kept", "send_to", "next")
SECRET = ("password", "secret", "routing_key", "token")


def typed() -> str:
    """The fields of this request, written as one. Secrets are not kept, nor a stranger's form."""
    if not from_our_page() or request.files:
        return ""
    return urlencode([pair for pair in request.form.items(multi=True) if _may_keep(pair[0])])


def lost_a_secret() -> bool:
    """Whether the form held something that must be typed again."""
    return any(name not in OURS and not _may_keep(name) for name in request.form)


def fields(kept: str) -> list[tuple[str, str]]:
    return parse_qsl(kept, keep_blank_values=True, max_num_fields=200)


def from_our_page() -> bool:
    """Whether the browser says that this form stood on a page of ours."""
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and origin.netloc in (
        request.host,
        urlsplit(config().public_url).netloc,
    )


def _may_keep(name: str) -> bool:
    return name not in OURS and not any(word in name for word in SECRET)
