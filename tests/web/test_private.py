"""A private incident in the browser: there for its members and the admins, for nobody else."""

import re

import pytest

from incident.rules.permissions import Actor
from incident.services import incidents, privacy, retros
from incident.services.incidents import Opening
from incident.storage import incident_members, timeline
from incident.storage import incidents as rows
from incident.storage.db import reading, transaction
from incident.storage.people import Person
from incident.web.guard import SAFE
from incident.web.people import still_sees
from tests.conftest import ADA, MAYA, START, a_checklist
from tests.web.browsers import Browser, a_person

KEY = "INC-1"
TITLE = "Keys were stolen"
LISTS = ("/", "/incidents", "/incidents?q=Keys", "/retros")


@pytest.fixture
def key(sqlite):
    """A private incident with a checklist, over, whose retro is begun. Nobody is let in."""
    with transaction() as session:
        slug = a_checklist(session, "Look", "Look again")
        opening = Opening(TITLE, severity="sev1", private=True, checklists=[slug])
        key = incidents.open_incident(session, opening, actor=MAYA, at=START).key
        incidents.move(session, incident_key=key, action="resolve", actor=MAYA, at=START)
        retros.edit_section(
            session,
            incident_key=key,
            name="summary",
            text="It broke.",
            version=0,
            actor=MAYA,
            at=START,
        )
    return key


@pytest.fixture
def an_open_one(sqlite):
    """The same while it is going on."""
    with transaction() as session:
        opening = Opening(TITLE, private=True)
        return incidents.open_incident(session, opening, actor=MAYA, at=START).key


@pytest.fixture
def stranger(app):
    return Browser(app, a_person("Tom"))


@pytest.fixture
def member(app, key):
    tom = a_person("Tom")
    let_in(key, tom)
    return Browser(app, tom)


def let_in(key, person):
    with transaction() as session:
        privacy.add(session, incident_key=key, person_id=person.id, actor=ADA, at=START)


def addresses(app):
    """Every address below an incident, with each of its methods."""
    rules = [rule for rule in app.url_map.iter_rules() if "key" in rule.arguments]
    ours = [rule for rule in rules if rule.endpoint not in app.extensions["own_doors"]]
    return [
        (method, _filled(rule.rule))
        for rule in ours
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def _filled(rule):
    named = rule.replace("<key>", KEY).replace("<name>", "summary")
    noun = re.sub(r"<any\((\w+).*?\):\w+>", r"\1", named)
    return re.sub(r"<int:\w+>|<\w+>", "1", noun)


def asked(browser, method, address):
    send = browser.get if method in SAFE else browser.post
    with send(address) as answer:
        return answer.status_code


def test_no_address_of_it_is_there_for_a_stranger(app, key, stranger):
    found = {(m, where): asked(stranger, m, where) for m, where in addresses(app)}

    assert len(found) > 40
    assert {what: status for what, status in found.items() if status != 404} == {}


def test_nothing_is_written_down_by_whoever_may_not_see_it(app, key, stranger):
    before = last_seq()

    [asked(stranger, m, where) for m, where in addresses(app)]

    assert last_seq() == before


def test_it_is_as_missing_as_one_that_never_was(key, stranger):
    hidden, missing = (stranger.get(f"/incidents/{one}") for one in (KEY, "INC-99"))

    assert hidden.status_code == missing.status_code == 404
    assert hidden.get_data(as_text=True).replace(KEY, "") == missing.get_data(as_text=True).replace(
        "INC-99", ""
    )


@pytest.mark.parametrize("address", LISTS)
def test_no_list_shows_it_to_a_stranger(address, app, key, stranger):
    assert TITLE not in stranger.get(address).get_data(as_text=True)


@pytest.mark.parametrize("address", LISTS)
def test_lists_show_it_to_its_members(address, member):
    assert TITLE in member.get(address).get_data(as_text=True)


def test_a_member_reads_it(member, key):
    assert member.get(f"/incidents/{KEY}").status_code == 200
    assert member.get(f"/incidents/{KEY}/retro.md").status_code == 200


def test_an_admin_reads_it_without_being_let_in(app, key):
    ada = Browser(app, a_person("Ada", "admin"))

    assert TITLE in ada.get(f"/incidents/{KEY}").get_data(as_text=True)


def test_whoever_is_left_out_hears_no_bell_any_more(app, an_open_one):
    tom = a_person("Tom")
    let_in(KEY, tom)
    with transaction() as session:
        privacy.remove(session, incident_key=KEY, person_id=tom.id, actor=ADA, at=START)

    assert Browser(app, tom).get(f"/incidents/{KEY}/bell").status_code == 404


def test_a_bell_that_rings_already_is_asked_again_whether_it_may(app, an_open_one):
    tom = a_person("Tom")
    who = Actor(tom.name, role=tom.role, person_id=tom.id)
    let_in(KEY, tom)
    before = still_sees(who, KEY)

    with transaction() as session:
        privacy.remove(session, incident_key=KEY, person_id=tom.id, actor=ADA, at=START)

    assert before
    assert not still_sees(who, KEY)


def test_an_incident_is_declared_as_a_private_one(app, sqlite):
    maya = Browser(app, a_person("Maya"))

    maya.post("/incidents", {"title": TITLE, "private": "1"})

    page = maya.get(f"/incidents/{KEY}").get_data(as_text=True)
    assert f'<a href="/incidents/{KEY}/members">Private</a>' in page
    assert members() == ["Maya"]


def test_it_is_made_private_and_opened_again(app, an_incident):
    maya = Browser(app, a_person("Maya"))
    an_incident()

    maya.post(f"/incidents/{KEY}/privacy")
    hidden = is_private()
    maya.post(f"/incidents/{KEY}/publicity")

    assert hidden
    assert not is_private()


def test_somebody_is_let_in_and_left_out_on_one_page(app, member):
    sam = a_person("Sam")

    said = member.post(f"/incidents/{KEY}/members", {"person": sam.id}, follow_redirects=True)
    inside = members()
    member.post(f"/incidents/{KEY}/members/{sam.id}/removal")

    assert "Leave Sam out" in said.get_data(as_text=True)
    assert inside == ["Tom", "Sam"]
    assert members() == ["Tom"]


def test_whoever_leaves_themselves_out_is_led_to_the_front_page(member):
    answer = member.post(f"/incidents/{KEY}/members/{member.person.id}/removal")

    assert answer.headers["Location"] == "/"


def test_whom_to_let_in_that_is_nobody_is_not_found(member):
    assert member.post(f"/incidents/{KEY}/members", {"person": "999"}).status_code == 404


def last_seq():
    with reading() as session:
        return timeline.newest(session, 1, limit=1)[-1].seq


def is_private():
    with reading() as session:
        return rows.get(session, KEY).private


def members():
    with reading() as session:
        inside = incident_members.of_incident(session, 1)
        return [session.get_one(Person, one.person_id).name for one in inside]
