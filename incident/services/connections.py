"""How we reach a vendor: what the environment says, and what an admin typed in Settings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from incident.rules import connecting as rules
from incident.rules.connecting import Owner
from incident.rules.fields import refuse
from incident.rules.permissions import Actor, require
from incident.rules.proofs import Service
from incident.services import targets
from incident.services.targets import TargetForm
from incident.storage import connections, sealed
from incident.storage import targets as target_rows

PAGERDUTY = "pagerduty"


class Given(Protocol):
    """The settings of the environment that name a vendor. Config satisfies it."""

    @property
    def pagerduty_api_token(self) -> str: ...
    @property
    def pagerduty_from(self) -> str: ...
    @property
    def webhook_secrets(self) -> tuple[str, ...]: ...


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


def pagerduty(session: Session, given: Given) -> PagerDutyAccess:
    """What the environment gives wins over what was typed; webhook secrets add up."""
    row = connections.find(session, PAGERDUTY)
    typed: dict[str, Any] = json.loads(sealed.unseal(row.secrets)) if row and row.secrets else {}
    settings = row.settings if row else {}
    kept = tuple(str(secret) for secret in typed.get("webhook_secrets", []))
    return PagerDutyAccess(
        token=given.pagerduty_api_token or str(typed.get("token", "")),
        sender=given.pagerduty_from or str(settings.get("sender", "")),
        webhook_secrets=tuple(dict.fromkeys((*given.webhook_secrets, *kept))),
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
    require(actor, "admin")
    row = connections.find_or_make(session, PAGERDUTY, actor.name, at)
    if secrets is not None:
        before = json.loads(sealed.unseal(row.secrets)) if row.secrets else {}
        row.secrets = sealed.seal(json.dumps(before | secrets))
    if settings is not None:
        row.settings = {**row.settings, **settings}
    row.updated_at, row.updated_by = at, actor.name


def forget_pagerduty(session: Session, *, actor: Actor, at: datetime) -> None:
    """Token, webhook and what they told. Routing keys stay: pages still go out."""
    require(actor, "admin")
    row = connections.find_or_make(session, PAGERDUTY, actor.name, at)
    row.secrets, row.settings = "", {}
    row.updated_at, row.updated_by = at, actor.name


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


def settings_of(session: Session) -> dict[str, Any]:
    """What may be shown: whose token it is, the services it sees, the webhook's number."""
    row = connections.find(session, PAGERDUTY)
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
