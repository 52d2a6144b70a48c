"""People: who may come in, what we call them, and how they are reached."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Person(Base):
    """Somebody with an account. Role: viewer responder admin. `email` is in lower case.

    A person is never deleted, for the timeline names them; `disabled_at` shuts them out.
    `shortcuts` is whether single keys do things on their screens. `slack_link` says who gave the
    `slack_id`: "" the person, "email" the desk itself because Slack knows the same address. With
    "refused" the person took it away, and the desk gives none again.
    """

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(default="responder")
    password_hash: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="UTC")
    phone: Mapped[str] = mapped_column(default="")
    slack_id: Mapped[str] = mapped_column(default="", index=True)
    slack_link: Mapped[str] = mapped_column(default="", server_default="")
    shortcuts: Mapped[bool] = mapped_column(default=True)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


def find(session: Session, person_id: int) -> Person | None:
    return session.get(Person, person_id)


def get(session: Session, person_id: int, *, lock: bool = False) -> Person:
    """The person of this id; `lock` when the row is about to change."""
    query = select(Person).where(Person.id == person_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def by_email(session: Session, email: str) -> Person | None:
    return session.scalars(select(Person).where(Person.email == email)).one_or_none()


def by_name(session: Session, name: str) -> Person | None:
    """Who goes by this name, however it is written."""
    query = select(Person).where(func.lower(Person.name) == name.lower())
    return session.scalars(query.order_by(Person.id).limit(1)).one_or_none()


def by_slack_id(session: Session, slack_id: str) -> Person | None:
    """Who this Slack member is here, if anybody who may still come in."""
    if not slack_id:
        return None
    return session.scalars(
        select(Person)
        .where(Person.slack_id == slack_id, Person.disabled_at.is_(None))
        .order_by(Person.id)
        .limit(1)
    ).one_or_none()


def slack_ids(session: Session) -> set[str]:
    """Every Slack member that somebody is, those who may not come in any more too."""
    return set(session.scalars(select(Person.slack_id).where(Person.slack_id != "")))


def every(session: Session) -> list[Person]:
    """All people by name, the disabled ones too."""
    return list(session.scalars(select(Person).order_by(func.lower(Person.name), Person.id)))


def reachable(session: Session) -> list[Person]:
    """Whoever gave a telephone number and may come in, by name."""
    query = select(Person).where(Person.phone != "", Person.disabled_at.is_(None))
    return list(session.scalars(query.order_by(func.lower(Person.name))))


def responders(session: Session) -> list[Person]:
    """Whoever may come in and may do something about an incident, by name."""
    query = select(Person).where(
        Person.role.in_(("responder", "admin")), Person.disabled_at.is_(None)
    )
    return list(session.scalars(query.order_by(func.lower(Person.name), Person.id)))


def any_yet(session: Session) -> bool:
    """Whether anybody has an account."""
    return session.scalar(select(Person.id).limit(1)) is not None


def active_admins(session: Session) -> list[Person]:
    """The admins who may come in, locked, so that two of them cannot both be the last to go."""
    return list(
        session.scalars(
            select(Person)
            .where(Person.role == "admin", Person.disabled_at.is_(None))
            .order_by(Person.id)
            .with_for_update()
        )
    )
