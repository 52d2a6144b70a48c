"""Secrets at rest: what we must be able to read again is stored encrypted.

The key is `SECRET_KEY`, or the file that is made on the first run. It may be several, the new one
first, separated by commas: the first seals, all of them open. Losing it loses the routing keys.
"""

import base64
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from hmac import digest
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

SHORTEST = 32

_box: MultiFernet | None = None


class Unreadable(Exception):
    """A secret, or the key itself, cannot be read. The message says what to do."""


def find_key(given: str, file: Path) -> str:
    """The key of this installation: the one `given`, else the one in `file`, made if absent."""
    key = given.strip() or _read_or_make(file).strip()
    if not parts(key) or any(_weak(part) for part in parts(key)):
        raise Unreadable(
            f"SECRET_KEY must be {SHORTEST} or more characters that nobody can guess, without "
            "commas. Leave it out, and one is made for you."
        )
    return key


def use(key: str) -> None:
    """Seal with (the first part of) this key from now on."""
    global _box
    boxes = [Fernet(base64.urlsafe_b64encode(derived(part, "seal"))) for part in parts(key)]
    _box = MultiFernet(boxes)


def parts(key: str) -> tuple[str, ...]:
    """The keys in a key, newest first: there are several while one is being replaced."""
    return tuple(part.strip() for part in key.replace("\n", ",").split(",") if part.strip())


def derived(key: str, purpose: str) -> bytes:
    """32 bytes for one purpose, so that a leak of one use says nothing about another."""
    return digest(key.encode(), purpose.encode(), sha256)


def seal(text: str) -> str:
    return _ready().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    try:
        return _ready().decrypt(text.encode()).decode()
    except InvalidToken:
        raise Unreadable(
            "A stored secret was sealed with another SECRET_KEY. Put the old key back, "
            "or enter the secret again in Settings."
        ) from None


def _weak(key: str) -> bool:
    return len(key) < SHORTEST or len(set(key)) < 8


def _read_or_make(file: Path) -> str:
    try:
        if not file.exists():
            _make(file)
        return file.read_text()
    except OSError as error:
        raise Unreadable(f"The key in {file} cannot be read or made: {error.strerror}.") from None


def _make(file: Path) -> None:
    """Whole or not at all, and once: of two processes that start together, one makes it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as written:
        written.write(secrets.token_urlsafe(48) + "\n")
        written.flush()
        os.fsync(descriptor)
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def _ready() -> MultiFernet:
    if _box is None:
        raise Unreadable("No key is in use yet: call sealed.use first.")
    return _box
