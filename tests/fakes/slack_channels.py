"""What our Slack answers about channels: conversations.* and bookmarks.*."""

import re
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.slack_events import OUR_MEMBER, TEAM
from tests.fakes.slack_state import Arguments, Channel, Reply, SlackState, page_of

LONGEST_NAME, LONGEST_TOPIC = 80, 250


class Channels(SlackState):
    def _conversations_history(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if not channel.joined:
            return "not_in_channel"
        face = [
            m | _thread_of(channel, m["ts"])
            for m in channel.messages
            if m.get("thread_ts") in (None, m["ts"])
        ]
        return _messages(list(reversed(face)), arguments)

    def _conversations_replies(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        if channel is None or not channel.joined:
            return "channel_not_found"
        asked = channel.find(arguments["ts"]) or {}
        top = asked.get("thread_ts") or arguments["ts"]
        thread = [m for m in channel.messages if top in (m["ts"], m.get("thread_ts"))]
        return _messages(thread, arguments, always=top) if thread else "thread_not_found"

    def _conversations_join(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if channel.private or channel.archived:
            return "is_archived" if channel.archived else "method_not_supported_for_channel_type"
        channel.joined = True
        return {"channel": described(channel)}

    def _conversations_list(self, arguments: Arguments) -> Reply | str:
        kinds = str(arguments.get("types") or "public_channel").split(",")
        shown = [
            described(channel)
            for channel in self.channels.values()
            if f"{'private' if channel.private else 'public'}_channel" in kinds
            and (channel.joined or not channel.private)
            and not (channel.archived and arguments.get("exclude_archived"))
        ]
        return page_of(shown, arguments, name="channels")

    def _conversations_info(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        counted = {"num_members": len(channel.members) + channel.joined}
        return {
            "channel": described(channel)
            | (counted if arguments.get("include_num_members") else {})
        }

    def _conversations_members(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        us = [OUR_MEMBER] if channel.joined else []
        return page_of([*channel.members, *us], arguments, name="members")

    def _conversations_create(self, arguments: Arguments) -> Reply | str:
        name = arguments["name"]
        error = self._error_in_name(name)
        if error:
            return error
        channel = self.add_channel(
            name,
            id=f"C{self.stamp().replace('.', '')[-10:]}",
            private=arguments.get("is_private") is True,
            creator=OUR_MEMBER,
            created=int(self.clock().timestamp()),
            members=[],
        )
        return {"channel": described(channel)}

    def _conversations_rename(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if channel.archived:
            return "is_archived"
        if channel.creator != OUR_MEMBER:
            return "not_authorized"
        error = self._error_in_name(arguments["name"])
        if error:
            return error
        channel.name = arguments["name"]
        return {"channel": described(channel)}

    def _error_in_name(self, name: str) -> str:
        if not name:
            return "invalid_name_required"
        if len(name) > LONGEST_NAME:
            return "invalid_name_maxlength"
        if not re.search(r"[a-z0-9]", name) and re.fullmatch(r"[-_]+", name):
            return "invalid_name_punctuation"
        if not re.fullmatch(r"[a-z0-9_-]+", name):
            return "invalid_name_specials"
        taken = {channel.name for channel in self.channels.values()}
        return "name_taken" if name in taken else ""

    def _conversations_settopic(self, arguments: Arguments) -> Reply | str:
        return self._written(arguments, "topic")

    def _conversations_setpurpose(self, arguments: Arguments) -> Reply | str:
        return self._written(arguments, "purpose")

    def _written(self, arguments: Arguments, name: str) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if channel.archived or not channel.joined:
            return "is_archived" if channel.archived else "not_in_channel"
        if len(arguments[name]) > LONGEST_TOPIC:
            return "too_long"
        setattr(channel, name, arguments[name])
        return {"channel": described(channel)}

    def _conversations_invite(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if channel.archived or not channel.joined:
            return "is_archived" if channel.archived else "not_in_channel"
        wanted = [each.strip() for each in arguments["users"].split(",") if each.strip()]
        if not wanted:
            return "no_user"
        refused = {who: self._uninvited(channel, who) for who in wanted}
        welcome = [who for who in wanted if not refused[who]]
        if len(welcome) < len(wanted) and not (arguments.get("force") and welcome):
            return next(error for error in refused.values() if error)
        channel.members += welcome
        return {"channel": described(channel)}

    def _uninvited(self, channel: Channel, who: str) -> str:
        """Why somebody cannot be invited, or nothing."""
        member = self.members.get(who)
        if who == OUR_MEMBER:
            return "cant_invite_self"
        if member is None or member.deleted:
            return "user_not_found"
        if who in channel.members:
            return "already_in_channel"
        return "user_is_restricted" if member.is_restricted else ""

    def _conversations_archive(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if channel.archived:
            return "already_archived"
        if channel.general:
            return "cant_archive_general"
        if not channel.joined:
            return "not_in_channel"
        channel.archived = True
        return {}

    def _conversations_unarchive(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if not channel.archived:
            return "not_archived"
        if not self.may_unarchive:
            return "not_in_channel"
        channel.archived = False
        return {}

    def _bookmarks_add(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments.get("channel_id", ""))
        if channel is None or not channel.joined:
            return "channel_not_found"
        if arguments["type"] != "link":
            return "invalid_bookmark_type"
        if not _is_a_link(arguments.get("link")):
            return "invalid_link"
        if len(channel.bookmarks) >= 100:
            return "too_many_bookmarks"
        added = {"id": f"Bk{self.stamp().replace('.', '')}", "app_id": None} | arguments
        channel.bookmarks.append(added)
        return {"bookmark": added}

    def _bookmarks_edit(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments.get("channel_id", ""))
        if channel is None:
            return "channel_not_found"
        found = _bookmark(channel, arguments)
        if found is None:
            return "not_found"
        if arguments.get("link") and not _is_a_link(arguments["link"]):
            return "invalid_link"
        found |= {name: arguments[name] for name in ("title", "link", "emoji") if name in arguments}
        return {"bookmark": found}

    def _bookmarks_remove(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments.get("channel_id", ""))
        if channel is None:
            return "channel_not_found"
        found = _bookmark(channel, arguments)
        if found is None:
            return "not_found"
        channel.bookmarks.remove(found)
        return {}

    def _bookmarks_list(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments.get("channel_id", ""))
        if channel is None:
            return "channel_not_found"
        return {"bookmarks": channel.bookmarks}


def described(channel: Channel) -> Reply:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.private,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_ext_shared": channel.shared,
        "is_general": channel.general,
        "is_member": channel.joined,
        "creator": channel.creator,
        "created": channel.created,
        "context_team_id": TEAM,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
    }


def _thread_of(channel: Channel, root: str) -> dict[str, Any]:
    """What a message shows of the thread that hangs on it."""
    replies = [m for m in channel.messages if m.get("thread_ts") == root != m["ts"]]
    if not replies:
        return {}
    users = list(dict.fromkeys(m.get("user") or OUR_MEMBER for m in replies))
    return {
        "thread_ts": root,
        "reply_count": len(replies),
        "reply_users": users[:5],
        "reply_users_count": len(users),
        "latest_reply": max(m["ts"] for m in replies),
    }


def _messages(
    found: list[dict[str, Any]], arguments: Arguments, *, always: str = ""
) -> Reply | str:
    """Those between `oldest` and `latest`, and those two only where they are `inclusive`.

    A thread is told with its first message `always`.
    """
    for name in ("oldest", "latest"):
        if not re.fullmatch(r"\d+(\.\d*)?", str(arguments.get(name) or 0)):
            return f"invalid_ts_{name}"
    oldest = float(arguments.get("oldest") or 0)
    latest = float(arguments.get("latest") or "inf")
    edges = (oldest, latest) if arguments.get("inclusive") else ()
    wanted = [
        m
        for m in found
        if oldest < float(m["ts"]) < latest or float(m["ts"]) in edges or m["ts"] == always
    ]
    if arguments.get("include_all_metadata") is not True:
        wanted = [{n: v for n, v in entry.items() if n != "metadata"} for entry in wanted]
    said = page_of(wanted, arguments, name="messages")
    if isinstance(said, str):
        return said
    return said | {"has_more": bool(said["response_metadata"]["next_cursor"])}


def _bookmark(channel: Channel, arguments: Arguments) -> dict[str, Any] | None:
    wanted = arguments.get("bookmark_id")
    return next((each for each in channel.bookmarks if each["id"] == wanted), None)


def _is_a_link(link: Any) -> bool:
    return urlsplit(str(link or "")).scheme in ("http", "https")
