"""Reads what hangs on a timeline as a quote: a message of Slack's, and a mark put on one."""

from dataclasses import dataclass

from incident.integrations.slack import speech
from incident.integrations.slack.mrkdwn import plain
from incident.integrations.slack.payload import Object, first, moment, part, parts, storable, text
from incident.integrations.slack.permalinks import permalink
from incident.rules.quotes import Quote

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji that somebody put below a message. `external` is somebody of another company,
    for all we know."""

    emoji: str
    by: str
    team: str
    channel: str
    ts: str
    external: bool = False


def read_reaction(payload: Object) -> Reaction | None:
    """The reaction in an Events API payload, if it is one to a message. Never raises."""
    event = part(payload, "event")
    item = part(event, "item")
    if text(event, "type") != "reaction_added" or text(item, "type") != "message":
        return None
    return Reaction(
        emoji=text(event, "reaction").partition("::")[0],
        by=text(event, "user"),
        team=text(payload, "team_id"),
        channel=text(item, "channel"),
        ts=text(item, "ts"),
        external=payload.get("is_ext_shared_channel") is True,
    )


def message_in(payload: Object) -> Object:
    """The message that an event tells of: itself, or how it reads after a change."""
    event = part(payload, "event")
    return part(event, "message") if text(event, "subtype") == "message_changed" else event


def quote(message: Object, *, channel: str, ts: str) -> Quote:
    """What `message` says. Whatever is missing or odd is empty. Never raises."""
    files = parts(message, "files")
    names = [(_is_picture(file), _name(file)) for file in files]
    thread_ts = text(message, "thread_ts")
    said = text(message, "text").strip() or ("" if files else speech.words(message))
    return Quote(
        channel=channel,
        ts=ts,
        thread_ts="" if thread_ts == ts else thread_ts,
        text=storable(plain(said)),
        said_by=text(message, "user"),
        said_by_name=storable(speech.speaker(message)),
        link=permalink(channel, ts, thread_ts),
        pictures=[name for picture, name in names if picture],
        files=[name for picture, name in names if not picture],
        said_at=moment(ts),
    )


def _is_picture(file: Object) -> bool:
    return text(file, "mimetype").startswith("image/")


def _name(file: Object) -> str:
    return storable(first(file, "title", "name") or "without a name")[:LONGEST_NAME]
