"""How people come to have an account, and how they lose it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import install, logins, people
from incident.services.logins import Caller
from incident.storage import people as rows
from incident.storage.db import reading, transaction
from incident.storage.installs import Install
from incident.storage.people import Person
from incident.storage.targets import Target
from tests.conftest import ADA, MAYA, START

SOON = START + timedelta(minutes=5)


def a_person(name="Maya", role="responder"):
    with transaction() as session:
        person = Person(
            name=name,
            email=f"{name.lower()}@example.com",
            role=role,
            password_hash="old",
            created_at=START,
        )
        session.add(person)
    return person.id


def set_up(token, name="Ada", at=SOON):
    with transaction() as session:
        person = people.set_up(
            session,
            token=token,
            name=name,
            email=f"{name}@example.com",
            zone="UTC",
            password_hash="hash",
            at=at,
        )
        return person.id


def setup_link(at=START):
    with transaction() as session:
        return people.setup_link(session, at)


def invite(email="Tom@Example.com", role="responder", at=START, actor=ADA):
    with transaction() as session:
        return people.invite(session, email=email, role=role, actor=actor, at=at)


def join(token, name="Tom", at=SOON):
    with transaction() as session:
        people.join(session, token=token, name=name, zone="UTC", password_hash="hash", at=at)


def person_of(email):
    with reading() as session:
        return rows.by_email(session, email)


def test_the_first_one_who_opens_the_link_is_the_admin(database):
    token = setup_link()

    set_up(token)

    ada = person_of("ada@example.com")
    assert (ada.name, ada.role, ada.zone) == ("Ada", "admin", "UTC")


def test_the_set_up_link_works_once(database):
    token = setup_link()
    set_up(token)

    with pytest.raises(NotAllowed, match="has been used"):
        set_up(token, "Sam")


def test_the_set_up_link_is_good_for_thirty_minutes(database):
    token = setup_link()

    with pytest.raises(NotAllowed, match="too old"):
        set_up(token, at=START + timedelta(minutes=30))


def test_only_the_newest_set_up_link_works(database):
    old, new = setup_link(), setup_link()

    with pytest.raises(NotAllowed):
        set_up(old)
    set_up(new)


def test_there_is_no_set_up_link_once_somebody_has_an_account(database):
    a_person()

    assert setup_link() is None


def test_a_set_up_that_fails_leaves_the_link_usable(database):
    token = setup_link()

    with pytest.raises(Wrong, match="name that others know"):
        set_up(token, name=" ")
    set_up(token)


def test_of_two_set_ups_at_once_one_wins(database):
    token = setup_link()
    both = threading.Barrier(2)

    def attempt(name):
        both.wait()
        try:
            return set_up(token, name)
        except NotAllowed:
            return None

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(attempt, ["Ada", "Sam"]))

    assert sorted(person is None for person in made) == [False, True]
    with reading() as session:
        assert len(rows.every(session)) == 1


def test_whoever_is_invited_gets_the_role_and_the_address_of_the_invitation(database):
    join(invite(role="viewer"))

    tom = person_of("tom@example.com")
    assert (tom.name, tom.role) == ("Tom", "viewer")


def test_whoever_joins_needs_a_name_that_nobody_has(database):
    a_person("Tom")

    with pytest.raises(Wrong, match="There is a Tom already"):
        join(invite(email="thomas@example.com"))


def test_an_invitation_works_once(database):
    token = invite()
    join(token)

    with pytest.raises(NotAllowed, match="has been used"):
        join(token, "Sam")


def test_an_invitation_is_good_for_seven_days(database):
    token = invite()

    with pytest.raises(NotAllowed, match="too old"):
        join(token, at=START + timedelta(days=7))


def test_a_newer_invitation_replaces_the_older_one(database):
    old, new = invite(), invite(role="admin")

    with pytest.raises(NotAllowed):
        join(old)
    join(new)

    assert person_of("tom@example.com").role == "admin"


def test_a_withdrawn_invitation_does_not_work(database):
    token = invite()
    with transaction() as session:
        people.withdraw_invitation(session, email="tom@example.com", actor=ADA, at=START)

    with pytest.raises(NotAllowed):
        join(token)


def test_only_an_admin_invites(database):
    with pytest.raises(NotAllowed, match="role admin"):
        invite(actor=MAYA)


def test_an_invitation_names_every_field_that_is_wrong(database):
    with pytest.raises(Wrong) as refusal:
        invite(email="tom", role="king")

    assert sorted(refusal.value.fields) == ["email", "role"]


def test_nobody_is_invited_twice(database):
    join(invite())

    with pytest.raises(Wrong, match="an account already"):
        invite()


def test_a_new_password_ends_every_login(database):
    maya = a_person()
    with transaction() as session:
        person = rows.get(session, maya)
        login = logins.open_for(session, person, caller=Caller("10.0.0.1"), at=START)
        token = people.offer_reset(session, person_id=maya, actor=ADA, at=START)

    with transaction() as session:
        people.reset(session, token=token, password_hash="new", at=SOON)

    with reading() as session:
        assert logins.current(session, login, SOON) is None
        assert rows.get(session, maya).password_hash == "new"


def test_a_reset_link_works_once_and_for_thirty_minutes(database):
    maya = a_person()
    with transaction() as session:
        token = people.offer_reset(session, person_id=maya, actor=ADA, at=START)

    late = START + timedelta(minutes=30)
    with pytest.raises(NotAllowed), transaction() as session:
        people.reset(session, token=token, password_hash="new", at=late)
    with transaction() as session:
        people.reset(session, token=token, password_hash="new", at=SOON)
    with pytest.raises(NotAllowed), transaction() as session:
        people.reset(session, token=token, password_hash="again", at=SOON)


def test_a_link_of_one_kind_does_not_open_another_door(database):
    token = invite()

    with pytest.raises(NotAllowed), transaction() as session:
        people.reset(session, token=token, password_hash="new", at=SOON)


def test_the_terminal_offers_whichever_link_is_needed(database):
    a_person("Maya")

    with transaction() as session:
        known, _ = people.offer_link(
            session, email="maya@example.com", role="admin", actor=ADA, at=START
        )
        unknown, _ = people.offer_link(
            session, email="tom@example.com", role="admin", actor=ADA, at=START
        )

    assert (known, unknown) == ("resets", "invitations")


def test_whoever_is_disabled_is_out_at_once_and_can_be_let_in_again(database):
    maya = a_person()
    with transaction() as session:
        person = rows.get(session, maya)
        login = logins.open_for(session, person, caller=Caller("10.0.0.1"), at=START)

    with transaction() as session:
        people.disable(session, person_id=maya, actor=ADA, at=SOON)
    with reading() as session:
        assert logins.current(session, login, SOON) is None
    with transaction() as session:
        people.enable(session, person_id=maya, actor=ADA, at=SOON)
        again = logins.open_for(session, rows.get(session, maya), caller=Caller(""), at=SOON)

    with reading() as session:
        assert logins.current(session, again, SOON) is not None
        assert logins.current(session, login, SOON) is None


@pytest.mark.parametrize("command", [people.disable, people.change_role])
def test_the_last_admin_stays(command, database):
    ada = a_person("Ada", role="admin")
    a_person("Maya")
    wanted = {"role": "viewer"} if command is people.change_role else {}

    with pytest.raises(NotAllowed, match="last admin"), transaction() as session:
        command(session, person_id=ada, actor=ADA, at=SOON, **wanted)


def test_an_admin_can_go_when_there_is_another(database):
    ada = a_person("Ada", role="admin")
    a_person("Tom", role="admin")

    with transaction() as session:
        people.change_role(session, person_id=ada, role="viewer", actor=ADA, at=SOON)

    assert person_of("ada@example.com").role == "viewer"


def test_two_admins_cannot_both_be_the_last_to_go(database):
    both = [a_person("Ada", role="admin"), a_person("Tom", role="admin")]
    together = threading.Barrier(2)

    def go(person_id):
        together.wait()
        try:
            with transaction() as session:
                people.disable(session, person_id=person_id, actor=ADA, at=SOON)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        gone = list(pool.map(go, both))

    assert sorted(gone) == [False, True]


@pytest.mark.parametrize(
    "command", [people.disable, people.enable, people.end_logins, people.offer_reset]
)
def test_only_an_admin_does_such_things_to_others(command, database):
    tom = a_person("Tom")

    with pytest.raises(NotAllowed, match="role admin"), transaction() as session:
        command(session, person_id=tom, actor=Actor("Maya"), at=SOON)


def test_a_fresh_desk_has_a_name_of_its_own_and_one_target_without_a_key(database):
    _empty()

    with transaction() as session:
        install.prepare(session, START)
        install.prepare(session, START)

    with reading() as session:
        assert len(session.scalars(select(Install.code)).one()) == 8
        target = session.scalars(select(Target)).one()
        assert (target.name, target.connected) == ("primary", False)


def test_two_processes_that_prepare_at_once_agree(database):
    _empty()
    together = threading.Barrier(4)

    def prepare(_):
        together.wait()
        with transaction() as session:
            install.prepare(session, START)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare, range(4)))

    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Install)) == 1
        assert session.scalar(select(func.count()).select_from(Target)) == 1


def _empty():
    with transaction() as session:
        session.execute(delete(Target))
        session.execute(delete(Install))
