"""How a token is written, and the hash that is all we keep of it."""

import re
from hashlib import sha256
from hmac import compare_digest

WRITTEN = re.compile(r"ic_(\d{1,9})_([A-Za-z0-9_-]{43})", re.ASCII)


def hashed(secret: str) -> str:
    """A plain hash is enough: the secret is 256 random bits, and nobody can guess at those."""
    return sha256(secret.encode()).hexdigest()


def written(token_id: int, secret: str) -> str:
    return f"ic_{token_id}_{secret}"


def read(text: str) -> tuple[int, str] | None:
    """The id and the secret in a token, or None if it is not one of ours."""
    found = WRITTEN.fullmatch(text)
    return (int(found[1]), found[2]) if found else None


def matches(secret: str, secret_hash: str) -> bool:
    return compare_digest(hashed(secret), secret_hash)
