"""What a Slack message says, as plain text with a title."""

import re

from incident.integrations.slack.mrkdwn import plain, shortened
from incident.integrations.slack.payload import Object, first, part, parts, text, texts_in
from incident.rules.signals import TITLE_LENGTH

WORDLESS = "A message in Slack without words"


def words(message: Object) -> str:
    """In Slack's markup: the text; else what is shown: a file, a forwarded message, a block."""
    said = text(message, "text") or _oddly_said(message)
    if said.strip():
        return said
    files = [first(file, "title", "name") for file in parts(message, "files")]
    if any(files):
        return f"File: {', '.join(name for name in files if name)}"
    forwarded = [first(one, "text", "fallback") for one in parts(message, "attachments")]
    if any(forwarded):
        return "\n".join(said for said in forwarded if said)
    return " ".join(texts_in(message.get("blocks")))


def title(said: str, *, own: frozenset[str] = frozenset()) -> str:
    """The first line that says something, without `own`: the app that it was said to."""
    for member in own:
        said = re.sub(rf"<@{re.escape(member)}(\|[^<>]*)?>", "", said)
    for line in plain(said).splitlines():
        if line.strip():
            return shortened(" ".join(line.split()), TITLE_LENGTH)
    return WORDLESS


def speaker(message: Object) -> str:
    """The name of whoever said it, where Slack tells."""
    named = first(part(message, "user_profile"), "display_name", "real_name", "name")
    return named or text(message, "username")


def _oddly_said(message: Object) -> str:
    said = message.get("text")
    return "" if said is None or isinstance(said, str) else str(said)
