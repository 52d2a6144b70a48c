"""Slack's members are learnt by their names, and linked to the accounts with their addresses."""

import pytest

from config import Config
from incident.clock import now
from incident.delivery.directory import Directory
from incident.services import connections, directory, members, profiles
from incident.storage import people, slack_members
from incident.storage.db import reading, transaction
from tests.conftest import ADA, START
from tests.fakes import server
from tests.fakes.server import Answer, Fault, as_json
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.fakes.slack import method_of as called
from tests.trials.processes import wait_until
from tests.web.browsers import a_person


@pytest.fixture
def slack(clock):
    with FakeSlack(clock=clock) as fake:
        yield fake


@pytest.fixture
def config(slack):
    return Config(slack_api_url=slack.api_url, slack_bot_token=A_TOKEN)


@pytest.fixture
def reader(database, config, clock):
    return Directory(config, clock=clock)


def meet(member="U0SAM", at=START):
    with transaction() as session:
        members.meet(session, member, at=at)


def known(member="U0SAM"):
    with reading() as session:
        return slack_members.find(session, member)


def read_at():
    with reading() as session:
        return directory.read_at(session)


def person(found):
    with reading() as session:
        return people.get(session, found.id)


def asked(slack, method):
    return [request for request in slack.requests if called(request) == method]


def slow_down(seconds):
    answer = Answer(429, as_json({"ok": False, "error": "ratelimited"}), {"Retry-After": seconds})
    return Fault(answer)


def crowd(slack, count):
    for number in range(count):
        slack.add_member(f"Colleague {number}", id=f"U1{number:05}")


def list_is_not_due(clock):
    with transaction() as session:
        directory.page_read(session, cursor="", at=clock())


def test_whoever_was_met_is_asked_about_and_called_by_their_name(reader, slack, clock):
    list_is_not_due(clock)
    meet()

    reader.turn()

    assert (known().name, known().zone, known().asked_at) == ("Sam", "Europe/Berlin", clock())
    with reading() as session:
        assert members.actor_for(session, "U0SAM").name == "Sam"
    assert len(asked(slack, "users.info")) == 1


def test_somebody_whom_slack_does_not_know_is_not_asked_about_again(reader, slack, clock):
    list_is_not_due(clock)
    meet("U0NOBODY")

    reader.turn()
    reader.turn()

    assert len(asked(slack, "users.info")) == 1
    assert known("U0NOBODY").name == ""


def test_everybody_is_read_a_page_at_a_time_and_once_a_day(reader, slack, clock):
    crowd(slack, 250)

    turns = [reader.turn() for _ in range(3)]
    with reading() as session:
        count = slack_members.count(session)
    clock.forward(hours=23)
    early = reader.turn()
    clock.forward(hours=1)
    late = reader.turn()

    assert (turns, count, read_at()) == ([True, True, False], 253, START)
    assert (early, late) == (False, True)


def test_somebody_with_the_same_address_here_is_linked(reader, slack):
    ana = a_person("Ana")
    slack.add_member("Ana Weber", id="U0ANAW", email="ana@example.com")

    reader.turn()

    assert (person(ana).slack_id, person(ana).slack_link) == ("U0ANAW", "email")
    with reading() as session:
        assert members.actor_for(session, "U0ANAW").person_id == ana.id


def test_an_account_that_came_later_is_linked_without_asking_slack_again(reader, slack):
    slack.add_member("Ana Weber", id="U0ANAW", email="ana@example.com")
    reader.turn()
    ana = a_person("Ana")
    before = len(slack.requests)

    reader.turn()

    assert person(ana).slack_id == "U0ANAW"
    assert len(slack.requests) == before


@pytest.mark.parametrize(
    "who",
    [
        {"is_bot": True},
        {"is_restricted": True},
        {"deleted": True},
        {"team_id": "T0ELSEWHERE"},
    ],
)
def test_an_address_proves_nothing_of_bots_guests_strangers_and_who_is_gone(reader, slack, who):
    ana = a_person("Ana")
    slack.add_member("Ana Weber", id="U0ANAW", email="ana@example.com", **who)

    reader.turn()

    assert person(ana).slack_id == ""


