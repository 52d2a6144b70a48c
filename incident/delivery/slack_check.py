"""Looks whether Slack still takes our token, gives what we need, and has us in each channel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incident.integrations.slack.client import Answer, Client
from incident.integrations.slack.errors import CROWDED
from incident.rules import slack_manifest as manifest
from incident.rules.proofs import Finding
from incident.services.connections import SlackAccess

SUBJECT = "slack"
TYPED, GIVEN = "the bot token", "SLACK_BOT_TOKEN"
SAID = {
    "invalid_auth": "Slack does not know {token}. Copy it again from the app's page.",
    "token_revoked": "Slack says that {token} was revoked. Reinstall the app, copy the new one.",
    "account_inactive": "The Slack app was removed. Install it again and copy the new token.",
    "no_answer": "Slack does not answer.",
    "ratelimited": "Slack is taking no more questions just now.",
}
PASSING = (*CROWDED, "no_answer", "unreadable_answer", "fatal_error", "internal_error")
UNTOLD = (
    "Slack has rules, but there is no bot token: nobody there is told what became of their cry. "
    "Settings, Slack, step 2."
)
NOT_HEARD = (
    "A cry for help in Slack is not heard: there is neither a signing secret nor an app-level "
    "token. Settings, Slack, step 2."
)


@dataclass(frozen=True, slots=True)
class Cord:
    """A channel where a message wakes somebody, if it is `armed`."""

    channel: str
    name: str
    armed: bool


def without_asking(access: SlackAccess, cords: Sequence[Cord]) -> Iterator[Finding]:
    """What is plain from what we were given. Where no channel has a rule nothing is missing."""
    armed = any(cord.armed for cord in cords)
    if not cords:
        return
    if access.can_hear:
        yield Finding(SUBJECT, "hearing")
    else:
        yield Finding(SUBJECT, "hearing", False, NOT_HEARD, grave=armed)
    if not access.can_post:
        yield Finding(SUBJECT, "token", False, UNTOLD)


def look(client: Client, cords: Sequence[Cord], *, token: str = GIVEN) -> Iterator[Finding]:
    """The token first: without it nothing else can be asked. `token` is what it is called."""
    armed = any(cord.armed for cord in cords)
    answer = client.ask("auth.test")
    if not answer.ok:
        said = SAID.get(answer.error, "Slack refuses {token}: {error}.")
        sentence = said.format(token=token, error=answer.error)
        grave = armed and answer.error not in PASSING
        yield Finding(SUBJECT, "token", False, sentence, grave=grave)
        return
    yield Finding(SUBJECT, "token")
    yield of_scopes(answer.scopes, armed=armed)
    yield from _memberships(client, cords)


def of_scopes(given: Sequence[str], *, armed: bool) -> Finding:
    """What the app may not do yet. What is only nice to have is no trouble: kept to be shown."""
    missing = manifest.missing(given)
    grave = [scope for scope in missing if scope.grave]
    optional = [scope.name for scope in missing if not scope.grave]
    data = {"optional": optional, "told": bool(given)}
    if not grave:
        return Finding(SUBJECT, "scopes", data=data)
    sentence = manifest.missing_sentence(grave)
    return Finding(SUBJECT, "scopes", False, sentence, grave=armed, data=data)


def _memberships(client: Client, cords: Sequence[Cord]) -> Iterator[Finding]:
    """Once Slack wants no more questions the rest are not asked: it would count those, too."""
    answer: Answer | None = None
    for cord in cords:
        if answer is None or answer.error not in CROWDED:
            answer = client.ask("conversations.info", channel=cord.channel)
        yield _membership(answer, cord)


def _membership(answer: Answer, cord: Cord) -> Finding:
    """A bot that is not in the channel hears no cry for help there."""
    name, where = f"channel {cord.channel}", cord.name or cord.channel
    if answer.ok and (answer.data.get("channel") or {}).get("is_member"):
        return Finding(SUBJECT, name)
    if answer.error in PASSING:
        why = f"{SAID['ratelimited']} " if answer.error in CROWDED else ""
        sentence = f"{why}Slack does not say whether the app is in {where}."
        return Finding(SUBJECT, name, False, sentence)
    if answer.error == "missing_scope":
        sentence = f"Slack may not tell whether the app is in {where}: it lacks channels:read."
        return Finding(SUBJECT, name, False, sentence)
    sentence = (
        f"The app is not in {where}, so a cry for help there is not heard. "
        f"Invite it, in that channel: /invite @{manifest.BOT_NAME}"
    )
    return Finding(SUBJECT, name, False, sentence, grave=cord.armed)
