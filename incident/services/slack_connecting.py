"""How Slack comes to be connected: tokens and secrets kept, and what is known of the workspace."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import slack_connecting as rules
from incident.rules.fields import refuse
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import DESK, Actor
from incident.rules.proofs import Finding
from incident.rules.slack_connecting import Workspace
from incident.rules.slack_health import SOCKET
from incident.services import connections, proofs, slack_health
from incident.services.connections import SLACK
from incident.storage import connections as rows
from incident.storage import proofs as proof_rows
from incident.storage import signals, slack_rules

TOKEN = "token"  # noqa: S105 - the name of a check
LOOKED_AT = (TOKEN, "scopes", "hearing")
GONE = (
    "The Slack app was removed from the workspace, or its token was revoked. Nothing is heard and "
    "nothing posted: install it again and give the new token in Settings, Slack."
)


def choose_transport(
    session: Session, *, transport: str, public_url: str, actor: Actor, at: datetime
) -> None:
    refuse({"transport": rules.transport_problem(transport, public_url)})
    connections.keep_slack(session, settings={"transport": transport}, actor=actor, at=at)


def keep_bot_token(
    session: Session,
    *,
    token: str,
    found: Workspace,
    scopes: Collection[str],
    actor: Actor,
    at: datetime,
) -> None:
    """`found` and `scopes` are what Slack just said of this token; it is kept if they fit."""
    before = connections.settings_of(session, SLACK).get("workspace", {})
    refuse({"bot_token": rules.workspace_problem(found, before) or rules.scopes_problem(scopes)})
    secrets = {"bot_token": token} if token else None
    connections.keep_slack(session, secrets=secrets, actor=actor, at=at)
    remember_workspace(session, found, at=at)
    _forget_what_was_found(session)
    slack_health.well_again(session, at=at)


def keep_app_token(session: Session, *, token: str, actor: Actor, at: datetime) -> None:
    """Slack has just opened a door with it. An empty one forgets the one that is there, and with
    it what is known of its sockets."""
    connections.keep_slack(session, secrets={"app_token": token}, actor=actor, at=at)
    socket = proof_rows.find(session, SLACK, SOCKET)
    if socket is not None and not token:
        session.delete(socket)


def keep_signing_secret(
    session: Session, *, secret: str, live: Collection[str], actor: Actor, at: datetime
) -> None:
    """One more that counts, beside those that are `live`."""
    refuse({"signing_secret": rules.secret_problem(secret, live)})
    _change_secrets(session, [*_typed_secrets(session), secret], actor=actor, at=at)


def drop_signing_secret(session: Session, *, place: int, actor: Actor, at: datetime) -> None:
    """What Slack signs with it is not believed any more. `place` counts from 1."""
    kept = _typed_secrets(session)
    if not 1 <= place <= len(kept):
        raise NotAllowed("This signing secret is gone already.")
    left = [secret for number, secret in enumerate(kept, 1) if number != place]
    _change_secrets(session, left, actor=actor, at=at)


def remember_workspace(session: Session, found: Workspace, *, at: datetime) -> None:
    known = {"team": found.team, "name": found.name, "url": found.url, "bot": found.bot}
    kept = {"workspace": known, "checked_at": at.isoformat()}
    connections.remember_of_slack(session, kept, at=at)


def keep_audiences(
    session: Session, chosen: Mapping[str, Mapping[str, str]], *, actor: Actor, at: datetime
) -> None:
    """Where each audience reads updates: `channel` is its id, `name` what people call it."""
    kept = {name: dict(where) for name, where in chosen.items() if where.get("channel")}
    connections.keep_slack(session, settings={"audiences": kept}, actor=actor, at=at)


def keep_channel_wishes(
    session: Session, *, when: str, prefix: str, archive: bool, actor: Actor, at: datetime
) -> None:
    prefix = prefix.strip().lower()
    refuse({"when": rules.when_problem(when), "prefix": rules.prefix_problem(prefix)})
    wishes: dict[str, Any] = {"when": when, "prefix": prefix, "archive": archive}
    connections.keep_slack(session, settings={"channels": wishes}, actor=actor, at=at)


def keep_findings(session: Session, found: Iterable[Finding], *, at: datetime) -> None:
    """Keep these, and nothing that was found before them."""
    kept = list(found)
    _forget_what_was_found(session)
    session.flush()
    for one in kept:
        proofs.keep_one(session, one, at=at)
    if all(one.ok for one in kept):
        slack_health.well_again(session, at=at)


def disconnect(session: Session, *, actor: Actor, at: datetime) -> None:
    connections.forget_slack(session, actor=actor, at=at)
    for row in proof_rows.of_subject(session, SLACK):
        session.delete(row)
    proofs.ask(session, actor=actor, at=at)


def heard_at(session: Session) -> datetime | None:
    """When Slack last told us anything by itself."""
    return signals.last_told(session, SLACK)


def token_lost(session: Session, payload: Mapping[str, Any], at: datetime) -> str:
    """Slack says that the app is gone or its token revoked: every page shows it at once.

    Whether it is still so is looked at soon after: the event may have come late.
    """
    event = payload.get("event")
    if not isinstance(event, Mapping) or not _is_ours(event):
        return "it is the token of somebody else"
    armed = any(rule.armed for rule in slack_rules.every(session))
    proofs.keep_one(session, Finding(SLACK, TOKEN, False, GONE, grave=armed), at=at)
    proofs.ask(session, actor=DESK, at=at)
    return "the app was removed, or its token revoked"


def _is_ours(event: Mapping[str, Any]) -> bool:
    """Whether the app itself lost its way in, and not somebody who had let it act for them."""
    tokens = event.get("tokens")
    ours = tokens.get("bot") if isinstance(tokens, Mapping) else None
    return event.get("type") == "app_uninstalled" or bool(ours)


def _typed_secrets(session: Session) -> list[str]:
    """Locked, so that two who change them lose nothing."""
    rows.find(session, SLACK, lock=True)
    return list(connections.typed_slack(session).signing_secrets)


def _change_secrets(session: Session, kept: list[str], *, actor: Actor, at: datetime) -> None:
    connections.keep_slack(session, secrets={"signing_secrets": kept}, actor=actor, at=at)


def _forget_what_was_found(session: Session) -> None:
    """What a look at Slack finds; what others have to say about Slack stays."""
    for row in proof_rows.of_subject(session, SLACK):
        if row.name in LOOKED_AT or row.name.startswith("channel "):
            session.delete(row)
