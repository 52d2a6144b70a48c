"""Every picture of docs/screens: on which desk, whose screen, and what was done before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from incident.integrations.notifier import Refused
from incident.services import (
    checklists,
    incidents,
    install,
    logins,
    pages,
    runs,
    step_claims,
    steps,
    visits,
)
from incident.services.logins import Caller
from incident.services.visits import Guest
from incident.storage import logins as login_rows
from incident.storage import timeline
from incident.storage.db import transaction
from tests.browser import paging_story as paging
from tests.browser.desk import COOKIE, Desk
from tests.browser.story import (
    JO,
    NIGHT,
    STARTERS,
    Story,
    neighbours,
    publish,
    runaway,
    the_house,
    the_night,
)
from tests.conftest import MAYA, TOM
from tests.services.retro_story import the_story
from tests.web.browsers import a_person

MORNING = datetime(2021, 7, 12, 13, 30, tzinfo=NIGHT.tzinfo)
LIVE = "/incidents/INC-42"


def nothing(page: Page, desk: Desk) -> None:
    """The page as it opens."""


@dataclass(frozen=True)
class Picture:
    """`prepare` is what somebody does on the page before the picture is taken."""

    name: str
    address: str
    who: str = "Maya"
    role: str = "responder"
    prepare: Callable[[Page, Desk], None] = nothing


@dataclass(frozen=True)
class Scene:
    """A desk of its own, at a moment of its own, and the pictures that are taken of it."""

    now: datetime
    build: Callable[[datetime], object]
    pictures: tuple[Picture, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


def fresh(now: datetime) -> None:
    """What `make run` begins with, once the first account is made."""
    with transaction() as session:
        install.prepare(session, now)
        checklists.load_starters(session, STARTERS, at=now)
    a_person("Ada", "admin")


def untouched(now: datetime) -> None:
    """What `make run` begins with."""
    with transaction() as session:
        install.prepare(session, now)


def without_pagerduty(now: datetime) -> None:
    """Somebody declared an incident before anybody had connected PagerDuty."""
    fresh(now)
    story = Story(now)
    story.opens(12, MAYA, title="Uploads fail since noon", severity="sev2")
    publish(story, PAGE_FIRST, 60 * 24)
    story.did(runs.attach, 10, MAYA, slug="uploads", confirmed=True)
    story.did(steps.complete, 4, MAYA, number=1)
    story.sends(4)


def refused(now: datetime) -> None:
    """PagerDuty says no to the page: the telephones are what is left."""
    the_house(now)
    neighbours(now)
    story = Story(now)
    story.opens(12, MAYA, title="Uploads fail since noon", severity="sev2")
    publish(story, PAGE_FIRST, 60 * 24)
    story.did(runs.attach, 10, MAYA, slug="uploads", confirmed=True)
    story.did(steps.complete, 4, MAYA, number=1)
    story.sends(4, Refused("PagerDuty does not know the routing key"))


def at_the_hold(now: datetime) -> None:
    """Everything is done but the page, which nobody has answered: nothing passes the hold."""
    the_house(now)
    neighbours(now)
    key = runaway(now)
    story = Story(now, key)
    for minutes, number, value in ((2, 7, "1204331"), (1.6, 8, "1204331")):
        story.did(steps.complete, minutes, MAYA, number=number, value=value)
    story.did(steps.answer, 1.2, TOM, number=9, value="yes")
    story.did(steps.complete, 1, MAYA, number=4)


def come_back(now: datetime) -> None:
    """Maya left at step 3, and much happened in those eleven minutes."""
    the_night(now)
    left_at = now - timedelta(minutes=11)
    maya = a_person("Maya")
    with transaction() as session:
        logins.open_for(session, maya, caller=Caller("127.0.0.1"), at=left_at)
        guest = Guest(maya.id, maya.name, login_rows.of_person(session, maya.id)[0].id)
        events = timeline.since(session, 42, 0)
        seen = max(event.seq for event in events if event.recorded_at <= left_at)
        marked = {"incident_key": "INC-42", "guest": guest, "seq": seen, "step": 3}
        visits.mark(session, **marked, at=now - timedelta(minutes=14))
        visits.mark(session, **marked, at=left_at)
    story = Story(now, "INC-42")
    story.did(incidents.set_severity, 8, TOM, severity="sev1")
    story.did(steps.reopen, 6, TOM, number=2)


def claimed(now: datetime) -> None:
    """Tom said eleven minutes ago that he is on the step, and nothing was heard of it since."""
    the_night(now)
    Story(now, "INC-42").did(step_claims.claim, 11, TOM, number=7)


def complete(now: datetime) -> None:
    """The end of the list: mitigated, with one thing still owed."""
    at_the_hold(now)
    story = Story(now, "INC-42")
    story.did(pages.acknowledge, 0.9, JO, number=5)
    story.sends(0.9)
    for number, value in ((11, ""), (12, ""), (13, "yes")):
        story.did(steps.complete, 0.6, TOM, number=number, value=value)
    story.sends(0.5, to="slack")
    story.did(incidents.move, 0.3, TOM, action="mitigate")


def morning(now: datetime) -> None:
    """Two days later: the incident of July 9 has its retro, and the lead reads it."""
    the_house(now)
    the_story()


def open_sheet(name: str) -> Callable[[Page, Desk], None]:
    def prepare(page: Page, desk: Desk) -> None:
        page.locator(f"[popovertarget={name}]:visible").first.click()
        expect(page.locator(f"#{name}")).to_be_visible()

    return prepare


def open_page(page: Page, desk: Desk) -> None:
    """On a telephone a waiting step is one line, until somebody touches it."""
    page.locator(".step--waiting .step__title").first.click()
    expect(page.locator(".ladder").first).to_be_visible()


def open_receipt(page: Page, desk: Desk) -> None:
    """A page that was answered is a settled step: its receipt is kept in it."""
    page.locator(".fold summary").first.click()
    page.locator("#step-2 summary").click()
    expect(page.locator("#step-2 .ladder")).to_be_visible()


def press(key: str, sheet: str) -> Callable[[Page, Desk], None]:
    def prepare(page: Page, desk: Desk) -> None:
        page.keyboard.press(key)
        expect(page.locator(f"#{sheet}")).to_be_visible()

    return prepare


def lose_the_line(page: Page, desk: Desk) -> None:
    """Offline, with something typed that could not be saved."""
    page.get_by_placeholder("What just happened?").fill("The count falls again.")
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved")
    expect(page.locator("[data-state]:visible")).to_contain_text("Not live")


def be_overtaken(page: Page, desk: Desk) -> None:
    """Somebody else settles the step while a value for it is being typed."""
    page.get_by_label("What did you see?").fill("1204")
    now = NIGHT + timedelta(seconds=1)
    desk.change(steps.complete, incident_key="INC-42", number=7, value="1204331", actor=TOM, at=now)
    expect(page.get_by_text("This changed while you were typing")).to_be_visible()


def be_logged_out(page: Page, desk: Desk) -> None:
    page.get_by_placeholder("What just happened?").fill("Redis answers again, slowly.")
    page.context.clear_cookies(name=COOKIE)
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("You were logged out")


PAGE_FIRST = """---
title: Uploads fail
slug: uploads
---

