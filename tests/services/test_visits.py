"""Where somebody is in an incident, as the desk remembers it."""

import pytest

from incident.services import incidents, logins, steps, visits
from incident.services.logins import Caller
from incident.services.visits import Guest
from incident.storage import logins as login_rows
from incident.storage import overviews
from incident.storage import visits as visit_rows
from incident.storage.db import reading, transaction
from tests.conftest import START, TOM
from tests.services.looks import the
from tests.web.browsers import a_person


@pytest.fixture
def key(database, an_incident):
    return an_incident("Look", "Restart", "Look again")


@pytest.fixture
def maya(database):
    return a_guest()


def a_guest():
    """Maya on one more device."""
    person = a_person("Maya")
    with transaction() as session:
        logins.open_for(session, person, caller=Caller("127.0.0.1"), at=START)
        login = login_rows.of_person(session, person.id)[0]
    return Guest(person.id, person.name, login.id)


def mark(key, guest, at, *, seq=None, step=1):
    seq = the(key).last_seq if seq is None else seq
    with transaction() as session:
        visits.mark(session, incident_key=key, guest=guest, seq=seq, step=step, at=at)


def press(key, guest, at, *, is_scripted=False):
    with transaction() as session:
        visits.press(session, incident_key=key, guest=guest, at=at, is_scripted=is_scripted)


def complete(key, number, at):
    with transaction() as session:
        steps.complete(session, incident_key=key, number=number, actor=TOM, at=at)


def told(key, guest, at):
    with reading() as session:
        found = overviews.of_incident(session, key, person_id=guest.person_id)
        card = visits.resume(session, found.incident, found.visit, guest, at=at)
    return [line.text for line in card.told] if card else None


def visit(key, guest):
    with reading() as session:
        return visit_rows.find(session, the(key).id, guest.person_id)


def test_a_first_visit_is_told_nothing(key, maya, clock):
    assert told(key, maya, clock()) is None


def test_whoever_comes_back_is_told_what_happened(key, maya, clock):
    mark(key, maya, clock())
    complete(key, 1, clock())

    assert told(key, maya, clock.forward(seconds=90)) is None
    assert told(key, maya, clock.forward(seconds=1)) == ["Tom completed step 1: Look"]


def test_on_another_device_they_are_told_at_once(key, maya, clock):
    mark(key, maya, clock())
    complete(key, 1, clock())

    assert told(key, a_guest(), clock()) == ["Tom completed step 1: Look"]


def test_a_mark_never_moves_back_nor_beyond_what_there_is(key, maya, clock):
    newest = the(key).last_seq

    mark(key, maya, clock(), seq=newest + 50)
    mark(key, maya, clock(), seq=0)

    assert visit(key, maya).seq == newest


def test_a_step_is_theirs_since_it_first_was(key, maya, clock):
    mark(key, maya, clock(), step=2)
    mark(key, maya, clock.forward(minutes=5), step=2)
    assert visit(key, maya).since == START

    mark(key, maya, clock(), step=3)

    assert visit(key, maya).since == clock()


def test_everybody_has_a_mark_of_their_own(key, maya, clock):
    tom = a_person("Tom")
    mark(key, maya, clock())

    assert visit(key, Guest(tom.id, tom.name, maya.login_id)) is None


def test_a_press_marks_what_followed_from_it(key, maya, clock):
    complete(key, 1, clock())

    press(key, maya, clock())

    assert (visit(key, maya).seq, visit(key, maya).step) == (the(key).last_seq, 2)


def test_a_press_of_a_script_leaves_the_step_to_the_script(key, maya, clock):
    press(key, maya, clock(), is_scripted=True)
    mark(key, maya, clock(), step=1)
    complete(key, 1, clock())

    press(key, maya, clock.forward(minutes=5), is_scripted=True)

    found = visit(key, maya)
    assert (found.seq, found.step, found.seen_at) == (the(key).last_seq, 1, clock())


def test_a_press_in_an_incident_without_a_checklist_marks_too(an_incident, maya, clock):
    key = an_incident()
    with transaction() as session:
        incidents.tell(session, incident_key=key, text="Slow", actor=TOM, at=clock())

    press(key, maya, clock())

    assert (visit(key, maya).seq, visit(key, maya).step) == (the(key).last_seq, None)
