"""Door. The terminal: serves, migrates, and does what an operator asks for.

A command says what it did in one line. When it cannot, it says why in one sentence, and the
exit status is 2.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from incident.cli.arguments import read


def main(argv: Sequence[str] | None = None) -> int:
    """Each command's module is imported when it is asked for: a quick start, a small process."""
    asked = read(sys.argv[1:] if argv is None else argv)
    try:
        command = getattr(import_module(f"incident.cli.{asked.module}"), asked.function)
        status: int | None = command(asked)
    except KeyboardInterrupt:
        return 130
    except _failures() as error:
        print(f"incident: {_sentence(error)}", file=sys.stderr)
        return 2
    return status or 0


def _failures() -> tuple[type[Exception], ...]:
    """What may go wrong without being a bug. Asked for only when something did."""
    from sqlalchemy.exc import SQLAlchemyError

    from incident.cli.desk import CannotDo
    from incident.rules.outcome import NotAllowed
    from incident.storage.sealed import Unreadable

    return CannotDo, NotAllowed, Unreadable, SQLAlchemyError, OSError, ValueError


def _sentence(error: Exception) -> str:
    """The first line is the sentence; what libraries say below it is for bug reports."""
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, ValidationError):
        wrong = (f"{e['loc'][0]}".upper() + f": {e['msg']}" for e in error.errors())
        return "; ".join(wrong)
    if isinstance(error, DBAPIError):
        return f"The database does not answer: {_first_line(error.orig)}"
    return _first_line(error)


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
