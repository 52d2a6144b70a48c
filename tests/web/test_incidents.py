"""The pages of incidents: what is open, declaring one, the live page, and the news about it."""

import re

import pytest

from incident.services import incidents, steps
from incident.storage import overviews, pages, targets
from incident.storage.db import reading, transaction
from tests.conftest import TOM, a_checklist, connect_target
from tests.services.looks import kinds, states, the
from tests.sqlcount import counted
from tests.web.browsers import words

ITEMS = ("Look at the graph", "Restart the workers", "Look again")


@pytest.fixture
def maya(browser):
    return browser("Maya")


def test_a_title_is_enough_to_declare_an_incident(maya):
    answer = maya.post("/incidents", {"title": "Uploads are failing"})

    assert answer.status_code == 303
    assert answer.location == "/incidents/INC-1"
    assert (the("INC-1").title, the("INC-1").status) == ("Uploads are failing", "investigating")


def test_declaring_twice_with_the_same_press_declares_once(maya):
    form = {"title": "Uploads are failing", "idempotency_key": "one-press"}

    first, second = maya.post("/incidents", form), maya.post("/incidents", form)

    assert first.location == second.location == "/incidents/INC-1"
    assert "There is nothing here" in words(maya.get("/incidents/INC-2"))


def test_an_incident_without_a_title_is_not_declared_and_nothing_typed_is_lost(maya):
    answer = maya.post("/incidents", {"title": " ", "summary": "All of Europe"})

    assert answer.status_code == 422
    assert "Give the incident a title" in words(answer)
    assert "All of Europe" in answer.get_data(as_text=True)


def test_an_incident_may_be_declared_as_having_begun_yesterday_before_midnight(maya, wall_clock):
    maya.post("/incidents", {"title": "Slow", "zone": "UTC", "started_at": "23:50"})

    assert f"{the('INC-1').started_at:%Y-%m-%d %H:%M}" == "2021-07-09 23:50"


def test_the_front_page_shows_what_is_being_done_and_what_must_not_be_forgotten(maya, an_incident):
    key = an_incident('Stop the queue {effect="Queue stopped"}', "Look again")
    with transaction() as session:
        steps.complete(session, incident_key=key, number=1, actor=TOM, at=the(key).created_at)

    shown = words(maya.get("/"))

    assert "Now: Look again" in shown
    assert "In effect Queue stopped" in shown
    assert "primary not connected" in shown


def test_the_front_page_asks_as_many_questions_for_one_incident_as_for_ten(maya, an_incident):
    an_incident(*ITEMS)
    maya.get("/")
    with counted() as once:
        maya.get("/")
    for _ in range(9):
        an_incident(*ITEMS)

    with counted() as again:
        maya.get("/")

    assert len(once) == len(again) <= 6


def test_the_live_page_asks_as_many_questions_however_long_the_checklist_is(maya, an_incident):
    short, long = an_incident(*ITEMS), an_incident(*(f"Step {n}" for n in range(60)))
    maya.get(f"/incidents/{short}")

    with counted() as few:
        maya.get(f"/incidents/{short}")
    with counted() as many:
        maya.get(f"/incidents/{long}")

    assert len(few) == len(many) <= 9


def test_the_button_says_what_it_will_send(maya, an_incident):
    key = an_incident("Look", "Page them {page=primary ack=5m}", "Go on")

    page = words(maya.get(f"/incidents/{key}"))

    assert "Done, then page primary" in page


def test_settled_steps_fold_into_one_line(maya, an_incident):
    key = an_incident("One", "Two", "Three")
    with transaction() as session:
        for number in (1, 2):
            at = the(key).created_at
            steps.complete(session, incident_key=key, number=number, actor=TOM, at=at)

    page = maya.get(f"/incidents/{key}").get_data(as_text=True)

    fold = re.search(r'<summary class="fold__line">(.*?)</summary>', page, re.DOTALL)
    assert " ".join(re.sub(r"<[^>]+>", "", fold[1]).split()) == "2 done"


def test_a_blocked_hold_lists_what_it_waits_for(maya, an_incident):
    key = an_incident("Page them {page=primary}", "Everything is settled {hold}")

    page = words(maya.get(f"/incidents/{key}"))

    assert "Nothing passes here yet. This hold waits for: Page them" in page


def test_a_page_that_could_not_be_sent_is_said_in_capitals_with_the_telephones(maya, an_incident):
    with transaction() as session:
        phones = [{"name": "Ana Ruiz", "phone": "+1 555 0100"}]
        targets.find(session, "primary").phones = phones
    key = an_incident("Page them {page=primary}", "Go on")

    page = words(maya.get(f"/incidents/{key}"))

    assert "NOBODY WAS PAGED" in page
    assert "Ana Ruiz +1 555 0100" in page


def test_a_page_asked_for_by_hand_stands_there_until_somebody_has_it(maya, an_incident):
    connect_target()
    key = an_incident("Look")
    maya.post(f"/incidents/{key}/pages", {"target": "primary", "reason": "All is red"})
    before = words(maya.get(f"/incidents/{key}"))

    maya.post(f"/incidents/{key}/pages/1/acknowledgement")

    assert "Page to primary" in before
    assert "Page to primary" not in words(maya.get(f"/incidents/{key}"))
    assert "page_acknowledged" in kinds(key)


def test_a_drill_cannot_be_mistaken(maya, an_incident):
    key = an_incident("Page them {page=primary}", mode="drill", title="Lost primary")

    page = maya.get(f"/incidents/{key}")

    assert "<title>DRILL INC-1 Lost primary" in page.get_data(as_text=True)
    assert "Nobody real is paged" in words(page)
    assert 'role="alert"' not in page.get_data(as_text=True)


