"""Reads what was said in a channel, and tells it as Slack would have told it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from incident.integrations.slack import errors
from incident.integrations.slack.client import PAGE_LENGTH, Answer, Client
from incident.integrations.slack.payload import Object, part, parts, text

PAGES = 100
A_MOMENT = timedelta(seconds=1)
TOO_MANY = "too_many_messages"

# Rests as long as Slack asks for, or says that there is no time for that.
Wait = Callable[[timedelta], bool]


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are in this workspace, so that we never answer ourselves.

    `home` is whose the app is, where `team` is what Slack's events name instead.
    """

    team: str
    member: str
    bot: str
    home: str = ""

    def named(self, teams: Sequence[str]) -> "Us":
        """By the name of our workspace that Slack's own events use, if it is another."""
        if not teams or self.team in teams:
            return self
        return replace(self, team=teams[0], home=self.home or self.team)


@dataclass(frozen=True, slots=True)
class Thread:
    """By its first message, with the moment of the last answer. `only` is who answered, if it was
    always the same one."""

    root: str
    latest: str
    only: str = ""

    @classmethod
    def of(cls, root: Object) -> "Thread":
        users, only = root.get("reply_users"), ""
        if isinstance(users, list) and len(users) == root.get("reply_users_count") == 1:
            only = str(users[0])
        return cls(_ts(root), text(root, "latest_reply"), only)


@dataclass(slots=True)
class History:
    """`refusal` is why reading ended before everything was read, None if it did not. `threads`
    are those in which somebody answered lately, if they were asked for."""

    messages: list[Object] = field(default_factory=list)
    refusal: Answer | None = None
    threads: list[Thread] = field(default_factory=list)


def whoami(client: Client, *, wait: Wait) -> Us | Answer:
    answer = _patiently(client, "auth.test", wait)
    if not answer.ok:
        return answer
    return Us(
        text(answer.data, "team_id"), text(answer.data, "user_id"), text(answer.data, "bot_id")
    )


def read(
    client: Client,
    channel: str,
    *,
    since: str,
    until: str = "",
    wait: Wait,
) -> History:
    """What stands in the channel itself, oldest first; replies in threads are not among it.

    `wait` rests as long as Slack asks for, or says that there is no time for that. A public
    channel that we are not in is joined, once.
    """
    history = History()
    asked = {"channel": channel, "oldest": since, "latest": until or None}
    for answer in _pages(client, "conversations.history", asked, wait):
        if not answer.ok:
            history.refusal = answer
        history.messages += parts(answer.data, "messages")
    history.messages.sort(key=_ts)
    return history


def read_with_threads(
    client: Client, channel: str, *, since: str, back: str, wait: Wait
) -> History:
    """The same, and in which threads somebody answered since. They are looked for as far back as
    `back`, which is earlier, among as many messages as Slack gives at once.

    Slack is told no bounds: only then is it sure that it gives the newest first.
    """
    history, roots = History(), list[Object]()
    for answer in _pages(client, "conversations.history", {"channel": channel}, wait):
        if not answer.ok:
            history.refusal = answer
        found = parts(answer.data, "messages")
        history.messages += [one for one in found if _ts(one) > since]
        roots += [one for one in found if _ts(one) > back and text(one, "latest_reply") > since]
        if any(_ts(one) <= since for one in found):
            break
    history.messages.sort(key=_ts)
    history.threads = [Thread.of(root) for root in roots]
    return history


def replies(client: Client, channel: str, root: str, *, since: str, wait: Wait) -> History:
    """What was answered in a thread since then, oldest first. Nothing, if there is none now."""
    history = History()
    asked = {"channel": channel, "ts": root, "oldest": since}
    for answer in _pages(client, "conversations.replies", asked, wait):
        if not answer.ok and answer.error != "thread_not_found":
            history.refusal = answer
        found = parts(answer.data, "messages")
        history.messages += [one for one in found if text(one, "ts") > max(since, root)]
    history.messages.sort(key=_ts)
    return history


def is_shared(client: Client, channel: str, *, wait: Wait) -> bool | Answer:
    """Whether another company is in it. An answer instead: Slack asks for a pause, and nobody can
    be judged yet. Where it stumbles or may not say so, nobody is a stranger: rather a page too
    many than a cry that nobody hears."""
    answer = _patiently(client, "conversations.info", wait, channel=channel)
    if answer.error in errors.CROWDED:
        return answer
    return part(answer.data, "channel").get("is_ext_shared") is True


def as_event(message: Object, *, channel: str, name: str, us: Us, shared: bool) -> dict[str, Any]:
    """The envelope in which Slack would have told this message."""
    return _envelope({**message, "channel": channel}, name=name, us=us, shared=shared)


def as_change(message: Object, *, channel: str, name: str, us: Us, shared: bool) -> dict[str, Any]:
    """The same for its last change, of which we know only how it reads now."""
    at = text(part(message, "edited"), "ts")
    change = {
        "type": "message",
        "subtype": "message_changed",
        "channel": channel,
        "ts": at,
        "message": dict(message),
    }
    return _envelope(change, name=name, us=us, shared=shared)


def why(answer: Answer, channel: str) -> str:
    """Why the channel was not read to its end, as a sentence."""
    if answer.error == TOO_MANY:
        most = PAGES * PAGE_LENGTH
        return f"More than {most} messages were written in {channel}: only the newest were read."
    if answer.error in errors.CROWDED:
        return f"Slack asks for a pause before {channel} is read."
    return f"{channel} could not be read: {errors.read(answer, channel).reason}."


def _patiently(client: Client, method: str, wait: Wait, **arguments: str) -> Answer:
    """As often as Slack asks us to come back, if there is time for that."""
    answer = client.ask(method, **arguments)
    while answer.error in errors.CROWDED and wait(answer.after or A_MOMENT):
        answer = client.ask(method, **arguments)
    return answer


def _ts(message: Object) -> str:
    return text(message, "ts")


def _pages(
    client: Client, method: str, asked: Mapping[str, str | None], wait: Wait
) -> Iterator[Answer]:
    cursor, may_join = "", True
    for _ in range(PAGES):
        answer = client.ask(method, limit=PAGE_LENGTH, cursor=cursor or None, **asked)
        if answer.error == "ratelimited" and wait(answer.after or A_MOMENT):
            continue
        if answer.error == "not_in_channel" and may_join:
            may_join = False
            if client.ask("conversations.join", channel=asked["channel"]).ok:
                continue
        yield answer
        cursor = text(part(answer.data, "response_metadata"), "next_cursor")
        if not answer.ok or not cursor:
            return
    yield Answer(200, TOO_MANY)


def _envelope(event: dict[str, Any], *, name: str, us: Us, shared: bool) -> dict[str, Any]:
    ours = {"team_id": us.home or us.team, "user_id": us.member, "is_bot": True}
    return {
        "type": "event_callback",
        "team_id": us.team,
        "event_id": name,
        "is_ext_shared_channel": shared,
        "authorizations": [ours],
        "event": event,
    }
