"""Links: one-time addresses that let somebody in. Only the hash of each is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Link(Base):
    """Kind: setup invitation reset. Good once, until `expires_at`; a newer one replaces it."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def good(session: Session, kind: str, token_hash: str, at: datetime) -> Link | None:
    """The link of this token, locked, if it can still be used."""
    return session.scalars(
        select(Link)
        .where(
            Link.kind == kind,
            Link.token_hash == token_hash,
            Link.used_at.is_(None),
            Link.expires_at > at,
        )
        .with_for_update()
    ).one_or_none()


def waiting(session: Session, kind: str, at: datetime) -> list[Link]:
    """The links of this kind that somebody could still open, newest first."""
    return list(
        session.scalars(
            select(Link)
            .where(Link.kind == kind, Link.used_at.is_(None), Link.expires_at > at)
            .order_by(Link.id.desc())
        )
    )


def withdraw(session: Session, kind: str, at: datetime, *, email: str = "") -> None:
    """Make every unused link of this kind (for this address) useless."""
    session.execute(
        update(Link)
        .where(Link.kind == kind, Link.email == email, Link.used_at.is_(None))
        .values(used_at=at)
    )
