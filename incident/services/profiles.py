"""What people change about themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import people as rules
from incident.rules.fields import refuse
from incident.storage import logins, people
from incident.storage.people import Person


def save(
    session: Session,
    *,
    person_id: int,
    name: str,
    zone: str,
    phone: str = "",
    slack_id: str = "",
    shortcuts: bool = True,
) -> Person:
    """One's own profile. The address and the role are an admin's to change."""
    name, phone, slack_id = name.strip(), phone.strip(), slack_id.strip().upper()
    refuse(
        {
            "name": rules.name_problem(name) or name_taken(session, name, person_id),
            "zone": rules.zone_problem(zone),
            "phone": rules.phone_problem(phone),
            "slack_id": rules.slack_problem(slack_id) or _slack_taken(session, slack_id, person_id),
        }
    )
    person = people.get(session, person_id, lock=True)
    person.name, person.zone, person.phone = name, zone, phone
    person.shortcuts = shortcuts
    if slack_id != person.slack_id:
        person.slack_id, person.slack_link = slack_id, "" if slack_id else "refused"
    return person


def unlink(session: Session, *, person_id: int) -> None:
    """This is not me in Slack. The desk does not link them by their address again."""
    person = people.get(session, person_id, lock=True)
    person.slack_id, person.slack_link = "", "refused"


def change_password(
    session: Session,
    *,
    person_id: int,
    password_hash: str,
    at: datetime,
    keep_login: int,
    end_others: bool,
) -> None:
    """The current password was compared already; other logins end if they were asked to."""
    people.get(session, person_id, lock=True).password_hash = password_hash
    if end_others:
        logins.end(session, person_id, at, but=keep_login)


def name_taken(session: Session, name: str, person_id: int | None = None) -> str:
    """The timeline knows people by their names: two of one name could not be told apart."""
    other = people.by_name(session, name)
    if other is None or other.id == person_id:
        return ""
    return f"There is a {other.name} already. Add something that tells you apart."


def _slack_taken(session: Session, slack_id: str, person_id: int) -> str:
    """Two people with one Slack identity could approve each other."""
    other = people.by_slack_id(session, slack_id)
    if other is None or other.id == person_id:
        return ""
    return f"This Slack member is {other.name} already. Ask an admin if that is wrong."
