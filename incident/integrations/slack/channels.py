"""Makes a channel for an incident, keeps what stands at its top, and asks people in."""

from collections.abc import Iterator

from incident.integrations.notifier import Delivered, Message, Refused, Result, TryAgain
from incident.integrations.slack import errors, lookup
from incident.integrations.slack.client import Answer, Client
from incident.integrations.slack.mrkdwn import shortened
from incident.integrations.slack.payload import Object, part, parts, text

TOPIC_LENGTH = 250
SHORTEST_TOPIC = 60
CLOCKS_APART = 120

FORBIDDEN = (
    "This workspace does not let the app make channels. Ask its admin, or use a channel that is "
    "there already"
)
NAMELESS = "Slack does not take the name {channel}. Use a channel that is there already"
NOT_ASKED_IN = "They can be asked in from Slack: /invite"
WORDS = {
    "restricted_action": FORBIDDEN,
    "cannot_create_channel": FORBIDDEN,
    "invalid_name": NAMELESS,
    "invalid_name_maxlength": NAMELESS,
    "invalid_name_punctuation": NAMELESS,
    "invalid_name_required": NAMELESS,
    "invalid_name_specials": NAMELESS,
    "user_not_found": "Slack knows no such member. Their Slack id on their profile may be wrong",
    "no_user": "Slack knows no such member. Their Slack id on their profile may be wrong",
    "user_is_restricted": f"They are a guest in Slack. {NOT_ASKED_IN}",
    "ura_max_channels": f"They are a guest in Slack. {NOT_ASKED_IN}",
    "cant_invite": f"Slack does not let the app ask them in. {NOT_ASKED_IN}",
    "invitee_cant_see_channel": f"They may not see this channel. {NOT_ASKED_IN}",
    "org_user_not_in_team": "They are not in this workspace of Slack",
    "cant_archive_general": "Slack never archives this channel",
    "cant_archive_required": "Slack never archives this channel",
    "too_many_bookmarks": "There are as many bookmarks as Slack takes",
    "too_many_pins": "There are as many pins as Slack takes",
}
THERE_ALREADY = ("already_in_channel", "cant_invite_self")


def create(client: Client, message: Message) -> Result:
    """The receipt holds the channel, or says that its name is `taken` by another one."""
    name = text(message.settings, "name")
    if message.maybe_sent:
        found = _made_before(client, message)
        if found is not None:
            return found
    private = message.settings.get("private") is True
    answer = client.ask("conversations.create", name=name, is_private=private)
    if answer.error == "name_taken":
        return Delivered({"taken": name})
    return _opened(part(answer.data, "channel")) if answer.ok else _read(answer, message)


def use(client: Client, message: Message) -> Result:
    """A channel that is there already. The app joins a public one; a private one has to ask it."""
    found = lookup.channel_id(client, text(message.settings, "channel"))
    answer = client.ask("conversations.info", channel=found) if isinstance(found, str) else found
    if not answer.ok:
        return _read(answer, message)
    told = part(answer.data, "channel")
    refusal = _why_not(told, message)
    if refusal:
        return Refused(refusal)
    if not told.get("is_member"):
        joined = client.ask("conversations.join", channel=text(told, "id"))
        if not joined.ok:
            return _read(joined, message)
    return _opened(told)


def invite(client: Client, message: Message) -> Result:
    """One member at a time, so that nobody waits outside because of somebody else."""
    member = text(message.settings, "member")
    answer = client.ask("conversations.invite", channel=_channel(message), users=member)
    return _done(answer, message, well=THERE_ALREADY)


def set_topic(client: Client, message: Message) -> Result:
    """With the address of the incident, if there is room for both."""
    said, ends = text(message.settings, "topic"), f" · {text(message.settings, 'link')}"
    room = TOPIC_LENGTH - len(ends)
    if len(ends) > len(" · ") and room >= SHORTEST_TOPIC:
        said = f"{shortened(said, room)}{ends}"
    answer = client.ask("conversations.setTopic", channel=_channel(message), topic=said)
    return _done(answer, message)


