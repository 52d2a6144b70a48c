"""Coming in: what is counted, who has to wait, and who never does."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from incident.services import logins
from incident.services.logins import Attempt, Caller
from incident.storage import logins as rows
from incident.storage import people, throttles
from incident.storage.db import reading, transaction
from incident.storage.logins import Login
from incident.storage.people import Person
from tests.conftest import START

HERE = Caller("192.0.2.1", "Firefox on Linux")
ELSEWHERE = Caller("198.51.100.7", "Safari on iPhone")
MAYA = "maya@example.com"


@pytest.fixture
def maya(database):
    with transaction() as session:
        person = Person(name="Maya", email=MAYA, password_hash="hash", created_at=START)
        session.add(person)
    return person.id


def begin(caller=HERE, email=MAYA, at=START):
    with transaction() as session:
        return logins.begin(session, email=email, caller=caller, at=at)


def complete(attempt, caller=HERE, at=START):
    with transaction() as session:
        return logins.complete(session, attempt, caller=caller, at=at)


def fail(times, caller=HERE, email=MAYA, at=START):
    return [begin(caller, email, at) for _ in range(times)]


def test_the_attempt_brings_what_there_is_to_compare_with(maya):
    attempt = begin(email=" Maya@Example.com ")

    assert attempt == Attempt(MAYA, timedelta(), maya, "hash")


def test_somebody_unknown_gets_an_attempt_like_anybody(maya):
    assert begin(email="sam@example.com") == Attempt("sam@example.com", timedelta())


def test_somebody_disabled_gets_the_attempt_of_somebody_unknown(maya):
    with transaction() as session:
        people.get(session, maya).disabled_at = START

    assert begin().password_hash == ""


def test_a_log_in_is_a_row_that_holds_only_the_hash_of_its_token(maya):
    token = complete(begin())

    with reading() as session:
        login, person = logins.current(session, token, START)
        assert (person.name, login.device, login.address) == (
            "Maya",
            "Firefox on Linux",
            "192.0.2.1",
        )
        assert token not in login.token_hash


def test_every_log_in_has_a_token_of_its_own(maya):
    first = complete(begin())
    second = complete(begin())

    assert first != second
    assert len(first) == 43


def test_the_sixth_failure_in_a_row_waits_a_second_then_two_then_four(maya):
    fail(5)

    assert begin().wait == timedelta(seconds=1)
    assert begin(at=START + timedelta(seconds=1)).wait == timedelta()
    assert begin(at=START + timedelta(seconds=1)).wait == timedelta(seconds=2)
    assert begin(at=START + timedelta(seconds=3)).wait == timedelta()
    assert begin(at=START + timedelta(seconds=3)).wait == timedelta(seconds=4)


def test_of_very_many_tries_in_a_minute_few_are_looked_at(maya):
    tries = [begin(at=START + timedelta(milliseconds=300 * n)) for n in range(200)]

    assert sum(attempt.wait == timedelta() for attempt in tries) <= 30


def test_the_owner_comes_in_from_elsewhere_while_somebody_hammers(maya):
    fail(50)

    attempt = begin(ELSEWHERE)

    assert attempt.wait == timedelta()
    assert complete(attempt, ELSEWHERE)


def test_a_browser_that_logged_in_before_never_waits_for_strangers(maya):
    known = Caller("192.0.2.1", device="abcd", device_of=maya)
    fail(6)
    [fail(4, Caller(f"203.0.113.{n}")) for n in range(25)]

    assert begin(Caller("192.0.2.200")).wait > timedelta()
    assert begin(known).wait == timedelta()


def test_a_mark_given_to_somebody_else_is_no_help(maya):
    fail(5)

    assert begin(Caller("192.0.2.1", device="abcd", device_of=maya + 1)).wait > timedelta()


def test_trying_many_accounts_from_one_address_waits_too(maya):
    [begin(email=f"person{n}@example.com") for n in range(20)]

    assert begin(email="another@example.com").wait > timedelta()


def test_a_network_counts_as_one_address(maya):
    fail(5, Caller("2001:db8:1:2::1"))

    assert begin(Caller("2001:db8:1:2:ffff::9")).wait > timedelta()
    assert begin(Caller("2001:db8:1:3::1")).wait == timedelta()


def test_a_success_forgets_the_failures_before_it(maya):
    fail(4)
    complete(begin())

    assert [attempt.wait for attempt in fail(5)] == [timedelta()] * 5


def test_an_hour_later_the_failures_are_forgotten(maya):
    fail(5)

    later = START + timedelta(hours=1, seconds=1)

    assert [attempt.wait for attempt in fail(5, at=later)] == [timedelta()] * 5


def test_tries_at_the_same_moment_are_all_counted(maya):
    together = threading.Barrier(8)

    def attempt(_):
        together.wait()
        return begin().wait

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(attempt, range(8)))

    assert sorted(waits) == [timedelta()] * 5 + [timedelta(seconds=1)] * 3


def test_counters_that_nothing_touches_are_swept(maya):
    fail(3, email="sam@example.com")

    complete(begin(at=START + timedelta(days=2)), at=START + timedelta(days=2))

    with reading() as session:
        assert session.query(throttles.Throttle).filter_by(tries=3).count() == 0


def test_whoever_is_disabled_between_the_two_halves_does_not_come_in(maya):
    attempt = begin()
    with transaction() as session:
        people.get(session, maya).disabled_at = START

    assert complete(attempt) is None


def test_a_weak_hash_is_replaced_when_its_owner_comes_in(maya):
    with transaction() as session:
        attempt = logins.begin(session, email=MAYA, caller=HERE, at=START)
        logins.complete(session, attempt, caller=HERE, at=START, new_hash="stronger")

    with reading() as session:
        assert people.get(session, maya).password_hash == "stronger"


def test_a_token_nobody_was_given_is_nobody(maya):
    with reading() as session:
        assert logins.current(session, "made up", START) is None


@pytest.mark.parametrize(
    ("role", "away", "still_in"),
    [
        ("viewer", timedelta(hours=11), True),
        ("viewer", timedelta(hours=12), False),
        ("responder", timedelta(days=29), True),
        ("responder", timedelta(days=30), False),
    ],
)
def test_a_login_lasts_as_long_as_its_role_says(role, away, still_in, maya):
    token = complete(begin())
    with transaction() as session:
        people.get(session, maya).role = role

    with reading() as session:
        assert (logins.current(session, token, START + away) is not None) is still_in


def test_logging_out_ends_that_login_and_no_other(maya):
    here, there = complete(begin()), complete(begin(ELSEWHERE), ELSEWHERE)
    with reading() as session:
        login, _ = logins.current(session, here, START)

    with transaction() as session:
        logins.log_out(session, person_id=maya, login_id=login.id, at=START)

    with reading() as session:
        assert logins.current(session, here, START) is None
        assert logins.current(session, there, START) is not None


def test_nobody_ends_somebody_elses_login(maya):
    token = complete(begin())
    with reading() as session:
        login, _ = logins.current(session, token, START)

    with transaction() as session:
        logins.log_out(session, person_id=maya + 1, login_id=login.id, at=START)

    with reading() as session:
        assert logins.current(session, token, START) is not None


def test_logging_out_everywhere_can_spare_this_browser(maya):
    here, there = complete(begin()), complete(begin(ELSEWHERE), ELSEWHERE)
    with reading() as session:
        login, _ = logins.current(session, here, START)

    with transaction() as session:
        logins.log_out_everywhere(session, person_id=maya, at=START, but=login.id)

    with reading() as session:
        assert logins.current(session, here, START) is not None
        assert logins.current(session, there, START) is None


def test_the_last_sign_of_life_is_written_at_most_once_a_minute(maya):
    complete(begin())

    with transaction() as session:
        login_id = session.query(Login.id).scalar()
        rows.touch(session, login_id, START + timedelta(seconds=59))
    with reading() as session:
        assert session.get(Login, login_id).seen_at == START
    with transaction() as session:
        rows.touch(session, login_id, START + timedelta(seconds=60))

    with reading() as session:
        assert session.get(Login, login_id).seen_at == START + timedelta(seconds=60)
