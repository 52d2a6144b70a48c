import re

import pytest

from incident.cli.arguments import read
from incident.services import people, tokens
from incident.storage import checklists, db
from incident.storage.people import Person
from tests.conftest import START


def test_migrating_an_empty_database_furnishes_it(terminal):
    status, said, _ = terminal("migrate")

    assert status == 0
    assert re.fullmatch(r"The database has been brought up to date \(\w+\), with .*\n", said)
    with db.reading() as session:
        assert checklists.find(session, "general-incident").published


def test_migrating_again_changes_nothing(desk):
    status, said, _ = desk("migrate")

    assert status == 0
    assert said.startswith("The database is up to date")


@pytest.mark.parametrize("command", ["worker", "web", "invite x@example.com", "token x"])
def test_a_database_that_is_not_ready_is_said_in_one_sentence(terminal, command, monkeypatch):
    monkeypatch.setenv("PORT", "0")
    status, said, error = terminal(*command.split())

    assert (status, said) == (2, "")
    assert error == "incident: The database is not up to date. Run `incident migrate` first.\n"


def test_a_setting_that_makes_no_sense_is_named(terminal, monkeypatch):
    monkeypatch.setenv("PORT", "seventy")

    status, _, error = terminal("migrate")

    assert status == 2
    assert error.startswith("incident: PORT: ")
    assert error.count("\n") == 1


def test_a_database_that_does_not_answer_is_one_sentence(terminal, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")

    status, _, error = terminal("worker")

    assert status == 2
    assert error.startswith("incident: The database does not answer: ")
    assert error.count("\n") == 1


def test_several_processes_want_postgresql(desk):
    status, _, error = desk("web", "--workers=2")

    assert status == 2
    assert "PostgreSQL" in error


def test_an_invitation_is_a_link_for_one_address(desk):
    _, said, _ = desk("invite", "Maya@example.com", "--role", "admin")

    token = said.rstrip().rpartition("/")[2]
    with db.reading() as session:
        link = people.require_link(session, "invitation", token, db_now())
    assert (link.email, link.role) == ("maya@example.com", "admin")


def test_whoever_has_an_account_gets_a_link_to_a_new_password(desk):
    with db.transaction() as session:
        session.add(Person(name="Maya", email="maya@example.com", created_at=START))

    _, said, _ = desk("invite", "Maya@example.com")

    token = said.rstrip().rpartition("/")[2]
    with db.reading() as session:
        assert people.require_link(session, "reset", token, db_now()).email == "maya@example.com"


def test_an_address_that_is_none_is_refused(desk):
    status, _, error = desk("invite", "nobody")

    assert status == 2
    assert error.startswith("incident: ")


def test_a_token_is_shown_once_and_works(desk):
    _, said, _ = desk("token", "monitoring", "--role", "viewer")

    with db.reading() as session:
        actor = tokens.authenticate(session, said.split()[-1], db_now())
    assert (actor.name, actor.role) == ("monitoring", "viewer")


def test_nothing_is_asked_of_an_unknown_command(capsys):
    with pytest.raises(SystemExit) as ended:
        read(["dance"])

    assert ended.value.code == 2
    assert "dance" in capsys.readouterr().err


def db_now():
    from incident.clock import now

    return max(now(), START)
