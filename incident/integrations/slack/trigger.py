"""Reads what Slack tells us: a message written, changed or deleted; a button pressed."""

from dataclasses import dataclass, replace

from incident.integrations.slack import speech
from incident.integrations.slack.mrkdwn import plain
from incident.integrations.slack.payload import Object, digest, first, moment, part, parts, text
from incident.integrations.slack.permalinks import permalink
from incident.rules.signals import Ignored, Kind, Signal

SPEECH = ("", "file_share", "thread_broadcast", "me_message")
SLACKBOT = "USLACKBOT"
MESSAGES = ("message", "app_mention")
TEXT_LENGTH = 12_000


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button under one of our messages."""

    team_id: str
    user_id: str
    user_name: str
    action: str
    value: str
    channel: str
    message_ts: str
    thread_ts: str
    response_url: str
    trigger_id: str


def read(payload: Object, *, bots: bool = False) -> Signal | Ignored:
    """The signal in an Events API payload. Never raises.

    What looks like a message but cannot be read is a signal all the same: an odd-looking page
    at two in the morning is better than none until seven. With `bots` what another app posts is
    one, too, and says which app that was.
    """
    event = part(payload, "event")
    if not event:
        return _without_an_event(payload)
    kind = text(event, "type")
    if kind not in MESSAGES and (kind or "text" not in event):
        return Ignored(f"a {kind or 'nameless'} event is no message")
    subtype = text(event, "subtype")
    if subtype == "message_changed":
        return _edit(payload, event, bots=bots)
    if subtype == "message_deleted":
        return _deletion(payload, event, part(event, "previous_message"), bots=bots)
    reason = _why_not(payload, event, bots=bots)
    return Ignored(reason) if reason else _spoken(payload, event)


def read_action(payload: Object) -> Pressed | Ignored:
    """The button that was pressed, in a `block_actions` payload. Never raises."""
    kind, actions = text(payload, "type"), parts(payload, "actions")
    if kind != "block_actions" or not actions:
        return Ignored(f"a {kind or 'nameless'} request is no pressed button")
    user, container = part(payload, "user"), part(payload, "container")
    message = part(payload, "message")
    chosen = part(actions[0], "selected_option")
    return Pressed(
        team_id=text(part(payload, "team"), "id") or text(user, "team_id"),
        user_id=text(user, "id"),
        user_name=first(user, "name", "username"),
        action=text(actions[0], "action_id").partition("#")[0],
        value=text(actions[0], "value") or text(chosen, "value"),
        channel=text(part(payload, "channel"), "id") or text(container, "channel_id"),
        message_ts=text(container, "message_ts") or text(message, "ts"),
        thread_ts=text(container, "thread_ts") or text(message, "thread_ts"),
        response_url=text(payload, "response_url"),
        trigger_id=text(payload, "trigger_id"),
    )


def _without_an_event(payload: Object) -> Signal | Ignored:
    kind, event = text(payload, "type"), payload.get("event")
    if kind != "event_callback" or not event:
        return Ignored(f"a {kind or 'nameless'} request is no message")
    return _signal(payload, {"text": str(event)}, kind="call")


def _spoken(payload: Object, event: Object) -> Signal:
    """A reply that was also sent to the channel is a call: everybody there sees it."""
    thread_ts = text(event, "thread_ts")
    is_reply = thread_ts not in ("", text(event, "ts"))
    return _signal(payload, event, kind="reply" if is_reply and not _is_aloud(event) else "call")


def _edit(payload: Object, event: Object, *, bots: bool) -> Signal | Ignored:
    """Slack also says "changed" when it adds a preview, and when a thread grows."""
    before, after = part(event, "previous_message"), part(event, "message")
    if text(after, "subtype") == "tombstone":
        return _deletion(payload, event, before or after, bots=bots)
    reason = _why_not(payload, {**after, "hidden": False}, bots=bots)
    if reason:
        return Ignored(reason)
    said = speech.words(before) if before else ""
    if before and said == speech.words(after):
        return Ignored("nothing that a person wrote has changed")
    return replace(_signal(payload, after, kind="edit", told=event), before=plain(said))


def _deletion(payload: Object, event: Object, gone: Object, *, bots: bool) -> Signal | Ignored:
    reason = _why_not(payload, {**gone, "hidden": False}, bots=bots)
    if reason:
        return Ignored(reason)
    ts = text(gone, "ts") or text(event, "deleted_ts")
    return _signal(payload, {**gone, "ts": ts}, kind="deletion", told=event)


def _why_not(payload: Object, message: Object, *, bots: bool) -> str:
    """Why nobody is calling for help here, or nothing."""
    subtype = text(message, "subtype")
    apps = {text(message, "app_id"), text(part(message, "bot_profile"), "app_id")}
    if text(payload, "api_app_id") in apps - {""} or text(message, "user") in _own_names(payload):
        return "we wrote it ourselves"
    is_bot = bool(_bot_ids(message))
    if is_bot and not bots:
        return "a bot wrote it"
    if subtype not in SPEECH and not (is_bot and subtype == "bot_message"):
        return f"a {subtype} message is nobody speaking"
    return "it is hidden" if message.get("hidden") is True else ""


def _bot_ids(message: Object) -> tuple[str, ...]:
    """Everything that a bot goes by, "" where it says nothing of itself. Of a person: none."""
    profile, user = part(message, "bot_profile"), text(message, "user")
    by_bot = message.get("bot_id") or profile or text(message, "subtype") == "bot_message"
    if not by_bot and user != SLACKBOT:
        return ()
    ids = [text(message, "bot_id"), text(message, "app_id"), user]
    ids += [text(profile, "id"), text(profile, "app_id")]
    return tuple(dict.fromkeys(one for one in ids if one)) or ("",)


def _own_names(payload: Object) -> frozenset[str]:
    """The app's own member id in the workspace."""
    found = parts(payload, "authorizations")
    return frozenset(text(one, "user_id") for one in found if one.get("is_bot") is True) - {""}


