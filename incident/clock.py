"""The only place that asks what time it is."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Counts on while the machine sleeps, where there is such a clock.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_offset_file: Path | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    moment = datetime.now(UTC)
    return moment if _offset_file is None else moment + _offset(_offset_file)


def steady() -> float:
    """Seconds that only ever pass: nobody sets this clock."""
    return time.clock_gettime(_STEADY)


def go_wrong_by(file: Path) -> None:
    """For tests with real processes: from here on `now` is off by the seconds that `file` holds."""
    global _offset_file
    _offset_file = file


def _offset(file: Path) -> timedelta:
    """None while there is no such file, or while it is being written."""
    try:
        return timedelta(seconds=float(file.read_text()))
    except (FileNotFoundError, ValueError):
        return timedelta()
