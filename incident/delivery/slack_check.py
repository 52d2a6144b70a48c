"""Looks whether Slack still takes our token, gives what we need, and has us in each channel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident.integrations.slack.client import Answer, Client
from incident.rules.proofs import Finding

NEEDED = ("chat:write", "channels:history", "channels:read")
SAID = {
    "invalid_auth": "Slack does not know SLACK_BOT_TOKEN. Copy it again from the app's page.",
    "token_revoked": "SLACK_BOT_TOKEN was revoked. Install the app again and copy the new one.",
    "account_inactive": "The Slack app was removed. Install it again and copy the new token.",
    "no_answer": "Slack does not answer.",
    "ratelimited": "Slack is taking no more questions just now.",
}


@dataclass(frozen=True, slots=True)
class Cord:
    """A channel where a message wakes somebody, if it is `armed`."""

    channel: str
    name: str
    armed: bool


def look(client: Client, cords: Sequence[Cord]) -> Iterator[Finding]:
    """The token first: without it nothing else can be asked."""
    armed = any(cord.armed for cord in cords)
    answer = client.ask("auth.test")
    if not answer.ok:
        passing = answer.error in ("no_answer", "ratelimited")
        said = SAID.get(answer.error, f"Slack refuses SLACK_BOT_TOKEN: {answer.error}.")
        yield Finding("slack", "token", False, said, grave=armed and not passing)
        return
    yield Finding("slack", "token")
    yield _scopes(answer)
    for cord in cords:
        yield _membership(client.ask("conversations.info", channel=cord.channel), cord)


def _scopes(answer: Answer) -> Finding:
    missing = [scope for scope in NEEDED if answer.scopes and scope not in answer.scopes]
    if not missing:
        return Finding("slack", "scopes")
    sentence = (
        f"The Slack app lacks {', '.join(missing)}. Add that under OAuth & Permissions, then "
        "install the app again."
    )
    return Finding("slack", "scopes", False, sentence, grave="chat:write" in missing)


def _membership(answer: Answer, cord: Cord) -> Finding:
    """A bot that is not in the channel hears no cry for help there."""
    name, where = f"channel {cord.channel}", cord.name or cord.channel
    if answer.ok and (answer.data.get("channel") or {}).get("is_member"):
        return Finding("slack", name)
    if answer.error in ("no_answer", "ratelimited"):
        return Finding("slack", name, False, f"Slack does not say whether the app is in {where}.")
    if answer.error == "missing_scope":
        sentence = f"Slack may not tell whether the app is in {where}: it lacks channels:read."
        return Finding("slack", name, False, sentence)
    sentence = (
        f"The app is not in {where}, so a cry for help there is not heard. "
        f"In Slack, in that channel: /invite @Incident desk"
    )
    return Finding("slack", name, False, sentence, grave=cord.armed)
