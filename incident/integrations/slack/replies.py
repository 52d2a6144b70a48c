"""Answers that only whoever asked can see: as Slack's message, and sent to where it asked from."""

import json
import re
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from incident.integrations.slack import blocks
from incident.integrations.slack.payload import Object
from incident.rules.dialogs import Reply

# Slack's own; where SLACK_API_URL leads elsewhere, that host too.
HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
SECONDS = 3
ANSWER_SIZE = 10_000

# Or what is a link already: a key in there is part of somebody's address.
_KEY = re.compile(r"<[^<>]*>|(?<![\w/|-])INC-[0-9]{1,9}\b")


def answer(reply: Reply, public_url: str = "") -> dict[str, Any]:
    """Seen by nobody else, and gone when they reload. Each incident in it is a link."""
    found = blocks.blocks(reply.text, buttons=reply.buttons)
    return {
        "response_type": "ephemeral",
        "text": blocks.fallback(reply.text),
        "blocks": [_linked(block, public_url) for block in found],
    }


def may_be_sent_to(url: str, api_url: str) -> bool:
    """Whether Slack can have named this address. Anything else is never asked for."""
    try:
        named, known = urlsplit(url), urlsplit(api_url)
        if named.username is not None or named.password is not None:
            return False
        if named.scheme == "https" and named.hostname in HOSTS and named.port in (None, 443):
            return True
        return bool(named.hostname) and _origin(named) == _origin(known)
    except ValueError:
        return False


def send(url: str, body: Mapping[str, Any]) -> bool:
    """Whether Slack took the answer. It follows no redirect, and does not wait for long."""
    from incident.integrations.slack.web import trust

    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(context=trust())):
        opener.add_handler(handler)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    request = Request(url, json.dumps(body).encode(), headers)  # noqa: S310 (checked by may_be_sent_to)
    try:
        with opener.open(request, timeout=SECONDS) as answered:
            answered.read(ANSWER_SIZE)
            return bool(200 <= answered.status < 300)
    except (OSError, HTTPException, ValueError):
        return False


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    usual = {"https": 443, "http": 80}.get(address.scheme)
    return address.scheme, address.hostname, address.port or usual


def _linked(block: blocks.Block, public_url: str) -> blocks.Block:
    words: Object = block.get("text") or {}
    if block["type"] != "section" or not public_url.startswith(("https://", "http://")):
        return block
    said = _KEY.sub(lambda found: _link(found[0], public_url), words["text"])
    if blocks.size(said) > blocks.SECTION_LENGTH:
        return block
    return {**block, "text": {**words, "text": said}}


def _link(found: str, public_url: str) -> str:
    return found if found.startswith("<") else f"<{public_url}/incidents/{found}|{found}>"