def test_a_viewer_sees_everything_and_can_press_nothing(browser, an_incident):
    key = an_incident(*ITEMS)

    page = browser("Sam", "viewer").get(f"/incidents/{key}").get_data(as_text=True)

    assert "Look at the graph" in page
    assert "current__actions" not in page
    assert "What just happened?" not in page


def test_news_are_what_came_after_and_say_up_to_where(maya, an_incident):
    key = an_incident(*ITEMS)
    seen = the(key).last_seq
    with transaction() as session:
        incidents.tell(
            session, incident_key=key, text="It is flat.", actor=TOM, at=the(key).created_at
        )

    answer = maya.get(f"/incidents/{key}/news?after={seen}", fetch=True)

    assert answer.headers["Incident-Seq"] == str(seen + 1)
    assert f'id="event-{seen + 1}"' in answer.get_data(as_text=True)
    assert f'id="event-{seen}"' not in answer.get_data(as_text=True)


def test_no_news_cost_three_questions(maya, an_incident):
    key = an_incident(*ITEMS)
    maya.get(f"/incidents/{key}")
    address = f"/incidents/{key}/news?after={the(key).last_seq}"

    with counted() as statements:
        answer = maya.get(address, fetch=True)

    assert answer.get_data(as_text=True) == ""
    assert len(statements) == 3


def test_whoever_is_far_behind_is_told_to_begin_again(maya, an_incident):
    key = an_incident(*ITEMS)
    with transaction() as session:
        for n in range(501):
            at = the(key).created_at
            incidents.tell(session, incident_key=key, text=f"Line {n}", actor=TOM, at=at)

    answer = maya.get(f"/incidents/{key}/news?after=1", fetch=True)

    assert answer.get_data(as_text=True) == ""
    assert int(answer.headers["Incident-Seq"]) > 500


def test_the_news_never_tell_what_came_after_the_number_they_give(an_incident, app):
    key = an_incident(*ITEMS)
    with reading() as session:
        found = overviews.of_incident(session, key)

    assert max(event.seq for event in found.events) == found.incident.last_seq


def test_the_whole_timeline_can_be_paged_through(maya, an_incident):
    key = an_incident(*ITEMS)
    with transaction() as session:
        for n in range(250):
            at = the(key).created_at
            incidents.tell(session, incident_key=key, text=f"Line {n}.", actor=TOM, at=at)

    newest = maya.get(f"/incidents/{key}/timeline").get_data(as_text=True)
    earlier = re.search(r"timeline\?before=\d+", newest)
    older = maya.get(f"/incidents/{key}/{earlier[0]}").get_data(as_text=True)

    assert "Line 249." in newest
    assert "Line 0." in older


def test_a_report_can_be_taken_or_declined_from_the_front_page(maya, an_incident):
    taken, declined = an_incident(status="triage"), an_incident(status="triage")

    maya.post(f"/incidents/{taken}/acceptance")
    maya.post(f"/incidents/{declined}/declining", {"reason": "A test"})

    assert (the(taken).status, the(declined).status) == ("investigating", "declined")


def test_a_checklist_that_sends_at_once_is_attached_only_by_the_button_that_says_so(
    maya, an_incident
):
    key = an_incident()
    with transaction() as session:
        slug = a_checklist(session, "Page them {page=primary}", "Go on")
    offered = words(maya.get(f"/incidents/{key}/checklists"))

    refused = maya.post(f"/incidents/{key}/checklists", {"checklist": slug})
    maya.post(f"/incidents/{key}/checklists?confirmed=1", {"checklist": slug})

    assert "Attach, and page primary now" in offered
    assert refused.status_code == 409
    assert states(key) == ["waiting", "current"]


def test_a_page_from_the_cord_is_not_sent_twice(maya, an_incident):
    connect_target()
    key = an_incident(status="triage", slack_channel="C1")
    form = {"target": "primary", "cord": "1"}

    maya.post(f"/incidents/{key}/pages", form)
    maya.post(f"/incidents/{key}/pages", form)

    with reading() as session:
        assert len(pages.of_incident(session, the(key).id)) == 1


def test_whoever_takes_command_can_give_it_up(an_incident, maya):
    key = an_incident(*ITEMS)

    maya.post(f"/incidents/{key}/roles", {"role": "commander"})
    taken = words(maya.get(f"/incidents/{key}"))
    maya.post(f"/incidents/{key}/roles", {"renounce": "commander"})

    assert "Commander: Maya" in taken
    assert "Commander: nobody" in words(maya.get(f"/incidents/{key}"))


def test_an_incident_can_be_found_by_a_word_of_its_title(maya, an_incident):
    an_incident(title="Uploads are failing")
    an_incident(title="Search is slow")

    found = words(maya.get("/incidents?q=upload"))

    assert "Uploads are failing" in found
    assert "Search is slow" not in found


def test_a_search_that_finds_nothing_says_so(maya, an_incident):
    an_incident(title="Uploads are failing")

    assert "No incident is called that" in words(maya.get("/incidents?q=nothing"))


def test_the_title_and_the_beginning_can_be_corrected(maya, an_incident):
    key = an_incident(title="Uplods")

    maya.post(
        f"/incidents/{key}/description",
        {"title": "Uploads fail", "started_at": "2021-07-09 11:00"},
    )

    assert the(key).title == "Uploads fail"
    assert f"{the(key).started_at:%d %H:%M}" == "09 11:00"


def test_a_checklist_is_given_up_with_a_reason(maya, an_incident):
    key = an_incident(*ITEMS)

    maya.post(f"/incidents/{key}/checklists/1/abandonment", {"reason": "It does not fit"})

    shown = words(maya.get(f"/incidents/{key}"))
    assert "Checklist abandoned." in shown
    assert "Current step" not in shown
