"""How we reach a vendor: what the environment says, and what an admin typed in Settings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from incident.rules import connecting as rules
from incident.rules import slack_connecting as slack_rules
from incident.rules.connecting import Owner
from incident.rules.fields import refuse
from incident.rules.permissions import DESK, Actor, require
from incident.rules.proofs import Service
from incident.services import targets
from incident.services.targets import TargetForm
from incident.storage import connections, sealed
from incident.storage import targets as target_rows
from incident.storage.connections import Connection

PAGERDUTY, SLACK = "pagerduty", "slack"


class Given(Protocol):
    """The settings of the environment that name a vendor. Config satisfies it."""

    @property
    def pagerduty_api_token(self) -> str: ...
    @property
    def pagerduty_from(self) -> str: ...
    @property
    def webhook_secrets(self) -> tuple[str, ...]: ...
    @property
    def slack_bot_token(self) -> str: ...
    @property
    def slack_app_token(self) -> str: ...
    @property
    def signing_secrets(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class PagerDutyAccess:
    """`token` is for the REST API; `sender` the address in whose name the desk itself acts.

    Every secret in `webhook_secrets` is live. All may be empty: then pages still go out, but
    nothing is heard back.
    """

    token: str = ""
    sender: str = ""
    webhook_secrets: tuple[str, ...] = ()

    @property
    def can_ask(self) -> bool:
        """Whether the REST API may be asked what became of a page."""
        return bool(self.token)

    @property
    def can_hear(self) -> bool:
        """Whether anything at all tells us of an answer given in PagerDuty."""
        return bool(self.token or self.webhook_secrets)


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """`bot_token` posts and asks, `app_token` opens sockets. Every signing secret is live: two
    while one is being replaced. All may be empty: then every post is told to be not sent."""

    bot_token: str = ""
    app_token: str = ""
    signing_secrets: tuple[str, ...] = ()

    @property
    def can_post(self) -> bool:
        return bool(self.bot_token)

    @property
    def by_socket(self) -> bool:
        """Whether Slack is heard over sockets of our own making, without a public address."""
        return bool(self.app_token)

    @property
    def can_hear(self) -> bool:
        """Whether a message or a press in Slack can reach us at all."""
        return bool(self.app_token or self.signing_secrets)


def pagerduty(session: Session, given: Given) -> PagerDutyAccess:
    """What the environment gives wins over what was typed; webhook secrets add up."""
    typed, settings = _typed(session, PAGERDUTY)
    kept = tuple(str(secret) for secret in typed.get("webhook_secrets", []))
    return PagerDutyAccess(
        token=given.pagerduty_api_token or str(typed.get("token", "")),
        sender=given.pagerduty_from or str(settings.get("sender", "")),
        webhook_secrets=tuple(dict.fromkeys((*given.webhook_secrets, *kept))),
    )


def slack(session: Session, given: Given) -> SlackAccess:
    """The same for Slack; signing secrets add up."""
    typed = typed_slack(session)
    return SlackAccess(
        bot_token=given.slack_bot_token or typed.bot_token,
        app_token=given.slack_app_token or typed.app_token,
        signing_secrets=tuple(dict.fromkeys((*given.signing_secrets, *typed.signing_secrets))),
    )


def keep_pagerduty(
    session: Session,
    *,
    actor: Actor,
    at: datetime,
    secrets: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
) -> None:
    """Keep what is given and leave the rest as it is. Secrets go in sealed."""
    _keep(session, PAGERDUTY, actor=actor, at=at, secrets=secrets, settings=settings)


def keep_slack(
    session: Session,
    *,
    actor: Actor,
    at: datetime,
    secrets: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
) -> None:
    """The same for Slack: bot_token, app_token, signing_secrets; and what may be shown."""
    _keep(session, SLACK, actor=actor, at=at, secrets=secrets, settings=settings)


def _typed(session: Session, vendor: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was typed here: the secrets, opened, and the settings."""
    row = connections.find(session, vendor)
    if row is None:
        return {}, {}
    return _opened(row), dict(row.settings)


def _opened(row: Connection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sealed.unseal(row.secrets)) if row.secrets else {}
    return found


