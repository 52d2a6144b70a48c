"""Every page there is, with something on it, for tests that look at all of them."""

from datetime import datetime

from playwright.sync_api import Page, expect

from incident.services import people
from tests.browser import slack_pictures as slack
from tests.browser import slack_story
from tests.browser.desk import Desk
from tests.browser.pictures import Picture, open_sheet
from tests.browser.story import the_night
from tests.conftest import ADA
from tests.services.retro_story import the_story

# What is no page, and what is only there while nobody has an account.
NO_PAGES = {
    "assets.send",
    "bell.listen",
    "checklists.source",
    "incidents.since",
    "retros.export",
    "static",
    "visits.show",
}
BEFORE_ANYBODY = {"links.first", "links.setup"}
LIVE = "/incidents/INC-42"
RETRO = "/incidents/INC-45/retro"
PRIVATE = "/incidents/INC-46"


def everything(now: datetime) -> None:
    """The night, a morning with a retro, and everything that Slack adds."""
    the_night(now)
    the_story()
    slack_story.tell(now)
    slack_story.connect(now)
    slack_story.rehearse(now)
    slack_story.hide(now)
    slack_story.fail(now)


def declare_nothing(page: Page, desk: Desk) -> None:
    page.get_by_label("What do people see?").fill("   ")
    page.locator("main").get_by_role("button", name="Declare").click()
    expect(page.get_by_role("alert")).to_be_visible()


def say_nothing(page: Page, desk: Desk) -> None:
    page.get_by_label("Conditions").fill("   ")
    page.get_by_role("button", name="Send the update").click()
    expect(page.get_by_text("Say what is known")).to_be_visible()


def publish_too_early(page: Page, desk: Desk) -> None:
    """The retro of an incident that still goes on: a refusal on a page of its own."""
    page.get_by_role("button", name="Publish…").click()
    page.locator("#publication-sheet").get_by_role("button", name="Publish").click()
    expect(page.locator("[data-sentence], main h1")).not_to_have_count(0)


def save_nonsense(page: Page, desk: Desk) -> None:
    page.get_by_label("The document, in Markdown").fill(
        "# Nothing\n\n- [ ] Wake them {page=ghost}\n"
    )
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("This draft cannot be published yet")).to_be_visible()


def follow_a_link(page: Page, desk: Desk, email: str) -> None:
    """One-time links are made when they are needed: nobody can know their address before."""
    kind, token = desk.change(people.offer_link, email=email, role="viewer", actor=ADA)
    page.goto(f"/{kind}/{token}")


def accept_an_invitation(page: Page, desk: Desk) -> None:
    follow_a_link(page, desk, "new@example.com")


def choose_a_password(page: Page, desk: Desk) -> None:
    follow_a_link(page, desk, "sam@example.com")


def make_a_token(page: Page, desk: Desk) -> None:
    page.get_by_label("What will use it").fill("deploys")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("ic_")).to_be_visible()


def invite_somebody(page: Page, desk: Desk) -> None:
    page.get_by_label("E-mail").fill("next@example.com")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_text("/invitations/").first).to_be_visible()


PAGES = (
    Picture("home", "/"),
    Picture("every incident", "/incidents"),
    Picture("declare", "/incidents/new"),
    Picture("declare, refused", "/incidents/new", prepare=declare_nothing),
    Picture("live", LIVE),
    Picture("live, of a viewer", LIVE, "Sam", "viewer"),
    Picture("live, of triage", "/incidents/INC-43"),
    Picture("live, of a drill", "/incidents/INC-44"),
    Picture("live, of one that is over", "/incidents/INC-41"),
    Picture("paging", LIVE, prepare=open_sheet("page-sheet")),
    Picture("outcomes", LIVE, prepare=open_sheet("aside-7")),
    Picture("help", LIVE, prepare=open_sheet("help-sheet")),
    Picture("owed", LIVE, prepare=open_sheet("owed-sheet")),
    Picture("status", LIVE, prepare=open_sheet("status-sheet")),
    Picture("channel", LIVE, prepare=slack.open_channel),
    Picture("updates", slack.UPDATES),
    Picture("updates, previewed", slack.UPDATES, prepare=slack.preview),
    Picture("updates, refused", slack.UPDATES, prepare=say_nothing),
    Picture("updates, of a viewer", slack.UPDATES, "Sam", "viewer"),
    Picture("members", f"{LIVE}/members"),
    Picture("members of a private one", f"{PRIVATE}/members"),
    Picture("private", PRIVATE),
    Picture("private, of an outsider", PRIVATE, "Sam", "viewer"),
    Picture("timeline", f"{LIVE}/timeline"),
    Picture("attach", f"{LIVE}/checklists"),
    Picture("checklists", "/checklists"),
    Picture("checklist", "/checklists/purge-notifications"),
    Picture("checklist, new", "/checklists/new"),
    Picture("checklist, edited", "/checklists/purge-notifications/draft"),
    Picture("checklist, not fit", "/checklists/new", prepare=save_nonsense),
    Picture("retros", "/retros"),
    Picture("retro", RETRO),
    Picture("retro, of a viewer", RETRO, "Sam", "viewer"),
    Picture("retro, refused", f"{LIVE}/retro", prepare=publish_too_early),
    Picture("retro, a line", f"{RETRO}/events/3"),
    Picture("retro, a section", f"{RETRO}/sections/summary"),
    Picture("settings", "/settings", "Ada", "admin"),
    Picture("pagerduty", "/settings/pagerduty", "Ada", "admin"),
    Picture("targets", "/settings/targets", "Ada", "admin"),
    Picture("target", "/settings/targets/mobile", "Ada", "admin"),
    Picture("target, new", "/settings/targets/new", "Ada", "admin"),
    Picture("slack", slack.SETTINGS, "Ada", "admin"),
    Picture("slack, refused", slack.SETTINGS, "Ada", "admin", slack.give_wrong_tokens),
    Picture("slack rule, last week", slack.RULE, "Ada", "admin"),
    Picture("slack rules", "/settings/slack-rules", "Ada", "admin"),
    Picture("slack rule", "/settings/slack-rules/C0PAYMENTS", "Ada", "admin"),
    Picture("slack rule, new", "/settings/slack-rules/new", "Ada", "admin"),
    Picture("people", "/settings/people", "Ada", "admin"),
    Picture("people, invited", "/settings/people", "Ada", "admin", invite_somebody),
    Picture("tokens", "/settings/tokens", "Ada", "admin"),
    Picture("tokens, made", "/settings/tokens", "Ada", "admin", make_a_token),
    Picture("profile", "/profile"),
    Picture("log-in", "/login", ""),
    Picture("invitation", "/login", "", prepare=accept_an_invitation),
    Picture("new password", "/login", "", prepare=choose_a_password),
    Picture("error 403", "/settings/tokens", "Sam", "viewer"),
    Picture("error 404", "/incidents/INC-999"),
)
