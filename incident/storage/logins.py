"""Logins: which browsers people have left open, each known by the hash of its token."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime
from incident.storage.people import Person

SEEN_EVERY = timedelta(minutes=1)


class Login(Base):
    """One browser that logged in, until `ended_at`. The token itself is only in its cookie."""

    __tablename__ = "logins"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def current(session: Session, token_hash: str) -> tuple[Login, Person] | None:
    """The open login of this token, with its person, unless they have been shut out."""
    row = session.execute(
        select(Login, Person)
        .join(Person, Person.id == Login.person_id)
        .where(
            Login.token_hash == token_hash, Login.ended_at.is_(None), Person.disabled_at.is_(None)
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def of_person(session: Session, person_id: int) -> list[Login]:
    """The open logins of a person, the one used last first."""
    return list(
        session.scalars(
            select(Login)
            .where(Login.person_id == person_id, Login.ended_at.is_(None))
            .order_by(Login.seen_at.desc(), Login.id.desc())
        )
    )


def touch(session: Session, login_id: int, at: datetime) -> None:
    """Note that it was used, at most once a minute, whichever process asks."""
    session.execute(
        update(Login)
        .where(Login.id == login_id, Login.seen_at <= at - SEEN_EVERY)
        .values(seen_at=at)
    )


def end(
    session: Session,
    person_id: int,
    at: datetime,
    *,
    only: Collection[int] | None = None,
    but: int | None = None,
) -> None:
    """End a person's open logins: all of them, `only` some, or all `but` one."""
    query = update(Login).where(Login.person_id == person_id, Login.ended_at.is_(None))
    if only is not None:
        query = query.where(Login.id.in_(only))
    if but is not None:
        query = query.where(Login.id != but)
    session.execute(query.values(ended_at=at))
