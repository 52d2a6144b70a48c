"""The pictures of docs/screens that show how the desk works with Slack."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import slack_story as slack
from tests.browser.desk import Desk
from tests.browser.pictures import LIVE, SLACK, Picture, Scene, fresh, open_sheet
from tests.browser.story import NIGHT, the_night

SETTINGS = "/settings/slack"
RULE = f"/settings/slack-rules/{slack.CORD}"
UPDATES = f"{LIVE}/updates"


def go_to(heading: str) -> Callable[[Page, Desk], None]:
    """Scrolled down to where this begins."""

    def prepare(page: Page, desk: Desk) -> None:
        page.locator(f"#{heading}").evaluate("one => one.scrollIntoView({block: 'start'})")

    return prepare


def to_the_top(page: Page, desk: Desk) -> None:
    """Where the band is, on a telephone."""
    page.evaluate("scrollTo(0, 0)")


def give_wrong_tokens(page: Page, desk: Desk) -> None:
    page.get_by_label("bot token").fill("xapp-1-A0DESK-0000000000-0000000000")
    page.get_by_label("app-level token").fill("xoxb-0000000000-0000000000")
    page.get_by_role("button", name=re.compile("^Try ")).click()
    expect(page.locator("#bot_token-error")).to_be_visible()


def open_hours(page: Page, desk: Desk) -> None:
    page.get_by_text("Another grace during working hours").scroll_into_view_if_needed()
    go_to("words")(page, desk)


def open_night(page: Page, desk: Desk) -> None:
    """The day on which the rule would have woken somebody."""
    page.locator("#rehearsal ~ details summary", has_text="at night").click()
    go_to("rehearsal")(page, desk)


def open_fates(page: Page, desk: Desk) -> None:
    """What became of the newest update, which on a telephone stands below the form."""
    page.locator("#sent-heading").evaluate("one => one.scrollIntoView({block: 'start'})")


def preview(page: Page, desk: Desk) -> None:
    page.get_by_label("Conditions").fill("Nobody gets a push twice any more.")
    page.get_by_label("Actions").fill("We watch the queue until it is empty.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#wordings")).to_contain_text("Nobody gets a push twice any more.")


def open_channel(page: Page, desk: Desk) -> None:
    """The sheet of the status leads to it."""
    open_sheet("status-sheet")(page, desk)
    page.locator("#status-sheet [popovertarget=channel-sheet]").click()
    expect(page.locator("#channel-sheet")).to_be_visible()


def open_more(page: Page, desk: Desk) -> None:
    page.get_by_text("More: what is known").click()
    page.get_by_label("Private: only").check()
    page.get_by_label("Private: only").scroll_into_view_if_needed()


SCENES = (
    Scene(
        NIGHT,
        fresh,
        (
            Picture("settings-slack", SETTINGS, "Ada", "admin"),
            Picture("settings-slack-refused", SETTINGS, "Ada", "admin", give_wrong_tokens),
        ),
    ),
    Scene(
        NIGHT,
        slack.connected,
        (
            Picture("settings-slack-unheard", SETTINGS, "Ada", "admin", go_to("step-checks")),
            Picture("settings-slack-wishes", SETTINGS, "Ada", "admin", go_to("audiences")),
        ),
    ),
    Scene(
        NIGHT,
        slack.rehearsed,
        (
            Picture("settings-slack-rule", RULE, "Ada", "admin"),
            Picture("settings-slack-rule-hours", RULE, "Ada", "admin", open_hours),
            Picture("settings-slack-rule-week", RULE, "Ada", "admin", open_night),
        ),
        SLACK,
    ),
    Scene(
        NIGHT,
        slack.told,
        (
            Picture("updates", UPDATES),
            Picture("updates-previewed", UPDATES, prepare=preview),
            Picture("updates-not-sent", UPDATES, prepare=open_fates),
        ),
        SLACK,
    ),
    Scene(
        NIGHT,
        slack.overdue,
        (Picture("updates-overdue", UPDATES), Picture("live-update-overdue", LIVE)),
        SLACK,
    ),
    Scene(NIGHT, slack.away, (Picture("live-slack-away", LIVE, prepare=to_the_top),), SLACK),
    Scene(
        NIGHT,
        the_night,
        (
            Picture("channel-none", LIVE, prepare=open_channel),
            Picture("declare-private", "/incidents/new", prepare=open_more),
        ),
        SLACK,
    ),
    Scene(NIGHT, slack.wanted, (Picture("channel-wanted", LIVE, prepare=open_channel),), SLACK),
    Scene(NIGHT, slack.opened, (Picture("channel-open", LIVE, prepare=open_channel),), SLACK),
    Scene(NIGHT, slack.refused, (Picture("channel-failed", LIVE, prepare=open_channel),), SLACK),
    Scene(
        NIGHT,
        slack.private,
        (
            Picture("members", "/incidents/INC-1/members"),
            Picture("private-not-found", "/incidents/INC-1", "Sam", "viewer"),
        ),
    ),
    Scene(
        NIGHT, slack.linked, (Picture("profile-slack", "/profile", prepare=go_to("slack-heading")),)
    ),
)
