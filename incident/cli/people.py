"""`incident invite` and `incident token`: who may come in."""

import argparse

from incident import clock
from incident.cli.desk import configure, open_desk
from incident.rules.permissions import Actor
from incident.services import people, tokens
from incident.storage.db import transaction

OPERATOR = Actor("The terminal", role="admin", source="cli")


def invite(asked: argparse.Namespace) -> None:
    """Whoever has the terminal can always come in: a known address gets a new-password link."""
    config = configure()
    open_desk(config)
    with transaction() as session:
        kind, token = people.offer_link(
            session, email=asked.email, role=asked.role, actor=OPERATOR, at=clock.now()
        )
    link = f"{config.public_url}/{kind}/{token}"
    if kind == "resets":
        print(f"{asked.email} has an account. A new password, once, within 30 minutes: {link}")
    else:
        print(f"{asked.email} can join as {asked.role}, once, within 7 days: {link}")


def token(asked: argparse.Namespace) -> None:
    open_desk(configure())
    with transaction() as session:
        written = tokens.create(
            session, name=asked.name, role=asked.role, actor=OPERATOR, at=clock.now()
        )
    print(f"Token of {asked.name} ({asked.role}), shown only now: {written}")