def bookmark(client: Client, message: Message) -> Result:
    """Ours is known by its address: changed if it is there, else added."""
    channel, link = _channel(message), text(message.settings, "link")
    title = text(message.settings, "title")
    answer = client.ask("bookmarks.list", channel_id=channel)
    if not answer.ok:
        return _read(answer, message)
    ours = next((one for one in parts(answer.data, "bookmarks") if text(one, "link") == link), None)
    if ours is None:
        answer = client.ask(
            "bookmarks.add", channel_id=channel, title=title, type="link", link=link
        )
    else:
        its_id = text(ours, "id")
        answer = client.ask("bookmarks.edit", bookmark_id=its_id, channel_id=channel, title=title)
    return _done(answer, message)


def pin(client: Client, message: Message) -> Result:
    answer = client.ask("pins.add", channel=_channel(message), timestamp=message.settings.get("ts"))
    return _done(answer, message, well=("already_pinned",))


def archive(client: Client, message: Message) -> Result:
    answer = client.ask("conversations.archive", channel=_channel(message))
    return _done(answer, message, well=("already_archived", "is_archived"))


def _made_before(client: Client, message: Message) -> Delivered | TryAgain | None:
    """The channel, if an earlier attempt made it after all: it is ours, new, and so named.

    Where nobody can tell, it is made once more: Slack refuses a name that is taken.
    """
    us = client.ask("auth.test")
    if not us.ok:
        return _unless_hopeless(us, message)
    for found in _channels(client):
        if isinstance(found, Answer):
            return _unless_hopeless(found, message)
        if _is_ours(found, message, text(us.data, "user_id")):
            return _opened(found)
    return None


def _is_ours(found: Object, message: Message, us: str) -> bool:
    made, since = found.get("created"), str(message.settings.get("since") or "0")
    if text(found, "name") != text(message.settings, "name") or text(found, "creator") != us:
        return False
    return isinstance(made, int | float) and made >= float(since) - CLOCKS_APART


def _channels(client: Client) -> Iterator[Object | Answer]:
    """Those we can see, a page at a time; an Answer is why there are no more."""
    cursor = ""
    for _ in range(lookup.PAGES):
        answer = client.page_of_channels(cursor=cursor)
        if not answer.ok:
            yield answer
            return
        yield from parts(answer.data, "channels")
        cursor = text(part(answer.data, "response_metadata"), "next_cursor")
        if not cursor:
            return


def _why_not(told: Object, message: Message) -> str:
    name = f"#{text(told, 'name')}"
    if told.get("is_archived"):
        return f"{name} is archived in Slack. Unarchive it or choose another channel"
    if message.settings.get("private") and not told.get("is_private"):
        return f"{name} is public, and this incident is private. Choose a private channel"
    if told.get("is_private") and not told.get("is_member"):
        return f"{name} is private. Invite the app there first: /invite"
    return ""


def _opened(told: Object) -> Delivered:
    private = told.get("is_private") is True
    return Delivered({"channel": text(told, "id"), "name": text(told, "name"), "private": private})


def _done(answer: Answer, message: Message, *, well: tuple[str, ...] = ()) -> Result:
    """What is so already is as good as done."""
    return Delivered() if answer.ok or answer.error in well else _read(answer, message)


def _unless_hopeless(answer: Answer, message: Message) -> TryAgain | None:
    result = _read(answer, message)
    if isinstance(result, Refused):
        return None
    return TryAgain(result.reason, result.after, ambiguous=True, crowded=result.crowded)


def _read(answer: Answer, message: Message) -> TryAgain | Refused:
    name = text(message.settings, "channel_name") or message.target
    if answer.status == 200 and answer.error in WORDS:
        return Refused(WORDS[answer.error].format(channel=name))
    return errors.read(answer, name)


def _channel(message: Message) -> str:
    return text(message.settings, "channel") or message.target
