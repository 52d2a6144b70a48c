"""The installation: one row that names it, so that its keys are nobody else's."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Install(Base):
    """`code` is eight characters, made once; it stands in every dedup_key we send."""

    __tablename__ = "installs"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


def code(session: Session) -> str:
    """Eight characters that are this installation's alone."""
    return session.scalars(select(Install.code)).one()


def find(session: Session) -> Install | None:
    return session.scalars(select(Install)).one_or_none()


def lock(session: Session) -> Install:
    """The installation, for what only one process at a time may do to it."""
    return session.scalars(select(Install).with_for_update()).one()
