"""What Slack can be asked to do: one function for each action of a delivery."""

from collections.abc import Callable, Mapping

from incident.integrations.notifier import Message, NotSent, Refused, Result
from incident.integrations.slack import channels, fetches, posts
from incident.integrations.slack.client import Client

Act = Callable[[Client, Message], Result]

ACTS: Mapping[str, Act] = {
    "post": posts.post,
    "update": posts.update,
    "fetch_message": fetches.message,
    "create_channel": channels.create,
    "use_channel": channels.use,
    "invite_members": channels.invite,
    "set_topic": channels.set_topic,
    "set_bookmark": channels.bookmark,
    "pin_card": channels.pin,
    "archive_channel": channels.archive,
    "mark_message": fetches.mark,
}


class Slack:
    """One for each thread that sends. Slack has no key that makes a second post harmless, so
    after an attempt that may have worked the channel is read before anything is posted again.

    `token` may be asked for, before each message: an admin may have typed it just now.
    """

    def __init__(
        self,
        api_url: str,
        token: str | Callable[[], str],
        *,
        connect_timeout: float = 3,
        read_timeout: float = 4,
    ) -> None:
        self._api_url, self._token = api_url, token
        self._timeouts = {"connect_timeout": connect_timeout, "read_timeout": read_timeout}
        self._client: Client | None = None

    def send(self, message: Message) -> Result:
        token = self._token if isinstance(self._token, str) else self._token()
        if not token:
            return NotSent("Slack is not connected")
        act = ACTS.get(message.action)
        if act is None:
            return Refused(f"Slack cannot be asked to {message.action.replace('_', ' ')}")
        client = self._client = Client(self._api_url, token, **self._timeouts)
        return act(client, message)

    def close(self) -> None:
        if self._client is not None:
            self._client.hang_up()
