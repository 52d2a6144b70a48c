"""How we reach a vendor: what the environment says, and what an admin typed in Settings."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor, require
from incident.storage import connections, sealed

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
