"""Leaves out what Slack could not be told for long, and promises one summary instead."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import catch_up as rules
from incident.rules.outcome import Notice, Outcome
from incident.rules.permissions import DESK
from incident.services.record import record
from incident.storage import stale_posts
from incident.storage.incidents import Incident
from incident.storage.outbox import SLACK, Delivery


def fold(session: Session, incident: Incident, *, away_since: datetime, at: datetime) -> int:
    """Says how many messages are left out. `incident` must be locked.

    Nothing is left out of what a person or a step posts, nor of alarms, receipts and cards.
    """
    before = at - rules.STALE_AFTER
    waiting = stale_posts.of_incident(session, incident.id, before=before)
    by_place: dict[tuple[str, str], list[Delivery]] = {}
    for post in waiting:
        if rules.is_passing(rules.cause_of(post.dedup_key)):
            by_place.setdefault(_place_of(post), []).append(post)
    return sum(
        _leave_out(session, incident, place, posts, away_since, at)
        for place, posts in by_place.items()
    )


def summary_for(session: Session, delivery: Delivery) -> Delivery | None:
    """The summary that would have told this post, had nobody been just sending it then."""
    cause = rules.cause_of(delivery.dedup_key)
    if (delivery.integration, delivery.action) != (SLACK, "post") or not rules.is_passing(cause):
        return None
    known = stale_posts.summaries_after(
        session, delivery.incident_id, rules.CAUSE, after=delivery.created_at + rules.STALE_AFTER
    )
    here = [one for one in known if _place_of(one) == _place_of(delivery)]
    return here[0] if here else None


def count(session: Session, delivery: Delivery) -> None:
    """One more is left out. A summary that has gone out already stays as it is."""
    summary = summary_for(session, delivery)
    if summary is not None and summary.state == "due":
        left_out = int(summary.settings.get("left_out", 0)) + 1
        summary.settings = {**summary.settings, "left_out": left_out}


def _place_of(post: Delivery) -> tuple[str, str]:
    return post.target, str(post.settings.get("thread_ts") or "")


def _leave_out(
    session: Session,
    incident: Incident,
    place: tuple[str, str],
    posts: Sequence[Delivery],
    away_since: datetime,
    at: datetime,
) -> int:
    """A single one is not worth a summary of its own."""
    cause = f"{rules.CAUSE}-{away_since:%Y%m%dT%H%M%S}-{place[0]}-{place[1]}"
    known = stale_posts.summaries(session, incident.id, cause)
    open_one = known[-1] if known and known[-1].state == "due" else None
    if open_one is None and len(posts) < rules.FEWEST:
        return 0
    for post in posts:
        post.state, post.settled_at, post.last_error = "superseded", at, rules.REASON
    more: dict[str, Any] = {"left_out": len(posts), "last": posts[-1].subject}
    if open_one is not None:
        more["left_out"] += int(open_one.settings.get("left_out", 0))
        open_one.settings = {**open_one.settings, **more}
    else:
        notice = _summary(incident, place, cause, away_since, more, generation=len(known) + 1)
        record(session, incident, Outcome(notices=(notice,)), actor=DESK, at=at)
    return len(posts)


def _summary(
    incident: Incident,
    place: tuple[str, str],
    cause: str,
    away_since: datetime,
    more: dict[str, Any],
    *,
    generation: int,
) -> Notice:
    """Its words are found when it goes out: only then is it known until when Slack was away."""
    channel, thread_ts = place
    return Notice(
        integration="slack",
        action="post",
        target=channel,
        subject="what Slack missed",
        cause=cause,
        generation=generation,
        settings={
            "channel": channel,
            "thread_ts": thread_ts,
            "away_since": away_since.isoformat(),
            "zone": incident.zone,
            "path": f"/incidents/{incident.key}",
            **more,
        },
    )
