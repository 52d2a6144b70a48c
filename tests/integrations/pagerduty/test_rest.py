"""The REST API, as our stand-in answers it and as it misbehaves."""

import logging
import time
from datetime import timedelta

import pytest

from incident.integrations.pagerduty.rest import Rest, RestRefused, RestUnreachable
from tests.fakes import server
from tests.fakes.pagerduty_catalog import A_TOKEN, READ_ONLY_TOKEN
from tests.integrations.deadlines import AT_ONCE, ENDLESS, IN_TIME, SHORT, once_heard

MAYA = "maya@example.com"
A_STATUS = {"incident": {"type": "incident_reference", "status": "acknowledged"}}


@pytest.fixture
def rest(pagerduty):
    return Rest(pagerduty.url, A_TOKEN, read_timeout=SHORT)


def test_a_question_is_one_request_with_the_token_and_the_version(pagerduty, rest):
    answer = rest.get("/incidents", incident_key="ic/1/step-3/g1")

    (asked,) = pagerduty.requests
    assert answer["incidents"] == []
    assert asked.query == "incident_key=ic%2F1%2Fstep-3%2Fg1"
    assert asked.headers["Authorization"] == f"Token token={A_TOKEN}"
    assert asked.headers["Accept"] == "application/vnd.pagerduty+json;version=2"


def test_a_change_goes_out_in_somebodys_name(pagerduty, rest, an_incident):
    rest.put(f"/incidents/{an_incident.id}", A_STATUS, sender=MAYA)

    assert pagerduty.requests[-1].headers["From"] == MAYA
    assert an_incident.status == "acknowledged"


def test_the_desks_own_name_stands_in_where_none_is_given(pagerduty, an_incident):
    rest = Rest(pagerduty.url, A_TOKEN, sender="tom@example.com")

    rest.post(f"/incidents/{an_incident.id}/notes", {"note": {"content": "On it"}})

    assert [note.user.name for note in an_incident.notes] == ["Tom"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "The API token is not valid (401)."),
        (402, "Your PagerDuty plan does not allow it (402)."),
        (403, "The API token may not do that (403)."),
        (404, "PagerDuty knows no such thing (404)."),
        (418, "PagerDuty refused it (418)."),
    ],
)
def test_a_refusal_is_a_sentence(pagerduty, rest, status, words):
    pagerduty.script.append(server.status(status))

    with pytest.raises(RestRefused) as refused:
        rest.get("/incidents")

    assert (refused.value.status, refused.value.sentence) == (status, words)
    assert len(pagerduty.requests) == 1


def test_a_refusal_carries_pagerdutys_code_and_its_words(pagerduty, rest):
    with pytest.raises(RestRefused) as refused:
        rest.get("/incidents/QNOBODY")

    assert refused.value.code == 5001
    assert str(refused.value) == "PagerDuty knows no such thing (404): Incident Not Found."


def test_a_token_that_may_only_look_is_told_so(pagerduty, an_incident):
    rest = Rest(pagerduty.url, READ_ONLY_TOKEN, sender=MAYA)

    with pytest.raises(RestRefused, match="may not do that"):
        rest.put(f"/incidents/{an_incident.id}", A_STATUS)

    assert an_incident.status == "triggered"


@pytest.mark.parametrize("header", ["Retry_After", "ratelimit_reset"])
def test_a_429_says_how_long_to_wait(pagerduty, rest, header):
    pagerduty.script.append(server.status(429, **{header: "17"}))

    with pytest.raises(RestRefused) as refused:
        rest.get("/incidents")

    assert (refused.value.status, refused.value.after) == (429, timedelta(seconds=17))
    assert len(pagerduty.requests) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (server.status(503), "PagerDuty answered 503."),
        (server.status(200, b"<html>"), "could not be read"),
        (server.status(200, b"[1]"), "could not be read"),
        (server.status(200), "could not be read"),
        (server.status(200, b'{"incidents": ["' + b"x" * 3_000_000), "could not be read"),
        (server.redirect("http://127.0.0.1:1/incidents"), "which PagerDuty never does"),
        (server.reset(), "did not answer"),
        (server.close(), "did not answer"),
        (server.hang(ENDLESS), "did not answer"),
    ],
)
def test_what_cannot_be_read_may_be_asked_again(pagerduty, rest, fault, words):
    pagerduty.script.append(fault)

    with pytest.raises(RestUnreachable, match=words):
        rest.get("/incidents")

    assert len(pagerduty.requests) == 1


def test_nobody_there_is_a_sentence_too():
    with pytest.raises(RestUnreachable, match="could not be reached"):
        Rest("http://127.0.0.1:1", A_TOKEN).get("/incidents")


def test_an_answer_that_drips_is_cut_off(pagerduty):
    pagerduty.script.append(server.drip(0.5))
    began = time.monotonic()

    with pytest.raises(RestUnreachable):
        Rest(pagerduty.url, A_TOKEN, deadline=AT_ONCE).get("/incidents")

    assert time.monotonic() - began < IN_TIME


def test_whoever_watches_may_cut_it_off(pagerduty):
    pagerduty.script.append(server.hang(ENDLESS))
    rest = Rest(pagerduty.url, A_TOKEN, read_timeout=ENDLESS, deadline=ENDLESS)
    once_heard(pagerduty, rest.close)
    began = time.monotonic()

    with pytest.raises(RestUnreachable):
        rest.get("/incidents")

    assert time.monotonic() - began < IN_TIME


@pytest.mark.parametrize("token", ["", "two words", "tök€n", "line\nbreak"])
def test_what_fits_no_header_is_no_token(pagerduty, token):
    with pytest.raises(RestRefused) as refused:
        Rest(pagerduty.url, token).get("/incidents")

    assert (refused.value.status, pagerduty.requests) == (401, [])


def test_an_address_that_fits_no_header_is_nobody(pagerduty, rest, an_incident):
    with pytest.raises(RestRefused) as refused:
        rest.put(f"/incidents/{an_incident.id}", A_STATUS, sender="mäya@example.com")

    assert (refused.value.code, len(pagerduty.rest_requests())) == (1008, 0)


def test_the_token_is_in_no_error_and_in_no_log(pagerduty, rest, caplog):
    caplog.set_level(logging.DEBUG)
    said = b'{"error": {"message": "bad ' + A_TOKEN.encode() + b'", "code": 2006}}'
    pagerduty.script += [server.status(401, said), server.status(500)]

    with pytest.raises(RestRefused) as refused:
        rest.get("/incidents")
    with pytest.raises(RestUnreachable) as silent:
        rest.get("/incidents")

    assert A_TOKEN not in f"{refused.value!r} {silent.value!r} {caplog.text}"
    assert A_TOKEN[-4:] not in caplog.text
