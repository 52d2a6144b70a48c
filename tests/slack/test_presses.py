"""Who may press what below the receipt."""

from incident.services import incidents, pages, receipts, runs
from incident.storage import incidents as incident_rows
from incident.storage import pages as page_rows
from incident.storage import targets
from incident.storage.db import transaction
from tests.conftest import MAYA, a_checklist, connect_target
from tests.slack.conftest import a_responder, button, labels, text_of


def test_page_now_does_not_wait_and_two_presses_are_one_page(desk):
    sam = desk()
    sam.says()
    first = button(sam.receipt(), "Page now")

    sam.presses(first)
    sam.presses(first, user="U0TOM", name="tom")
    sam.wait(seconds=45)

    assert sam.pages() == [("primary", "promised", 1)]
    assert "sam paged primary: pressed “Page now” in Slack" in sam.lines()


def test_the_author_may_call_it_off_before_the_page(desk):
    sam = desk()
    sam.says(user="U0SAM")

    sam.presses(button(sam.receipt(), "Not an emergency"), user="U0SAM")
    sam.wait(seconds=60)

    assert sam.incidents() == ["INC-1 declined"]
    assert sam.pages() == []
    assert "Not an emergency, pressed in Slack" in text_of(sam.receipt())
    assert labels(sam.receipt()) == []


def test_a_responder_may_call_it_off_before_the_page(desk):
    sam = desk()
    sam.says()

    sam.presses(button(sam.receipt(), "Not an emergency"), user="U0MAYA")

    assert sam.incidents() == ["INC-1 declined"]
    assert "Maya declined the incident" in sam.lines()[-1]


def test_somebody_else_may_not_and_is_told_how_to(desk):
    sam = desk()
    sam.says(user="U0SAM")
    off = button(sam.receipt(), "Not an emergency")

    sam.presses(off, user="U0EVE", name="eve")
    sam.presses(off, user="U0EVE", name="eve")
    sam.wait(seconds=30)

    refusals = sam.said("INC-1", "/refusal-")
    assert [text_of(one) for one in refusals] == [
        "Only whoever wrote the message, or a responder, may call it off. If you are a responder "
        "here, write your Slack member id U0EVE on your profile in the incident desk."
    ]
    assert refusals[0].settings["mentions"] == ["U0EVE"]
    assert sum("refused" in line for line in sam.lines()) == 1
    assert sam.pages() == [("primary", "promised", 1)]


def test_a_responder_takes_what_nobody_was_paged_for(desk):
    sam = desk(connected=False)
    sam.says()

    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")

    assert text_of(sam.receipt()) == "INC-1: Maya is awake, and has it."
    assert "Maya has it, although nobody was paged" in sam.lines()


def test_only_a_responder_can_have_it(desk):
    sam = desk(grace_seconds=0)
    sam.says()

    sam.presses(button(sam.receipt(), "I have it"), user="U0SAM")

    assert sam.pages() == [("primary", "promised", 1)]
    assert "Only a responder can have it" in text_of(sam.said("INC-1", "/refusal-")[0])


def test_i_have_it_acknowledges_and_the_reporter_hears_it(desk):
    sam = desk(grace_seconds=0)
    sam.says(user="U0SAM")
    take = button(sam.receipt(), "I have it")

    sam.presses(take, user="U0MAYA")
    sam.presses(take, user="U0MAYA")

    assert sam.pages() == [("primary", "acknowledged", 1)]
    assert text_of(sam.receipt()) == "INC-1: Maya is awake since 02:00:00 UTC, and has it."
    aloud = sam.said("INC-1", "/news-")
    assert [text_of(one) for one in aloud] == [text_of(sam.receipt())]
    assert aloud[0].settings["mentions"] == ["U0SAM"]
    assert sam.said("INC-1", "/refusal-") == []


def test_who_comes_second_hears_who_has_it(desk):
    sam = desk(grace_seconds=0)
    a_responder("Tom", "U0TOM")
    sam.says()
    take = button(sam.receipt(), "I have it")

    sam.presses(take, user="U0MAYA")
    sam.presses(take, user="U0TOM")

    assert text_of(sam.said("INC-1", "/refusal-")[0]) == "Maya has it already."


