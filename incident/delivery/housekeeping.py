"""What nobody will ask for again is thrown away, now and then."""

from datetime import datetime, timedelta

from incident.storage import answers, paces, signals
from incident.storage.db import transaction

EVERY = timedelta(hours=1)
ANSWERS_LAST = timedelta(days=2)
SIGNALS_LAST = timedelta(days=30)
PACES_LAST = timedelta(hours=1)


def tidy(now: datetime) -> None:
    """Answers for repeated requests, messages that called for nothing, paces of the past."""
    with transaction() as session:
        answers.sweep(session, now - ANSWERS_LAST)
        signals.sweep(session, now - SIGNALS_LAST)
        paces.sweep(session, now - PACES_LAST)