def _signal(payload: Object, message: Object, *, kind: Kind, told: Object | None = None) -> Signal:
    """`message` is what was said, `told` the event about it where that is another."""
    told = message if told is None else told
    team = text(payload, "team_id") or text(message, "team")
    channel = text(told, "channel") or text(message, "channel")
    ts, thread_ts = text(message, "ts"), text(message, "thread_ts")
    event_id = text(payload, "event_id") or digest(payload)
    said = speech.words(message)
    return Signal(
        source="slack",
        key=f"{team}:{channel}:{ts or event_id}",
        event_id=event_id,
        title=speech.title(said, own=_own_names(payload)),
        kind=kind,
        text=plain(said)[:TEXT_LENGTH],
        said_by=text(message, "user"),
        said_by_name=speech.speaker(message),
        team=team,
        channel=channel,
        ts=ts,
        thread_ts=thread_ts,
        occurred_at=moment(text(told, "ts")) or moment(str(payload.get("event_time"))),
        link=permalink(channel, ts, thread_ts),
        external=_may_be_a_stranger(payload, message),
        bots=_bot_ids(message),
        aloud=_is_aloud(message),
    )


def _is_aloud(message: Object) -> bool:
    return text(message, "subtype") == "thread_broadcast"


def _may_be_a_stranger(payload: Object, message: Object) -> bool:
    """In a channel shared with another company, whoever is not known to be of our team."""
    if payload.get("is_ext_shared_channel") is not True:
        return False
    team = first(message, "user_team", "source_team", "team")
    return not team or team not in _our_teams(payload)


def _our_teams(payload: Object) -> frozenset[str]:
    """Whose the app is. In a shared channel `team_id` may be the other company, whose channel it
    is; only where Slack does not say for whom it tells this is it taken for ours."""
    told_for = {text(one, "team_id") for one in parts(payload, "authorizations")} - {""}
    return frozenset(told_for or {text(payload, "team_id")})
