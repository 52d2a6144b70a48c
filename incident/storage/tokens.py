"""Tokens: keys of scripts. Only the hash of the secret half is kept."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime
from incident.storage.logins import SEEN_EVERY


class Token(Base):
    """A script acts under `name`, with the rights of `role`, until it expires or is revoked."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    secret_hash: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def find(session: Session, token_id: int) -> Token | None:
    return session.get(Token, token_id)


def get(session: Session, token_id: int) -> Token:
    return session.scalars(select(Token).where(Token.id == token_id).with_for_update()).one()


def every(session: Session) -> list[Token]:
    """All tokens, newest first, the dead ones too."""
    return list(session.scalars(select(Token).order_by(Token.id.desc())))


def touch(session: Session, token_id: int, at: datetime) -> None:
    """Note that it was used, at most once a minute."""
    session.execute(
        update(Token)
        .where(Token.id == token_id, Token.used_at.is_(None) | (Token.used_at <= at - SEEN_EVERY))
        .values(used_at=at)
    )
