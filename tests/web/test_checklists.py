"""The pages of checklists: the list, one read before it is needed, drafting and publishing."""

import pytest

from incident.rules.proofs import Finding
from incident.services import checklists as services
from incident.services import proofs
from incident.storage import checklists
from incident.storage.db import reading, transaction
from tests.conftest import ADA, START, a_checklist, connect_target
from tests.sqlcount import counted
from tests.web.browsers import words

SOURCE = """---
title: Purge the queue
slug: purge-queue
owner: mobile
review every: 90 days
---

# Purge the queue

## Stop it

- [ ] Pause the producers {effect="Producers paused"}
- [ ] Page the mobile on-call {page=primary ack=10m}
- [ ] Count them {expect=">0"}

  ```sh
  redis-cli llen queue
  ```
- [ ] All is settled {hold}
"""


@pytest.fixture
def maya(browser):
    return browser("Maya")


@pytest.fixture
def published(app):
    with transaction() as session:
        revision = services.draft(session, source=SOURCE, actor=ADA, at=START)
        services.publish(session, slug="purge-queue", number=revision.number, actor=ADA, at=START)


def test_a_checklist_says_what_each_of_its_steps_will_do(maya, published):
    shown = words(maya.get("/checklists/purge-queue"))

    assert "Page the mobile on-call pages primary when reached" in shown
    assert "Count them asks for a value (&gt;0)" in shown
    assert "All is settled nothing passes until this is done" in shown
    assert "redis-cli llen queue" in shown


def test_pasting_a_document_makes_a_draft_that_does_not_run(maya):
    answer = maya.post("/checklists", {"source": SOURCE.replace("\n", "\r\n")})

    assert answer.location == "/checklists/purge-queue?revision=1"
    with reading() as session:
        assert checklists.published(session, "purge-queue") is None
        kept = checklists.get(session, "purge-queue")
        assert checklists.revision(session, kept.id, 1).source == SOURCE


def test_what_stands_in_the_way_of_publishing_is_said_and_the_button_is_closed(maya):
    maya.post("/checklists", {"source": SOURCE.replace("page=primary", "page=nobody")})

    page = maya.get("/checklists/purge-queue")

    assert "This draft cannot be published yet" in words(page)
    assert "“nobody” is no page target" in words(page)
    assert "disabled" in page.get_data(as_text=True)


def test_a_draft_is_published_by_a_press(maya):
    maya.post("/checklists", {"source": SOURCE})

    answer = maya.post("/checklists/purge-queue/publication", {"number": "1"})

    assert answer.status_code == 303
    assert "revision 1" in words(maya.get("/checklists"))


def test_the_published_revision_is_shown_while_a_newer_one_is_drafted(maya, published):
    maya.post("/checklists", {"source": SOURCE + "- [ ] Say that it is over\n"})

    shown = words(maya.get("/checklists/purge-queue"))

    assert "Say that it is over" not in shown
    assert "Revision 2 is a draft" in shown


def test_the_document_can_be_taken_away_byte_for_byte(maya, published):
    answer = maya.get("/checklists/purge-queue.md")

    assert answer.get_data(as_text=True) == SOURCE
    assert answer.content_type == "text/markdown; charset=utf-8"


def test_editing_begins_with_the_document_that_was_on_screen(maya, published):
    page = maya.get("/checklists/purge-queue/draft").get_data(as_text=True)

    assert "review every: 90 days" in page


def test_a_review_that_is_overdue_is_said(browser, published, wall_clock):
    wall_clock.forward(days=91)

    assert "review overdue" in words(browser("Maya").get("/checklists"))


def test_the_list_asks_three_questions_however_many_there_are(maya, published):
    maya.get("/checklists")

    with counted() as statements:
        maya.get("/checklists")

    assert len(statements) == 3


def test_an_unknown_checklist_is_nowhere(maya):
    assert maya.get("/checklists/no-such-thing").status_code == 404


def test_markdown_in_a_step_cannot_carry_a_script(maya):
    source = SOURCE.replace("llen queue", "<script>alert(1)</script>")
    maya.post("/checklists", {"source": source})

    page = maya.get("/checklists/purge-queue").get_data(as_text=True)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_list_whose_target_is_in_trouble_says_so_before_anybody_relies_on_it(maya):
    connect_target("mobile")
    with transaction() as session:
        slug = a_checklist(session, "Page them {page=mobile}")
        trouble = Finding("target mobile", "service", False, "mobile is disabled.", grave=True)
        proofs.keep(session, [trouble], at=START)

    pages = [words(maya.get(f"/checklists/{slug}")), words(maya.get(f"/checklists/{slug}/draft"))]

    assert all("mobile is disabled." in page for page in pages)
    assert all("The path to PagerDuty has never been proven" in page for page in pages)


def test_a_list_that_pages_nobody_is_not_warned_about(maya):
    with transaction() as session:
        slug = a_checklist(session, "Look at the graph")

    assert "never been proven" not in words(maya.get(f"/checklists/{slug}"))
