"""Receipts: the newest wording of a message of ours in Slack, as the outbox has it."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from incident.storage.outbox import Delivery


def newest(session: Session, incident_id: int, dedup_key: str) -> Delivery | None:
    """The post, or the last edit of it that was promised. `dedup_key` is that of the post."""
    cause = dedup_key.rpartition("/g")[0]
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.incident_id == incident_id,
            Delivery.integration == "slack",
            Delivery.dedup_key.startswith(f"{cause}/g", autoescape=True),
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    ).one_or_none()


def last_answered(session: Session, incident_id: int) -> Delivery | None:
    """The last post of ours below somebody's message, whatever it was about."""
    return _last_post(session, incident_id, ["/signal-"])


def last_news(session: Session, incident_id: int) -> Delivery | None:
    """What whoever called for help was told aloud last."""
    return _last_post(session, incident_id, ["/news-", "/outcry-"])


def _last_post(session: Session, incident_id: int, about: Collection[str]) -> Delivery | None:
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.incident_id == incident_id,
            Delivery.integration == "slack",
            Delivery.action == "post",
            or_(*(Delivery.dedup_key.contains(one) for one in about)),
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    ).one_or_none()
