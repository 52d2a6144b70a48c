"""Passwords become argon2id hashes here, at most two at a time: each takes 64 MiB."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from incident.rules import passwords as rules
from incident.rules.fields import refuse
from incident.rules.outcome import NotAllowed

AT_ONCE = 2
PATIENCE = 4.0


class Hasher:
    """Hashes and verifies. A person who is not there costs the same time as one who is."""

    def __init__(self, *, time_cost: int = 3, memory_cost: int = 64 * 1024) -> None:
        self._argon = PasswordHasher(
            time_cost=time_cost, memory_cost=memory_cost, parallelism=1, hash_len=32, salt_len=16
        )
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._argon.hash("nobody has this password")

    def hash(self, password: str) -> str:
        with self._turn():
            return self._argon.hash(password)

    def fits(self, password: str, password_hash: str) -> bool:
        """Whether it is the password. An empty hash is nobody's, and takes as long."""
        with self._turn():
            try:
                self._argon.verify(password_hash or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return bool(password_hash)

    def outdated(self, password_hash: str) -> bool:
        """Whether it was made with weaker settings than today's."""
        return self._argon.check_needs_rehash(password_hash)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Whoever floods us with log-ins must not keep every thread waiting here."""
        if not self._room.acquire(timeout=PATIENCE):
            raise NotAllowed("Too many people are logging in just now. Try again in 10 seconds.")
        try:
            yield
        finally:
            self._room.release()


_hasher: Hasher | None = None


def use(hasher: Hasher) -> None:
    """Hash with this one from now on."""
    global _hasher
    _hasher = hasher


def hasher() -> Hasher:
    """The one in use; made when it is first needed, for making it takes a hash's time."""
    global _hasher
    if _hasher is None:
        _hasher = Hasher()
    return _hasher


def made(password: str, *, known: Iterable[str] = (), field: str = "password") -> str:
    """The hash of a new password, or a refusal that says what is wrong with it."""
    refuse({field: rules.problem(password, known=known)})
    return hasher().hash(password)
