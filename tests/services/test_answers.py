"""Repeating a request with its key."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import effects
from incident.services.answers import Answered, once
from incident.storage import answers, timeline
from incident.storage.db import reading, transaction
from tests.conftest import MAYA, START, TOM


def ask(do: Callable[[], Answered], *, key="k1", request="POST /effects", actor=MAYA) -> Answered:
    with transaction() as session:
        return once(session, actor=actor, key=key, request=request, at=START, do=do)


def never() -> Answered:
    raise AssertionError("It was done a second time.")


def refuse() -> Answered:
    raise NotAllowed("Not now.")


def test_a_repeat_gets_the_first_answer_and_does_nothing(database):
    first = ask(lambda: Answered(201, {"b": 1, "a": [None, "é"]}, location="/api/x/1"))

    second = ask(never)

    assert (second.status, second.body, second.location) == (201, first.body, "/api/x/1")
    assert list(second.body) == ["b", "a"]
    assert (first.repeated, second.repeated) == (False, True)


def test_without_a_key_it_is_simply_done(database):
    ask(lambda: Answered(200, {"n": 1}), key="")

    assert ask(lambda: Answered(200, {"n": 2}), key="").body == {"n": 2}


def test_a_key_used_for_another_request_is_refused(database):
    ask(lambda: Answered(200))

    with pytest.raises(Wrong, match="another request"):
        ask(never, request="POST /effects of something else")


def test_two_people_may_choose_the_same_key(database):
    ask(lambda: Answered(200, {"who": "Maya"}))

    assert ask(lambda: Answered(200, {"who": "Tom"}), actor=TOM).body == {"who": "Tom"}


def test_one_account_is_the_same_actor_by_every_name(database):
    ask(lambda: Answered(200, {"n": 1}), actor=Actor("Maya", person_id=7))

    assert ask(never, actor=Actor("Maya Stone", person_id=7)).repeated


def test_a_refusal_is_not_kept(database):
    with pytest.raises(NotAllowed):
        ask(refuse)

    assert ask(lambda: Answered(200, {"n": 2})).body == {"n": 2}


@pytest.mark.parametrize("key", ["k" * 201, "ké", "k\n"])
def test_a_key_is_short_and_plain(database, key):
    with pytest.raises(Wrong, match="plain characters"):
        ask(never, key=key)


def test_of_many_at_once_one_acts_and_all_are_answered_alike(database, an_incident):
    key = an_incident()
    together = threading.Barrier(6)

    def press() -> Answered:
        together.wait()
        with transaction() as session:

            def act() -> Answered:
                effects.put_in_force(
                    session, incident_key=key, text="Pushes are off", actor=MAYA, at=START
                )
                return Answered(201, {"text": "Pushes are off"})

            return once(session, actor=MAYA, key="k1", request="POST", at=START, do=act)

    with ThreadPoolExecutor(6) as pool:
        given = [asked.result() for asked in [pool.submit(press) for _ in range(6)]]

    assert sorted(answered.repeated for answered in given) == [False] + [True] * 5
    assert {answered.status for answered in given} == {201}
    assert began(key) == 1


def test_when_the_first_is_refused_one_that_waited_for_it_acts(database):
    begun, go_on = threading.Event(), threading.Event()

    def refused_slowly() -> Answered:
        begun.set()
        go_on.wait(30)
        raise NotAllowed("Not now.")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, refused_slowly)
        begun.wait(30)
        second = pool.submit(ask, lambda: Answered(200, {"n": 2}))
        go_on.set()

        assert isinstance(first.exception(), NotAllowed)
        assert second.result().body == {"n": 2}


def test_answers_are_forgotten_after_a_while(database):
    ask(lambda: Answered(200, {"n": 1}))

    with transaction() as session:
        answers.sweep(session, START + timedelta(seconds=1))

    assert ask(lambda: Answered(200, {"n": 2})).body == {"n": 2}


def began(key: str) -> int:
    from incident.storage import incidents

    with reading() as session:
        incident = incidents.get(session, key)
        return len(timeline.of_kinds(session, incident.id, ["effect_began"]))
