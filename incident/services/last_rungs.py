"""The last resort of a ladder: whoever is next is paged, and people are told, and nothing else."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import alarms, ladder
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.permissions import DESK
from incident.services import page_alarms, page_timers
from incident.services.record import record
from incident.storage import pages, targets
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE, Page
from incident.storage.timers import Timer

OWED = {"rung": page_alarms.CLIMBABLE, "asleep": ("acknowledged",)}
STUMBLED = "The desk stumbled over the page to {target}"


def page_next_plainly(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Page the next rung without what only makes a page better. With nobody left, the page is
    exhausted."""
    page = page_timers.page_of(session, timer)
    if not _is_owed(session, incident, page, timer):
        return
    climbed = ladder.since_start(pages.of_cause(session, incident.id, page.cause))
    following = next(iter(ladder.ahead(climbed, targets.backups(session))), "")
    why = STUMBLED.format(target=page.target)
    if following:
        _page(session, incident, page, climbed[-1], following, why, at)
    elif page.state in LIVE:
        page.state, page.reason, page.ended_at = "exhausted", why, at


def climb_instead(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Nobody can say whether this page gets anywhere: let the ladder find out, now."""
    page = page_timers.page_of(session, timer)
    if incident.open and page.state in LIVE:
        why = STUMBLED.format(target=page.target)
        page_timers.put(session, page, "rung", due_at=at, at=at, why=why)


def alarm_plainly(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Whoever was paged instead: nobody knows what else went wrong with this page."""
    page = page_timers.page_of(session, timer)
    if incident.open and page.state in (*OWED[timer.kind], "exhausted"):
        sentence = alarms.stuck(page.target)
        page_alarms.raise_alarm(
            session, incident, page, kind=alarms.STUCK, sentence=sentence, at=at
        )


def _is_owed(session: Session, incident: Incident, page: Page, timer: Timer) -> bool:
    if not incident.open or incident.mode == "drill" or page.state not in OWED[timer.kind]:
        return False
    newest = pages.of_cause(session, incident.id, page.cause)[-1]
    return newest.id == page.id or newest.state not in page_alarms.CLIMBABLE


def _page(
    session: Session,
    incident: Incident,
    page: Page,
    newest: Page,
    following: str,
    why: str,
    at: datetime,
) -> None:
    rung = newest.rung + 1
    notice = Notice(
        integration="pagerduty",
        action="trigger",
        target=following,
        subject=page.summary,
        cause=ladder.cause_of(page.cause, rung),
        generation=newest.generation,
        step=page.step,
        settings={"severity": incident.severity, "path": f"/incidents/{incident.key}"},
        rung=rung,
        follows=newest.id,
    )
    text = f"{why}: paging {following} (rung {rung})"
    data = {"target": following, "rung": rung, "after": page.target}
    event = Event("page_climbed", text, data, step=page.step, key_moment=True)
    record(session, incident, Outcome((event,), (notice,)), actor=DESK, at=at)
