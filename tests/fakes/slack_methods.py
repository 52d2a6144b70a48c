"""What Slack's Web API asks of a request: the arguments of each method, and its scope."""

from dataclasses import dataclass
from typing import Any

from tests.fakes.slack_views import problem_of_view


@dataclass(frozen=True)
class Method:
    """`scope` is for what is public; `private` is for a private channel, where that differs."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scope: str = ""
    private: str = ""


_PAGES = ("cursor", "limit")
_MESSAGES = ("include_all_metadata", "inclusive", "latest", "oldest", *_PAGES)
_STYLE = ("as_user", "attachments", "blocks", "link_names", "markdown_text", "parse", "text")
_FACE = ("icon_emoji", "icon_url", "thread_ts", "username")
_TRIGGER = ("interactivity_pointer", "trigger_id")
_READ = {"scope": "channels:read", "private": "groups:read"}
_HEAR = {"scope": "channels:history", "private": "groups:history"}
_MANAGE = {"scope": "channels:manage", "private": "groups:write"}

METHODS = {
    "apps.connections.open": Method(),
    "auth.test": Method(),
    "bookmarks.add": Method(
        ("title", "type"),
        ("access_level", "channel_id", "emoji", "entity_id", "link", "parent_id"),
        scope="bookmarks:write",
    ),
    "bookmarks.edit": Method(
        (), ("bookmark_id", "channel_id", "emoji", "link", "title"), scope="bookmarks:write"
    ),
    "bookmarks.list": Method((), ("channel_id",), scope="bookmarks:read"),
    "bookmarks.remove": Method(
        (), ("bookmark_id", "channel_id", "quip_section_id"), scope="bookmarks:write"
    ),
    "chat.delete": Method(("channel", "ts"), ("as_user",), scope="chat:write"),
    "chat.getPermalink": Method(("channel", "message_ts")),
    "chat.postEphemeral": Method(("channel", "user"), (*_STYLE, *_FACE), scope="chat:write"),
    "chat.postMessage": Method(
        ("channel",),
        (
            *_STYLE,
            *_FACE,
            "current_draft_last_updated_ts",
            "metadata",
            "mrkdwn",
            "reply_broadcast",
            "unfurl_links",
            "unfurl_media",
        ),
        scope="chat:write",
    ),
    "chat.update": Method(
        ("channel", "ts"),
        (*_STYLE, "file_ids", "metadata", "reply_broadcast", "unfurled_attachments"),
        scope="chat:write",
    ),
    "conversations.archive": Method(("channel",), **_MANAGE),
    "conversations.create": Method(("name",), ("is_private", "team_id"), **_MANAGE),
    "conversations.history": Method(("channel",), _MESSAGES, **_HEAR),
    "conversations.info": Method(("channel",), ("include_locale", "include_num_members"), **_READ),
    "conversations.invite": Method(("channel", "users"), ("force",), **_MANAGE),
    "conversations.join": Method(("channel",), scope="channels:join"),
    "conversations.list": Method((), (*_PAGES, "exclude_archived", "team_id", "types"), **_READ),
    "conversations.members": Method(("channel",), _PAGES, **_READ),
    "conversations.rename": Method(("channel", "name"), **_MANAGE),
    "conversations.replies": Method(("channel", "ts"), _MESSAGES, **_HEAR),
    "conversations.setPurpose": Method(("channel", "purpose"), **_MANAGE),
    "conversations.setTopic": Method(("channel", "topic"), **_MANAGE),
    "conversations.unarchive": Method(("channel",), **_MANAGE),
    "pins.add": Method(("channel",), ("timestamp",), scope="pins:write"),
    "pins.list": Method(("channel",), scope="pins:read"),
    "pins.remove": Method(("channel",), ("timestamp",), scope="pins:write"),
    "reactions.add": Method(("channel", "name", "timestamp"), scope="reactions:write"),
    "reactions.remove": Method(
        ("name",), ("channel", "file", "file_comment", "timestamp"), scope="reactions:write"
    ),
    "users.info": Method(("user",), ("include_locale",), scope="users:read"),
    "users.list": Method((), (*_PAGES, "include_locale", "team_id"), scope="users:read"),
    "users.lookupByEmail": Method(("email",), scope="users:read.email"),
    "views.open": Method(("view",), _TRIGGER),
    "views.push": Method(("view",), _TRIGGER),
    "views.update": Method(("view",), ("external_id", "hash", "view_id")),
}

# The methods that only read take a form, and no JSON.
READS_FORMS_ONLY = (
    "bookmarks.list",
    "chat.getPermalink",
    "conversations.history",
    "conversations.info",
    "conversations.list",
    "conversations.members",
    "conversations.replies",
    "pins.list",
    "users.info",
    "users.list",
    "users.lookupByEmail",
)
FLAGS = (
    "exclude_archived",
    "force",
    "include_all_metadata",
    "include_num_members",
    "inclusive",
    "is_private",
)
PACKED = ("blocks", "metadata", "view")


def problem_of_arguments(name: str, arguments: dict[str, Any]) -> str:
    """What is wrong with the arguments of a method, or nothing."""
    method = METHODS[name]
    missing = [each for each in method.required if arguments.get(each) is None]
    if missing:
        return f"missing required field: {missing[0]}"
    unknown = sorted(set(arguments) - {*method.required, *method.optional})
    if unknown:
        return f"unknown argument: {unknown[0]}"
    return problem_of_view(arguments["view"]) if name.startswith("views.") else ""


def scopes_for(name: str, arguments: dict[str, Any], *, private: bool) -> list[str]:
    """The scopes without which a token may not ask this."""
    method = METHODS[name]
    if name == "conversations.list":
        kinds = str(arguments.get("types") or "public_channel").split(",")
        wanted = {"public_channel": method.scope, "private_channel": method.private}
        return [wanted[kind.strip()] for kind in kinds if kind.strip() in wanted]
    private |= name == "conversations.create" and arguments.get("is_private") is True
    found = method.private if private and method.private else method.scope
    return [found] if found else []
