"""Without scripts everything works as plain forms, sheets and all."""

import pytest
from playwright.sync_api import expect

from tests.conftest import connect_target
from tests.services.looks import states

pytestmark = pytest.mark.browser

STEPS = (
    "Look at the graph",
    "Page them {page=primary ack=5m}",
    'Count {expect=">0"}',
    "Look",
    "Go",
)


@pytest.fixture
def key(desk):
    connect_target()
    return desk.declare(*STEPS)


@pytest.fixture
def page(key, screen):
    return screen(f"/incidents/{key}", scripts=False)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()


def test_declaring_with_a_checklist(desk, screen):
    slug = desk.publish("Look at the graph")
    page = screen("/incidents/new", scripts=False)

    page.get_by_label("What do people see?").fill("Uploads fail")
    page.locator("[value=sev2]").check()
    page.locator(f"[value={slug}]").check()
    page.locator("main").get_by_role("button", name="Declare").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("SEV 2 Uploads fail")
    expect(page.locator("[data-main]")).to_contain_text("Look at the graph")


def test_every_outcome_of_a_step(page, key):
    page.get_by_role("button", name="Done, then page primary").click()
    page.get_by_label("What did you see?").fill("12")
    press(page, "Done")
    press(page, "Defer, override, failed…")
    page.locator("#reason-4").fill("Later")
    press(page, "Defer")
    press(page, "Defer, override, failed…")
    page.locator("#reason-5").fill("No need")
    press(page, "Not applicable")

    assert states(key) == ["done", "waiting", "done", "deferred", "not_applicable"]


def test_a_page_is_acknowledged_and_sent_again(page, key):
    page.get_by_role("button", name="Done, then page primary").click()

    press(page, "Page again")
    press(page, "I have it")

    assert states(key)[1] == "done"
    expect(page.locator("#entries")).to_contain_text("Maya has it")


def test_a_note_on_a_step_and_somebody_paged_from_the_sheets(page):
    press(page, "Note")
    page.get_by_label("What did you see or do?").fill("The graph is flat")
    press(page, "Add the note")
    press(page, "Page…")
    page.get_by_label("What do you need from them?").fill("Two hands")
    press(page, "Page them now")

    expect(page.locator("#entries")).to_contain_text("The graph is flat")
    expect(page.locator("#entries")).to_contain_text("paged primary: Two hands")


def test_roles_severity_effects_and_status(page):
    press(page, "take it")
    page.locator("[name=role][value=commander]").click()
    press(page, "Investigating")
    page.locator("#severity-form [value=sev1]").check()
    press(page, "Set the severity")
    press(page, "Investigating")
    press(page, "Resolved")

    expect(page.get_by_role("heading", level=1)).to_contain_text("SEV 1")
    expect(page.locator(".facts__status:visible")).to_contain_text("Resolved")
    expect(page.locator("#entries")).to_contain_text("Maya has command")


def test_a_step_is_undone_by_reopening_it(page, key):
    page.get_by_role("button", name="Done, then page primary").click()

    page.locator("#step-1 summary").click()
    page.get_by_role("button", name="Reopen").click()

    assert states(key)[0] == "current"


def test_a_checklist_is_written_and_published(screen):
    page = screen("/checklists/new", scripts=False)

    page.get_by_label("The document, in Markdown").fill("# Disk full\n\n## Begin\n\n- [ ] Look\n")
    press(page, "Save the draft")
    page.get_by_role("button", name="Publish").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Disk full revision 1")


def test_a_refusal_is_a_page_with_one_sentence_and_a_way_back(page, key, desk, ears):
    ears.expect("status of 409")
    press(page, "Defer, override, failed…")
    desk.complete(key, 1)
    page.locator("#reason-1").fill("Late")
    press(page, "Not applicable")

    expect(page.locator("main")).to_contain_text("Tom")
    expect(page.locator("main").get_by_role("link")).not_to_have_count(0)
    assert states(key)[0] == "done"
