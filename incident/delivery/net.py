"""The last net: a bug ends one delivery or one timer, never the thread that carries them."""

import logging
from types import TracebackType
from typing import Self

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

log = logging.getLogger(__name__)


class Net:
    """`with Net("delivery 7") as net:` logs what falls into it and goes on after the block."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.caught: Exception | None = None
        self.is_outage = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.caught = error
        self.is_outage = isinstance(error, (OperationalError, InterfaceError, PoolTimeout))
        if self.is_outage:
            log.warning("%s failed: the database does not answer: %s", self._what, error)
        else:
            log.error("%s failed", self._what, exc_info=error)
        return True
