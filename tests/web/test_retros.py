"""The pages of retros: read, written in, put right, published, taken away."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from incident.services import incidents, retros
from incident.services.retro_reading import read
from incident.storage import incidents as incident_rows
from incident.storage import retros as rows
from incident.storage import timeline
from incident.storage.db import reading, transaction
from tests.conftest import MAYA, START, TOM
from tests.services.retro_story import the_story
from tests.web.browsers import words


@pytest.fixture
def story(app, wall_clock):
    """The incident of July 2021, looked at two days later."""
    wall_clock.forward(days=2)
    return the_story()


@pytest.fixture
def page(story):
    return f"/incidents/{story}/retro"


def section(key, name="summary"):
    with reading() as session:
        return read(session, key, START + timedelta(days=2)).section(name)


def by_tom(key, text, name="summary", version=0):
    with transaction() as session:
        retros.edit_section(
            session, incident_key=key, name=name, text=text, version=version, actor=TOM, at=START
        )


def lines(key):
    with reading() as session:
        return read(session, key, START).facts.lines


def figures(key):
    with reading() as session:
        found = retros.as_values(session, key)["figures"]
    return [(figure["what"], figure["value"]) for figure in found]


def items(key):
    with reading() as session:
        retro = rows.of_incident(session, incident_rows.id_of(key))
        return rows.action_items(session, retro.id)


def count_questions(app, visit):
    """How many statements the database hears while somebody visits."""
    asked = []

    def hear(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    visit()
    event.remove(Engine, "before_cursor_execute", hear)
    return len(asked)


def test_the_page_shows_figures_picture_and_sections(browser, page):
    shown = words(browser("Ada").get(page))

    for expected in (
        "8 to 10 Jul 2021, led by Tom", "11 h", "from a report until the team saw it",
        "5 h", "from the post until anybody read it", "Posted, not paged",
        "Drawn from the timeline, not to scale. Change an event",
        "Response and timeline", "How many users were affected? Nobody recorded it.",
        "What the checklist taught us", "30 min, allowed 10 min", "acknowledged by Tom after 4 min",
    ):  # fmt: skip
        assert expected in shown


def test_the_picture_has_words_for_whoever_cannot_see_it(browser, page):
    html = browser("Ada").get(page).get_data(as_text=True)

    assert '<title id="phases-across">Broken, nobody knew for 18 h, then Reported' in html
    assert "The same as a table" in html
    assert " style=" not in html


def test_a_viewer_reads_and_is_offered_no_form(browser, page):
    response = browser("Sam", role="viewer").get(page)

    assert response.status_code == 200
    assert "<textarea" not in response.get_data(as_text=True)
    assert page not in re.findall(r'action="([^"]+)"', response.get_data(as_text=True))


@pytest.mark.parametrize(
    "place",
    [
        "sections/summary",
        "figures",
        "events/1",
        "action-items",
        "publication",
        "waiver",
        "beginning",
    ],
)
def test_a_viewer_changes_nothing(browser, page, place):
    assert browser("Sam", role="viewer").post(f"{page}/{place}", {"text": "x"}).status_code == 403


@pytest.mark.parametrize("place", ["", "/sections/summary", "/events/1", ".md"])
def test_a_stranger_sees_nothing(browser, page, place):
    browser("Ada")

    assert "/login" in browser().get(f"{page}{place}").headers["Location"]


@pytest.mark.parametrize("place", ["retro", "retro.md", "retro/sections/summary", "retro/events/1"])
def test_an_incident_that_is_not_there_is_not_found(browser, app, place):
    assert browser("Ada").get(f"/incidents/INC-999/{place}").status_code == 404


def test_an_event_that_is_not_there_is_not_found(browser, page):
    assert browser("Ada").get(f"{page}/events/999").status_code == 404


def test_a_section_is_saved_by_a_plain_form(browser, page, story):
    ada = browser("Ada")

    response = ada.post(f"{page}/sections/summary", {"text": "It **broke**.", "version": "0"})

    assert response.headers["Location"].endswith("/retro#section-summary")
    assert "<strong>broke</strong>" in ada.get(page).get_data(as_text=True)
    assert section(story).updated_by == "Ada"


def test_a_script_that_saves_gets_the_section_back(browser, page):
    response = browser("Ada").post(
        f"{page}/sections/summary", {"text": "It *broke*.", "version": "0"}, fetch=True
    )

    html = response.get_data(as_text=True)
    assert html.lstrip().startswith("{#") is False
    assert '<retro-editor class="retro-section" id="section-summary" data-version="1">' in html
    assert "<em>broke</em>" in html


def test_what_people_write_cannot_run(browser, page):
    ada = browser("Ada")
    evil = '<script>alert(1)</script> [x](javascript:alert(1)) </textarea><b onclick="x">'

    ada.post(f"{page}/sections/summary", {"text": evil, "version": "0"})

    html = ada.get(page).get_data(as_text=True)
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert html.count("</textarea>") == html.count("<textarea")


def test_two_texts_are_shown_one_beside_the_other(browser, page, story):
    by_tom(story, "Tom's words")

    response = browser("Ada").post(f"{page}/sections/summary", {"text": "Ada's", "version": "0"})

    assert response.status_code == 409
    html = response.get_data(as_text=True)
    assert re.search(r"<textarea[^>]*>\nAda&#39;s</textarea>", html)
    assert "Tom&#39;s words</pre>" in html
    assert 'name="version" value="1"' in html


def test_neither_text_is_lost(browser, page, story):
    by_tom(story, "Tom's words")
    ada = browser("Ada")

    ada.post(f"{page}/sections/summary", {"text": "Ada's words", "version": "0"}, fetch=True)

    assert section(story).text == "Tom's words"
    history = words(ada.get(f"{page}/sections/summary"))
    assert "Ada&#39;s words" in history
    assert "never saved, because somebody else was quicker" in history


def test_a_script_is_told_of_the_other_text_in_a_fragment(browser, page, story):
    by_tom(story, "Tom's words")

    response = browser("Ada").post(
        f"{page}/sections/summary", {"text": "Ada's", "version": "0"}, fetch=True
    )

    html = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "<html" not in html
    assert 'data-conflict data-version="1"' in html


def test_an_old_text_can_be_put_back(browser, page, story):
    by_tom(story, "First")
    by_tom(story, "Second", version=1)
    ada = browser("Ada")

    assert "Put this text back" in words(ada.get(f"{page}/sections/summary"))
    ada.post(f"{page}/sections/summary", {"text": "First", "version": "2"})

    assert section(story).text == "First"


def test_news_is_offered_beside_a_persons_words(browser, page, story):
    by_tom(story, "Our words.", name="response")
    with transaction() as session:
        incidents.tell(
            session, incident_key=story, text="Support wrote to all", actor=MAYA,
            at=START + timedelta(days=1), key_moment=True,
        )  # fmt: skip

    shown = words(browser("Ada").get(page))
    assert "New facts since Tom wrote" in shown
    assert "Support wrote to all" in shown


def test_a_figure_is_recorded(browser, page):
    ada = browser("Ada")

    ada.post(f"{page}/figures", {"label": "Users affected", "value": "0.2 %", "source": "devices"})

    shown = words(ada.get(page))
    assert "How many users were affected?" not in shown
    assert "0.2 %" in shown


def test_a_figure_of_nothing_comes_back_with_what_was_typed(browser, page):
    response = browser("Ada").post(f"{page}/figures", {"label": " ", "value": "934"})

    assert response.status_code == 409
    assert "Write what the figure counts." in words(response)
    assert 'value="934"' in response.get_data(as_text=True)


def test_a_corrected_time_moves_the_picture(browser, page, story):
    ada = browser("Ada")
    seq = next(
        line.seq for line in lines(story) if line.text == "On-call engineer reads #emergency"
    )

    ada.post(f"{page}/events/{seq}", {"occurred_at": "2021-07-10T06:00", "was": "2021-07-10T07:00"})

    shown = words(ada.get(page))
    assert "4 h from the post" not in shown
    assert ("from the post until anybody read it", "4 h") in figures(story)


def test_a_time_left_as_it_was_corrects_nothing(browser, page, story):
    form = {"occurred_at": "2021-07-09T11:00", "was": "2021-07-09T11:00", "moment": ""}

    browser("Ada").post(f"{page}/events/1", form)

    with reading() as session:
        assert timeline.of_kinds(session, 1, ["event_corrected"])[-1].data["seq"] != 1


def test_the_form_of_a_correction_shows_the_time_in_the_zone_of_the_incident(browser, page):
    html = browser("Ada").get(f"{page}/events/1").get_data(as_text=True)

    assert 'value="2021-07-09T11:00"' in html
    assert "It happened at, in EDT" in html


def test_a_second_incident_is_told_here_and_apart_again(browser, page, an_incident):
    other = an_incident(title="Wrong pushes queued")
    ada = browser("Ada")

    ada.post(f"{page}/incidents", {"other": other})
    shown = ada.get(page)
    assert f"and {other} , Wrong pushes queued" in words(shown)
    assert f'href="/incidents/{other}/retro/events/1"' in shown.text
    ada.post(f"{page}/incidents", {"other": other, "withdrawn": "1"})

    assert "Wrong pushes queued" not in words(ada.get(page))


def test_a_mistyped_incident_comes_back_with_a_sentence(browser, page):
    response = browser("Ada").post(f"{page}/incidents", {"other": "INC-77"})

    assert response.status_code == 409
    assert "There is no incident INC-77." in words(response)


def test_the_beginning_can_be_said_afterwards(browser, app, wall_clock, an_incident):
    key = an_incident(zone="America/New_York")
    ada = browser("Ada")

    ada.post(f"/incidents/{key}/retro/beginning", {"occurred_at": "2021-07-08 06:00"})

    with reading() as session:
        assert incident_rows.get(session, key).started_at.isoformat() == "2021-07-08T10:00:00+00:00"


def test_an_action_item_is_added_changed_and_done(browser, page, story):
    ada = browser("Ada")
    ada.post(f"{page}/action-items", {"text": "Monitor errors", "kind": "detect", "owner": "web"})
    [item] = items(story)

    ada.post(f"{page}/action-items/{item.id}", {"due_on": "2021-07-11"})
    assert "11 Jul 2021, overdue" in words(ada.get(page))
    ada.post(f"{page}/action-items/{item.id}", {"state": "done"})

    assert [(i.text, i.state, i.owner) for i in items(story)] == [("Monitor errors", "done", "web")]


def test_pressing_twice_adds_one_action_item(browser, page, story):
    ada = browser("Ada")
    form = {"text": "Monitor errors", "kind": "detect", "idempotency_key": "k1"}

    ada.post(f"{page}/action-items", form)
    ada.post(f"{page}/action-items", form)

    assert len(items(story)) == 1


def test_an_action_item_that_is_refused_comes_back_as_it_was_typed(browser, page):
    form = {"text": "Monitor errors", "kind": "detect", "link": "javascript:alert(1)"}

    response = browser("Ada").post(f"{page}/action-items", form)

    assert response.status_code == 409
    assert "A link begins with https://." in words(response)
    assert 'value="Monitor errors"' in response.get_data(as_text=True)


def test_a_proposal_about_a_step_is_shown_beside_it(browser, page):
    ada = browser("Ada")
    [proposal] = re.findall(r'href="([^"]+kind=checklist[^"]+step=4[^"]*)"', ada.get(page).text)
    assert "30 min, allowed 10 min" in ada.get(proposal.replace("&amp;", "&")).text

    ada.post(f"{page}/action-items", {"text": "Allow 40 min", "kind": "checklist", "step": "4"})

    assert "Action 1 : Allow 40 min" in words(ada.get(page))


def test_publishing_closes_the_retro_for_writing_until_it_is_reopened(browser, page):
    ada = browser("Ada")
    ada.post(f"{page}/publication")
    shown = ada.get(page)
    assert "Retro, published" in words(shown)
    assert "<textarea" not in re.sub(r"(?s)<section class=\"sheet\".*", "", shown.text)

    assert ada.post(f"{page}/sections/summary", {"text": "x", "version": "0"}).status_code == 409
    ada.post(f"{page}/publication", {"withdrawn": "1"})

    assert "Retro, draft, owed" in words(ada.get(page))


def test_waiving_needs_a_reason(browser, page):
    ada = browser("Ada")

    assert ada.post(f"{page}/waiver", {"reason": " "}).status_code == 409
    ada.post(f"{page}/waiver", {"reason": "a known flake"})

    assert "Retro waived: a known flake" in words(ada.get(page))


def test_the_document_is_downloaded(browser, page):
    response = browser("Sam", role="viewer").get(f"{page}.md")

    assert response.headers["Content-Disposition"] == "attachment; filename=INC-1-retro.md"
    assert response.mimetype == "text/markdown"
    assert "**posted → seen: 5 h**" in response.get_data(as_text=True)


def test_the_list_has_the_owed_retros_first(browser, page):
    shown = words(browser("Sam", role="viewer").get("/retros"))

    assert "Owed SEV 2 Comments fail to post INC-1 draft, resolved" in shown


def test_an_empty_list_teaches_what_a_retro_is(browser, app):
    shown = words(browser("Ada").get("/retros"))

    assert "No retro yet" in shown
    assert "Every live incident of SEV 1 or SEV 2 owes one" in shown


def test_dates_that_contradict_each_other_are_flagged(browser, page):
    ada = browser("Ada")
    ada.post(f"{page}/beginning", {"occurred_at": "2021-07-10 10:00"})

    shown = words(ada.get(page))
    assert "These dates cannot all be true" in shown
    assert "after it was resolved 10 Jul 2021, 09:00 EDT." in shown


def test_a_long_incident_asks_the_database_no_more_than_a_short_one(browser, page, app, story):
    ada = browser("Ada")
    short = count_questions(app, lambda: ada.get(page))
    with transaction() as session:
        for n in range(100):
            incidents.tell(session, incident_key=story, text=f"{n}", actor=MAYA, at=START)

    assert count_questions(app, lambda: ada.get(page)) == short
