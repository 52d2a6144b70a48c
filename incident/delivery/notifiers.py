"""Which notifier sends for which integration. Each sending thread makes its own."""

from collections.abc import Callable, Mapping

from config import Config
from incident.delivery.slack_access import Known
from incident.integrations.notifier import Notifier, Unconnected
from incident.services import connections
from incident.storage import sealed
from incident.storage.db import reading

Make = Callable[[], Notifier]


def notifiers_for(config: Config) -> Mapping[str, Make]:
    """How to make each of them. What is not connected is told so, loudly, for every message."""
    return {
        "pagerduty": lambda: _pagerduty(config),
        "slack": lambda: _slack(config),
        "email": lambda: _email(config) if config.smtp_url else Unconnected("E-mail"),
    }


def _pagerduty(config: Config) -> Notifier:
    """Always there: the routing key comes with each page."""
    from incident.integrations.pagerduty.in_person import Access
    from incident.integrations.pagerduty.notifier import PagerDuty

    def access() -> Access:
        """What an admin typed counts from the next message on; pages go out without it too."""
        try:
            with reading() as session:
                found = connections.pagerduty(session, config)
        except sealed.Unreadable:
            return Access()
        return Access(found.token, found.sender)

    return PagerDuty(config.pagerduty_events_url, api_url=config.pagerduty_api_url, access=access)


def _slack(config: Config) -> Notifier:
    """Always there, too: a token may be typed at any time."""
    from incident.integrations.slack.notifier import Slack

    known = Known(config)
    return Slack(config.slack_api_url, lambda: known.now().bot_token)


def _email(config: Config) -> Notifier:
    from incident.integrations.email.notifier import Email

    return Email(config.smtp_url)
