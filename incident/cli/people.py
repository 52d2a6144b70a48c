"""`incident invite` and `incident token`: who may come in."""

import argparse

from incident import clock
from incident.cli.desk import configure, open_desk
from incident.rules.people import email_of
from incident.rules.permissions import Actor
from incident.services import people, tokens
from incident.storage import people as rows
from incident.storage.db import transaction

OPERATOR = Actor("The terminal", role="admin", source="cli")


def invite(asked: argparse.Namespace) -> None:
    """A link to a new account; where there is one already, to a new password."""
    config = configure()
    open_desk(config)
    with transaction() as session:
        person = rows.by_email(session, email_of(asked.email))
        if person is None:
            token = people.invite(
                session, email=asked.email, role=asked.role, actor=OPERATOR, at=clock.now()
            )
            lasts, where = f"can join as {asked.role}, once, within 7 days", "invitations"
        else:
            token = people.offer_reset(session, person_id=person.id, actor=OPERATOR, at=clock.now())
            lasts, where = "can choose a new password, once, within 30 minutes", "resets"
    print(f"{asked.email} {lasts}: {config.public_url}/{where}/{token}")


def token(asked: argparse.Namespace) -> None:
    open_desk(configure())
    with transaction() as session:
        written = tokens.create(
            session, name=asked.name, role=asked.role, actor=OPERATOR, at=clock.now()
        )
    print(f"Token of {asked.name} ({asked.role}), shown only now: {written}")
