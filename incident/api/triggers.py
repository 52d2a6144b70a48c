"""Triggers: what a vendor tells us by itself. It signs what it says, and has no token."""

import logging

from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import ServiceUnavailable, Unauthorized

from config import Config
from incident.api.models.triggers import Kept
from incident.api.routes import Call, endpoint
from incident.delivery import inbox
from incident.integrations.pagerduty.webhook import SIGNATURE, WEBHOOK_ID, is_signed
from incident.services import connections
from incident.storage.db import reading

RETRY_AFTER = 5

log = logging.getLogger(__name__)


def require_signature() -> None:
    """Only PagerDuty knows the secret. What it did not sign is not even kept."""
    config: Config = current_app.config["DESK"]
    body = request.get_data(cache=True)
    header = request.headers.get(SIGNATURE, "")
    if header:
        with reading() as session:
            secrets = connections.pagerduty(session, config).webhook_secrets
        if is_signed(header, body, secrets):
            return
    challenge = WWWAuthenticate("signature", {"realm": "incident desk"})
    raise Unauthorized("Not signed by PagerDuty.", www_authenticate=challenge)


@endpoint(
    "POST",
    "/api/triggers/pagerduty",
    answer=Kept,
    role="",
    status=202,
    guard=require_signature,
)
def pagerduty(call: Call[None, None]) -> Kept:
    """A V3 webhook of PagerDuty. Whatever is signed is kept and taken, understood or not."""
    webhook_id = request.headers.get(WEBHOOK_ID, "")
    try:
        inbox.receive_from_pagerduty(call.session, request.get_data(), webhook_id, at=call.at)
    except SQLAlchemyError as error:
        log.error("PagerDuty has to try again: %s", type(error).__name__)
        raise ServiceUnavailable("Try again in a moment.", retry_after=RETRY_AFTER) from None
    return Kept()