def _keep(
    session: Session,
    vendor: str,
    *,
    actor: Actor,
    at: datetime,
    secrets: dict[str, Any] | None,
    settings: dict[str, Any] | None,
) -> None:
    require(actor, "admin")
    row = connections.find_or_make(session, vendor, actor.name, at)
    if secrets is not None:
        row.secrets = sealed.seal(json.dumps(_readable(row) | secrets))
    if settings is not None:
        row.settings = {**row.settings, **settings}
    row.updated_at, row.updated_by = at, actor.name


def _readable(row: Connection) -> dict[str, Any]:
    """What was sealed with a key that is lost cannot be kept beside what is typed anew."""
    try:
        return _opened(row)
    except sealed.Unreadable:
        return {}


def forget_pagerduty(session: Session, *, actor: Actor, at: datetime) -> None:
    """Token, webhook and what they told. Routing keys stay: pages still go out."""
    require(actor, "admin")
    row = connections.find_or_make(session, PAGERDUTY, actor.name, at)
    row.secrets, row.settings = "", {}
    row.updated_at, row.updated_by = at, actor.name


def forget_slack(session: Session, *, actor: Actor, at: datetime) -> None:
    """Tokens, secrets, the workspace and the channels chosen in it. The rules stay, unheard."""
    require(actor, "admin")
    row = connections.find_or_make(session, SLACK, actor.name, at)
    row.secrets, row.settings = "", {}
    row.updated_at, row.updated_by = at, actor.name


def typed_slack(session: Session) -> SlackAccess:
    """What was typed here alone: only that can be changed here."""
    typed, _ = _typed(session, SLACK)
    kept = tuple(str(secret) for secret in typed.get("signing_secrets", []))
    bot_token, app_token = str(typed.get("bot_token", "")), str(typed.get("app_token", ""))
    return SlackAccess(bot_token, app_token, kept)


def remember_of_slack(session: Session, known: Mapping[str, Any], *, at: datetime) -> None:
    """What the desk itself has found out about the workspace, beside what was chosen."""
    row = connections.find_or_make(session, SLACK, DESK.name, at)
    row.settings = {**row.settings, **known}


def audiences(session: Session) -> dict[str, dict[str, str]]:
    """Where each audience reads updates: `channel` is its id, `name` what people call it."""
    kept = settings_of(session, SLACK).get("audiences", {})
    return {name: dict(where) for name, where in kept.items()}


def channel_wishes(session: Session) -> dict[str, Any]:
    """When an incident gets a channel of its own in Slack, how it is called, and its end."""
    return {**slack_rules.CHANNELS, **settings_of(session, SLACK).get("channels", {})}


def account_settings(
    owner: Owner, services: Sequence[Service], *, sender: str, at: datetime
) -> dict[str, Any]:
    """What PagerDuty answered about the account, as it is kept to be shown."""
    return {
        "sender": sender,
        "owner": {"name": owner.name, "role": owner.role, "account": owner.account},
        "services": [
            {"id": one.id, "name": one.name, "policy": one.policy_name, "status": one.status}
            for one in services
        ],
        "checked_at": at.isoformat(),
    }


def settings_of(session: Session, vendor: str = PAGERDUTY) -> dict[str, Any]:
    """What may be shown: whose token it is, the services it sees, the webhook's number."""
    row = connections.find(session, vendor)
    return dict(row.settings) if row is not None else {}


def give_key(
    session: Session, *, target: str, service_id: str, routing_key: str, actor: Actor, at: datetime
) -> None:
    """From the next page on `target` reaches this service."""
    form = TargetForm(routing_key=routing_key, service_id=service_id)
    targets.put(session, name=target, form=form, actor=actor, at=at)


def keep_test_service(
    session: Session, *, name: str, service_id: str, routing_key: str, actor: Actor, at: datetime
) -> None:
    """Where test events go, and nothing else ever does."""
    known = {one.name: one for one in target_rows.every(session)}
    refuse({"proving_name": rules.proving_name_problem(name, known)})
    give_key(
        session, target=name, service_id=service_id, routing_key=routing_key, actor=actor, at=at
    )
    for one in target_rows.every(session):
        if one.name == name:
            one.proving = True
        elif one.proving:
            targets.disconnect(session, name=one.name, actor=actor, at=at)
