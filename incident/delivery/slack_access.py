"""What opens Slack to us at this moment, whether the environment gave it or an admin typed it."""

from collections.abc import Callable
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from config import Config
from incident import clock
from incident.services import connections
from incident.services.connections import SlackAccess
from incident.storage import sealed
from incident.storage.db import reading

GOOD_FOR = 2.0
ASKED_ANEW_AFTER = 0.5


class Known:
    """Remembers it for a moment, so that a thousand messages do not ask a thousand times.

    Many threads may share one. While the database is away, what was known last still counts.
    """

    def __init__(self, config: Config, *, steady: Callable[[], float] = clock.steady) -> None:
        self._config, self._steady = config, steady
        self._lock = Lock()
        self._access: SlackAccess | None = None
        self._read_at = 0.0

    def now(self) -> SlackAccess:
        """At most GOOD_FOR seconds old."""
        return self._not_older_than(GOOD_FOR)

    def anew(self) -> SlackAccess:
        """For whom the last answer did not serve: a secret may have been typed just now. A
        stranger with a thousand bad signatures makes us ask only twice a second."""
        return self._not_older_than(ASKED_ANEW_AFTER)

    def _not_older_than(self, seconds: float) -> SlackAccess:
        with self._lock:
            if self._access is None or self._steady() - self._read_at >= seconds:
                self._access, self._read_at = self._read(), self._steady()
            return self._access

    def _read(self) -> SlackAccess:
        try:
            return access_of(self._config)
        except (SQLAlchemyError, OSError):
            return self._access or given_by(self._config)


def access_of(config: Config) -> SlackAccess:
    """What counts from now on. A secret that cannot be unsealed any more counts as none."""
    try:
        with reading() as session:
            return connections.slack(session, config)
    except sealed.Unreadable:
        return given_by(config)


def given_by(config: Config) -> SlackAccess:
    """What the environment alone gives."""
    return SlackAccess(config.slack_bot_token, config.slack_app_token, config.signing_secrets)