def test_an_id_that_was_typed_is_never_overwritten(reader, slack):
    ana = a_person("Ana", slack_id="U0TYPED")
    slack.add_member("Ana Weber", id="U0ANAW", email="ana@example.com")

    reader.turn()

    assert (person(ana).slack_id, person(ana).slack_link) == ("U0TYPED", "")


def test_nobody_becomes_two_people(reader, slack):
    a_person("Tom", slack_id="U0ANAW")
    ana = a_person("Ana")
    slack.add_member("Ana Weber", id="U0ANAW", email="ana@example.com")

    reader.turn()

    assert person(ana).slack_id == ""
    assert reader.turn() is False


def test_whoever_took_the_link_away_is_left_alone(reader, slack):
    ana = a_person("Ana")
    slack.add_member("Ana Weber", id="U0ANAW", email="ana@example.com")
    reader.turn()
    with transaction() as session:
        profiles.unlink(session, person_id=ana.id)

    reader.turn()

    assert (person(ana).slack_id, person(ana).slack_link) == ("", "refused")


def test_a_slack_that_wants_to_be_left_alone_is(reader, slack, clock):
    slack.script_for["users.list"] = [slow_down("60")]
    reader.turn()
    clock.forward(seconds=59)

    early = reader.turn()
    clock.forward(seconds=1)
    late = reader.turn()

    assert (early, late) == (False, True)
    assert len(asked(slack, "users.list")) == 2


def test_questions_about_those_who_were_met_wait_as_long_as_slack_asks(reader, slack, clock):
    list_is_not_due(clock)
    meet()
    slack.script_for["users.info"] = [slow_down("30")]
    reader.turn()
    clock.forward(seconds=29)
    reader.turn()
    early = known().name
    clock.forward(seconds=1)

    reader.turn()

    assert (early, known().name) == ("", "Sam")


def test_a_slack_that_is_away_is_asked_again_after_a_while(reader, slack, clock):
    slack.always = server.status(503)
    reader.turn()
    slack.always = None
    clock.forward(minutes=10)

    reader.turn()

    assert known().name == "Sam"


def test_a_cursor_that_slack_has_forgotten_begins_anew(reader, slack, clock):
    with transaction() as session:
        connections.remember_of_slack(session, {"directory": {"cursor": "gone"}}, at=START)
        connections.remember_of_slack(session, {"workspace": {"team": slack.team_id}}, at=START)

    reader.turn()
    reader.turn()

    assert known().name == "Sam"


def test_of_two_processes_one_reads_a_page(reader, config, slack, clock):
    with transaction() as session:
        directory.take_page(session, at=clock())

    reader.turn()

    assert asked(slack, "users.list") == []


def test_without_a_token_nothing_is_asked(database, slack, clock):
    meet()

    assert Directory(Config(slack_api_url=slack.api_url), clock=clock).turn() is False

    assert slack.requests == []


def test_a_token_typed_in_settings_serves_as_well(database, slack, clock):
    with transaction() as session:
        secrets = {"bot_token": A_TOKEN}
        connections.keep_slack(session, secrets=secrets, actor=ADA, at=START)

    Directory(Config(slack_api_url=slack.api_url), clock=clock).turn()

    assert known().name == "Sam"


def test_names_of_the_hostile_kind_are_cut_to_one_line(reader, slack):
    slack.add_member("A\nB\x00" + "x" * 200, id="U0HOSTILE", email="")

    reader.turn()

    assert known("U0HOSTILE").name.startswith("ABx")
    assert len(known("U0HOSTILE").name) == 80


def test_a_thread_of_its_own_learns_and_ends(database, config):
    reader = Directory(config, clock=now)
    meet(at=now())

    reader.start()
    wait_until(lambda: known().name == "Sam", "the name")
    reader.stop()
    reader.join()

    assert read_at() is not None or known().asked_at is not None
