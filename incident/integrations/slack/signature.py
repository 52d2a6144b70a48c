"""Whether a request was signed by Slack, with a secret of ours, just now."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

WINDOW = 300

_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def verify(
    headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...], now: datetime
) -> bool:
    """Never raises: whatever a stranger sends is only ever not signed.

    `body` is the raw body. There are two secrets while one is being rotated.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    timestamp = lowered.get("x-slack-request-timestamp", "")
    signature = lowered.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not signature.isascii():
        return False
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        return False
    signed = f"v0:{timestamp}:".encode() + body
    return any([_same(secret, signed, signature) for secret in secrets if secret])


def _same(secret: str, signed: bytes, signature: str) -> bool:
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={expected}".encode(), signature.encode())