def test_after_the_page_the_author_may_no_longer_call_it_off(desk):
    sam = desk()
    sam.says(user="U0SAM")
    off = button(sam.receipt(), "Not an emergency")
    sam.wait(seconds=30)

    sam.presses(off, user="U0SAM")

    assert sam.incidents() == ["INC-1 triage"]
    assert "The page is out." in text_of(sam.said("INC-1", "/refusal-")[0])


def test_after_a_page_by_hand_the_author_may_no_longer_call_it_off(desk, clock):
    sam = desk()
    sam.says(user="U0SAM")
    with transaction() as session:
        pages.page(session, incident_key="INC-1", target="primary", actor=MAYA, at=clock())
    sam.wait(seconds=45)
    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")

    sam.presses(button(sam.receipt(), "False alarm"), user="U0SAM")

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.pages() == [("primary", "acknowledged", 1)]
    assert "The page is out." in text_of(sam.said("INC-1", "/refusal-")[0])


def test_while_the_first_rung_rings_a_refused_second_one_changes_nothing(desk):
    connect_target("secondary")
    sam = desk(grace_seconds=0)
    with transaction() as session:
        targets.find(session, "primary").backup = "secondary"
    sam.says(user="U0SAM")
    sam.wait(minutes=5)
    with transaction() as session:
        second = page_rows.of_incident(session, 1)[-1]
        assert second.target == "secondary"
        second.state = "refused"

    sam.presses(button(sam.receipt(), "False alarm"), user="U0SAM")

    assert sam.incidents() == ["INC-1 triage"]
    assert "The page is out." in text_of(sam.said("INC-1", "/refusal-")[0])


def test_where_every_page_was_refused_the_author_may_call_it_off(desk):
    sam = desk(connected=False, grace_seconds=0)
    sam.says(user="U0SAM")

    sam.presses(button(sam.receipt(), "Not an emergency"), user="U0SAM")

    assert sam.incidents() == ["INC-1 declined"]


def test_a_false_alarm_takes_back_the_page(desk):
    sam = desk(grace_seconds=0)
    sam.says()

    sam.presses(button(sam.receipt(), "False alarm"), user="U0MAYA")

    assert sam.incidents() == ["INC-1 declined"]
    assert sam.pages()[0][1] in ("resolved", "superseded")
    assert "False alarm, pressed in Slack" in text_of(sam.receipt())


def test_page_again_is_a_new_page_once_for_each_time_it_is_shown(desk):
    sam = desk(grace_seconds=0)
    sam.says()
    again = button(sam.receipt(), "Page again")

    sam.presses(again)
    sam.presses(again, user="U0TOM")
    sam.presses(button(sam.receipt(), "Page again"))

    assert [generation for _, _, generation in sam.pages()] == [1, 2, 3]


def test_a_reopened_false_alarm_says_that_nobody_is_paged(desk, clock):
    sam = desk()
    sam.says()
    sam.presses(button(sam.receipt(), "Not an emergency"), user="U0MAYA")

    with transaction() as session:
        incidents.move(session, incident_key="INC-1", action="reopen", actor=MAYA, at=clock())

    assert text_of(sam.receipt()) == "INC-1: It is investigating, and nobody is being paged."
    assert labels(sam.receipt()) == ["Page now", "I have it", "Not an emergency"]


def test_whoever_had_it_and_is_paged_again_can_have_it_again(desk):
    sam = desk(grace_seconds=0)
    sam.says()
    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")
    sam.wait(minutes=9)
    sam.presses(button(sam.receipt(), "Page again"))

    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")

    assert [state for _, state, _ in sam.pages()] == ["acknowledged", "acknowledged"]


def test_i_have_it_is_about_the_page_that_the_receipt_tells_of(desk, clock):
    connect_target("platform")
    sam = desk(connected=False)
    sam.says()
    with transaction() as session:
        slug = a_checklist(session, "Page the platform team {page=platform}", at=clock())
        given = {"incident_key": "INC-1", "slug": slug, "actor": MAYA, "at": clock()}
        runs.attach(session, confirmed=True, **given)
        receipts.follow(session, incident_rows.lock(session, "INC-1"), clock())

    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")

    assert sam.pages()[-1] == ("platform", "acknowledged", 1)
    assert "Maya has it, although nobody was paged" not in sam.lines()
