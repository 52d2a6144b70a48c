"""Updates as people write them: one form, three wordings, and what became of each."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from incident.services import incidents, updates
from incident.services.updates import Draft
from incident.storage import connections as connection_rows
from incident.storage import incidents as rows
from incident.storage import updates as update_rows
from incident.storage.db import reading, transaction
from incident.storage.outbox import Delivery
from tests.conftest import MAYA, START
from tests.web.browsers import Browser, a_person, hidden, words

SAID = {"conditions": "A third of all uploads fail", "actions": "We roll back", "needs": ""}


@pytest.fixture
def maya(app):
    return Browser(app, a_person("Maya"))


@pytest.fixture
def key(app, an_incident):
    return an_incident(severity="sev1", slack_channel="C0EMERGENCY", slack_thread="1.000100")


@pytest.fixture
def executives(app):
    with transaction() as session:
        row = connection_rows.find_or_make(session, "slack", "Ada", START)
        row.settings = {"audiences": {"executives": {"channel": "C0EXEC", "name": "#exec"}}}


@pytest.fixture
def written(key, executives, clock):
    """An update that went to responders and executives."""
    with transaction() as session:
        draft = Draft("Uploads fail", wordings={"responders": "", "executives": ""})
        updates.write(session, incident_key=key, draft=draft, actor=MAYA, at=clock())


def newest(key):
    with reading() as session:
        return update_rows.newest(session, rows.id_of(key))


def refuse(channel, reason):
    with transaction() as session:
        post = session.scalars(select(Delivery).where(Delivery.target == channel)).one()
        post.state, post.last_error = "refused", reason


def test_the_form_says_when_it_is_due_and_begins_with_the_usual_promise(maya, key):
    page = maya.get(f"/incidents/{key}/updates")

    assert "The next update is due: 02:10 UTC , in 10 min" in words(page)
    assert 'name="next_minutes" type="number" value="20"' in page.text
    assert "Nothing yet. Whoever waits has heard nothing." in words(page)


def test_an_audience_without_a_channel_says_how_to_get_one_and_offers_its_words(maya, key):
    page = maya.get(f"/incidents/{key}/updates")

    assert "Send to the incident&#39;s thread" in words(page)
    assert "No channel is chosen for executives: an admin chooses it in Settings" in words(page)
    assert page.text.count("<copy-code") == 3


def test_a_preview_shows_what_each_would_read_and_sends_nothing(maya, key, executives):
    page = maya.post(
        f"/incidents/{key}/updates", {**SAID, "to": ["responders", "executives"], "preview": "1"}
    )

    assert "Conditions: A third of all uploads fail Actions: We roll back" in words(page)
    assert "What is being done: We roll back" in words(page)
    assert 'value="executives" checked' in page.text
    assert newest(key) is None


def test_an_update_is_sent_to_whoever_is_ticked(maya, key, executives):
    sent = maya.post(
        f"/incidents/{key}/updates",
        {
            **SAID,
            "to": ["responders", "executives"],
            "wording_executives": "All is well",
            "next_minutes": "15",
        },
    )

    assert (sent.status_code, sent.location) == (303, f"/incidents/{key}/updates")
    assert newest(key).wordings["executives"] == "All is well"
    assert newest(key).promised_at == START + timedelta(minutes=15)


def test_an_update_is_sent_once_however_often_the_form_arrives(maya, key):
    form = maya.get(f"/incidents/{key}/updates").text
    typed = {**SAID, "to": "responders", "idempotency_key": hidden(form, "idempotency_key")}

    maya.post(f"/incidents/{key}/updates", typed)
    maya.post(f"/incidents/{key}/updates", typed)

    with reading() as session:
        assert len(update_rows.of_incident(session, rows.id_of(key))) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"conditions": " "}, "Say what is known: what do users see?"),
        ({"next_minutes": "soon"}, "A whole number of minutes, from 1 to 1440."),
        ({"next_minutes": "9999"}, "A whole number of minutes, from 1 to 1440."),
    ],
)
def test_what_is_refused_comes_back_as_it_was_typed(maya, key, typed, sentence):
    page = maya.post(f"/incidents/{key}/updates", {**SAID, "to": "responders", **typed})

    assert page.status_code == 422
    assert sentence in words(page)
    assert "We roll back" in page.text
    assert newest(key) is None


def test_what_was_sent_stands_beside_the_form_with_where_it_went(maya, written, key):
    page = words(maya.get(f"/incidents/{key}/updates"))

    assert "Uploads fail" in page
    assert "Executives: Posting to #exec." in page
    assert "Promised the next one by 02:20 ." in page


def test_a_post_that_slack_refused_is_said_aloud(maya, written, key):
    refuse("C0EXEC", "the channel is archived")

    page = words(maya.get(f"/incidents/{key}/updates"))

    assert "NOT SENT to #exec: the channel is archived." in page


def test_what_was_refused_is_sent_again_once(maya, written, key):
    refuse("C0EXEC", "the channel is archived")
    page = maya.get(f"/incidents/{key}/updates")
    assert words(page).count("Send again to #exec") == 1
    (address,) = re.findall(r'action="([^"]*/posts/executives)"', page.text)

    form = {"idempotency_key": hidden(page.text, "idempotency_key")}
    sent = [maya.post(address, form) for _ in range(2)]

    assert [each.status_code for each in sent] == [303, 303]
    page = words(maya.get(f"/incidents/{key}/updates"))
    assert "Executives: Posting to #exec." in page
    assert "Send again" not in page


def test_what_is_on_its_way_is_not_sent_again_and_says_so(maya, written, key):
    seq = newest(key).seq

    page = maya.post(f"/incidents/{key}/updates/{seq}/posts/executives")

    assert page.status_code == 422
    assert "It is on its way already." in words(page)


@pytest.mark.parametrize("seq", [999, 10**30])
def test_an_update_that_is_not_there_is_not_found(maya, written, key, seq):
    assert maya.post(f"/incidents/{key}/updates/{seq}/posts/executives").status_code == 404


def test_an_update_that_came_late_says_so(maya, key, wall_clock):
    wall_clock.forward(minutes=12)
    maya.post(f"/incidents/{key}/updates", {**SAID, "to": "responders"})

    assert "02:12 , Maya late" in words(maya.get(f"/incidents/{key}/updates"))


def test_it_is_put_off_with_a_reason(maya, key):
    sent = maya.post(
        f"/incidents/{key}/updates/postponement", {"minutes": "40", "reason": "All are in the room"}
    )

    assert (sent.status_code, sent.location) == (303, f"/incidents/{key}")
    with reading() as session:
        assert rows.get(session, key).update_due_at == START + timedelta(minutes=40)


def test_putting_it_off_without_a_reason_is_asked_again(maya, key):
    page = maya.post(f"/incidents/{key}/updates/postponement", {"minutes": "40", "reason": " "})

    assert page.status_code == 422
    assert "Say in a few words why nobody needs an update now." in words(page)


def test_whoever_may_only_look_reads_what_was_said_and_is_asked_nothing(app, written, key):
    page = Browser(app, a_person("Sam", "viewer")).get(f"/incidents/{key}/updates")

    assert "Executives: Posting to #exec." in words(page)
    assert "<textarea" not in page.text


def test_a_drill_cannot_be_mistaken(maya, an_incident):
    page = maya.get(f"/incidents/{an_incident(mode='drill')}/updates")

    assert "DRILL. Nobody real is paged, nothing real is posted." in words(page)


def test_what_is_over_owes_nothing_and_may_still_be_told(maya, key):
    with transaction() as session:
        incidents.move(session, incident_key=key, action="resolve", actor=MAYA, at=START)

    page = maya.get(f"/incidents/{key}/updates")

    assert "No update is due: it is over." in words(page)
    assert "Send the update" in words(page)
    assert "next_minutes" not in page.text


def test_hostile_words_stay_words(maya, key):
    hostile = "<script>alert(1)</script>"

    page = maya.post(f"/incidents/{key}/updates", {"conditions": hostile, "preview": "1"})

    assert hostile not in page.text
    assert "&lt;script&gt;" in page.text


def test_the_strip_leads_to_the_form_while_it_is_due_and_once_it_is_late(maya, key, wall_clock):
    early = maya.get(f"/incidents/{key}")
    wall_clock.forward(minutes=12)
    late = maya.get(f"/incidents/{key}")

    assert f'href="/incidents/{key}/updates">Update due</a>' in early.text
    assert f'href="/incidents/{key}/updates">Update overdue</a>' in late.text
    assert "Update overdue Update overdue 2 min" in words(late)


def test_the_list_of_what_is_going_on_says_it_too(maya, key, wall_clock):
    wall_clock.forward(minutes=12)

    assert "Update overdue 2 min" in words(maya.get("/"))