# Uploads fail

## Begin

- [ ] Look at the error rate of the upload service
- [ ] Page the primary on-call {page=primary ack=5m}
- [ ] Switch uploads to the second region
"""

SLACK = {"slack_bot_token": "xoxb-of-a-picture", "slack_signing_secrets": "of a picture"}

SCENES = (
    Scene(
        NIGHT,
        the_night,
        (
            Picture("live", LIVE),
            Picture("home", "/"),
            Picture("declare", "/incidents/new"),
            Picture("checklists", "/checklists"),
            Picture("checklist", "/checklists/purge-notifications"),
            Picture("checklist-edit", "/checklists/purge-notifications/draft"),
            Picture("settings", "/settings", "Ada", "admin"),
            Picture("settings-targets", "/settings/targets", "Ada", "admin"),
            Picture("settings-target", "/settings/targets/mobile", "Ada", "admin"),
            Picture("people", "/settings/people", "Ada", "admin"),
            Picture("profile", "/profile"),
            Picture("log-in", "/login", ""),
            Picture("not-found", "/incidents/INC-999"),
            Picture("live-of-a-viewer", LIVE, "Sam", "viewer"),
            Picture("search-without-result", "/incidents?q=zeppelin"),
            Picture("keys-sheet", LIVE, prepare=press("?", "keys-sheet")),
            Picture("page-sheet", LIVE, prepare=open_sheet("page-sheet")),
            Picture("outcomes-sheet", LIVE, prepare=open_sheet("aside-7")),
            Picture("help-sheet", LIVE, prepare=open_sheet("help-sheet")),
            Picture("triage", "/incidents/INC-43"),
            Picture("drill", "/incidents/INC-44"),
            Picture("offline", LIVE, prepare=lose_the_line),
            Picture("log-in-expired", LIVE, prepare=be_logged_out),
            Picture("conflict", LIVE, prepare=be_overtaken),
        ),
        SLACK,
    ),
    Scene(NIGHT, untouched, (Picture("nobody-yet", "/", ""),)),
    Scene(NIGHT, fresh, (Picture("fresh-install", "/", "Ada", "admin"),)),
    Scene(
        NIGHT,
        without_pagerduty,
        (
            Picture("pagerduty-absent", "/incidents/INC-1"),
            Picture("alone", "/incidents/INC-1", prepare=open_sheet("help-sheet")),
        ),
    ),
    Scene(NIGHT, refused, (Picture("page-refused", LIVE),)),
    Scene(NIGHT, paging.waiting, (Picture("page-waiting", LIVE, prepare=open_page),)),
    Scene(NIGHT, paging.second_rung, (Picture("page-next-rung", LIVE, prepare=open_page),)),
    Scene(NIGHT, paging.acknowledged, (Picture("page-acknowledged", LIVE, prepare=open_receipt),)),
    Scene(NIGHT, paging.nobody_woken, (Picture("page-nobody-woken", LIVE),)),
    Scene(NIGHT, paging.refused_then_next, (Picture("page-rung-refused", LIVE),)),
    Scene(NIGHT, paging.exhausted, (Picture("page-exhausted", LIVE),)),
    Scene(NIGHT, paging.held_back, (Picture("page-held-back", LIVE, prepare=open_page),)),
    Scene(NIGHT, at_the_hold, (Picture("hold-blocked", LIVE),)),
    Scene(NIGHT, come_back, (Picture("come-back", LIVE),)),
    Scene(
        NIGHT, claimed, (Picture("step-claimed", LIVE), Picture("step-claimed-by-me", LIVE, "Tom"))
    ),
    Scene(NIGHT, complete, (Picture("list-complete", LIVE),)),
    Scene(
        MORNING,
        morning,
        (
            Picture("retro", "/incidents/INC-1/retro", "Ada", "admin"),
            Picture("retros", "/retros", "Ada", "admin"),
        ),
    ),
)
