import logging
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from incident.integrations.notifier import Delivered, NotSent, Refused, TryAgain
from incident.integrations.pagerduty.notifier import PagerDuty
from tests.fakes import server
from tests.integrations.deadlines import ENDLESS, IN_TIME, once_heard
from tests.integrations.pagerduty.messages import A_LINK, A_ROUTING_KEY, a_message


def test_a_page_wakes_somebody_under_our_key(notifier, pagerduty):
    result = notifier.send(a_message())

    assert result == Delivered(
        {
            "dedup_key": "ic/0a1b2c3d/42/step-3/g1",
            "status": "success",
            "message": "Event processed",
        }
    )
    assert pagerduty.woken_for("ic/0a1b2c3d/42/step-3/g1/trigger") == 1


def test_a_page_says_what_is_wrong_and_leads_to_the_step(notifier, pagerduty):
    notifier.send(a_message())

    assert pagerduty.events == [
        {
            "event_action": "trigger",
            "routing_key": A_ROUTING_KEY,
            "dedup_key": "ic/0a1b2c3d/42/step-3/g1",
            "client": "Incident desk",
            "client_url": A_LINK,
            "links": [{"href": A_LINK, "text": "Open the checklist"}],
            "payload": {
                "summary": "[SEV2] INC-42 Uploads fail: Page the database team",
                "source": "incident desk",
                "severity": "error",
                "custom_details": {
                    "said_by": "Sam",
                    "intent": "ic/0a1b2c3d/42/step-3/g1/trigger",
                },
            },
        }
    ]


@pytest.mark.parametrize(
    ("action", "state"), [("acknowledge", "acknowledged"), ("resolve", "resolved")]
)
def test_what_became_of_a_page_reaches_its_alert(notifier, pagerduty, action, state):
    notifier.send(a_message())

    result = notifier.send(a_message(action=action))

    assert isinstance(result, Delivered)
    assert pagerduty.alerts[0].state == state


def test_a_target_without_a_routing_key_pages_nobody_and_says_so(notifier, pagerduty):
    result = notifier.send(a_message(secret=""))

    assert result == NotSent("primary has no PagerDuty routing key")
    assert pagerduty.requests == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_a_refusal_is_final(notifier, pagerduty, status):
    pagerduty.script = [server.status(status)]

    assert notifier.send(a_message()) == Refused(f"PagerDuty refused it ({status})")
    assert len(pagerduty.requests) == 1


def test_a_refusal_repeats_what_pagerduty_said(notifier):
    result = notifier.send(a_message(secret="too short"))

    assert result == Refused(
        "PagerDuty refused it (400): Event object is invalid: "
        "Length of 'routing_key' is incorrect (should be 32 characters)"
    )


def test_a_refusal_never_repeats_the_routing_key(notifier, pagerduty):
    said = server.as_json({"message": f"Unknown key {A_ROUTING_KEY}"})
    pagerduty.script = [server.status(400, said)]

    assert notifier.send(a_message()) == Refused("PagerDuty refused it (400): Unknown key …")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_bad_moment_of_theirs_is_tried_once_and_left_to_the_outbox(notifier, pagerduty, status):
    pagerduty.script = [server.status(status)]

    assert notifier.send(a_message()) == TryAgain(f"PagerDuty answered {status}", ambiguous=True)
    assert len(pagerduty.requests) == 1


def test_too_many_events_waits_as_long_as_asked(notifier, pagerduty):
    pagerduty.script = [server.rate_limited(17)]

    result = notifier.send(a_message())

    assert result.after == timedelta(seconds=17)
    assert (result.crowded, result.ambiguous) == (True, False)
    assert len(pagerduty.requests) == 1


def test_too_many_events_may_name_the_moment_to_come_back(notifier, pagerduty):
    soon = datetime.now(UTC) + timedelta(seconds=30)
    pagerduty.script = [server.rate_limited(format_datetime(soon, usegmt=True))]

    result = notifier.send(a_message())

    assert timedelta(seconds=28) <= result.after <= timedelta(seconds=31)


@pytest.mark.parametrize(
    "body", [b"", b"<html>Accepted</html>", b"\xff\xfe\x00", b"[1]", b"[" * 5_000, b"x" * 10**7]
)
def test_a_202_is_a_yes_whatever_comes_with_it(notifier, pagerduty, body):
    pagerduty.script = [server.status(202, body)]

    assert notifier.send(a_message()) == Delivered({"dedup_key": "ic/0a1b2c3d/42/step-3/g1"})


def test_no_more_of_an_answer_is_read_than_its_beginning(notifier, pagerduty):
    long = server.as_json({"message": "no", "errors": ["x" * 10**7]})
    pagerduty.script = [server.status(400, long)]

    assert notifier.send(a_message()) == Refused("PagerDuty refused it (400)")


def test_a_redirect_is_not_followed(notifier, pagerduty):
    with server.FakeServer() as elsewhere:
        pagerduty.script = [server.redirect(f"{elsewhere.url}/v2/enqueue")]
        result = notifier.send(a_message())

    assert isinstance(result, TryAgain)
    assert result.reason.endswith("Is PAGERDUTY_EVENTS_URL right?")
    assert elsewhere.requests == []


def test_a_yes_that_is_no_202_does_not_count_as_paged(notifier, pagerduty):
    pagerduty.script = [server.status(200, b"<html>Log in to the hotel's network</html>")]

    assert isinstance(notifier.send(a_message()), TryAgain)


def test_nobody_at_home_is_certainly_not_sent():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        notifier = PagerDuty(f"http://127.0.0.1:{taken.getsockname()[1]}")
        result = notifier.send(a_message())

    assert result == TryAgain("PagerDuty could not be reached")


def test_an_address_that_is_none_is_certainly_not_sent():
    assert PagerDuty("http://").send(a_message()) == TryAgain("PagerDuty could not be reached")


@pytest.mark.parametrize(
    "fault",
    [server.reset(), server.reset(taken=True), server.close(), server.hang(ENDLESS, taken=True)],
    ids=["reset before", "reset after", "closed", "silent"],
)
def test_a_connection_that_breaks_may_have_been_enough(impatient, pagerduty, fault):
    pagerduty.script = [fault]

    assert impatient.send(a_message()) == TryAgain("PagerDuty did not answer", ambiguous=True)
    assert len(pagerduty.requests) == 1


def test_a_second_attempt_at_the_same_page_wakes_nobody_twice(notifier, pagerduty):
    pagerduty.script = [server.reset(taken=True)]

    notifier.send(a_message())
    result = notifier.send(a_message(attempt=2, maybe_sent=True))

    assert isinstance(result, Delivered)
    assert pagerduty.woken_for("ic/0a1b2c3d/42/step-3/g1/trigger") == 1


def test_an_attempt_that_drips_is_cut_when_its_time_is_up(notifier, pagerduty):
    pagerduty.script = [server.drip(0.5)]
    once_heard(pagerduty, notifier.close)
    began = time.monotonic()

    result = notifier.send(a_message())

    assert result == TryAgain("PagerDuty did not answer", ambiguous=True)
    assert time.monotonic() - began < IN_TIME


def test_an_attempt_cut_short_does_not_spoil_the_next(notifier):
    notifier.close()

    assert isinstance(notifier.send(a_message()), Delivered)


def test_closing_twice_or_before_anything_was_sent_does_no_harm(notifier):
    notifier.close()
    notifier.close()

    assert isinstance(notifier.send(a_message()), Delivered)


def test_the_library_says_nothing_of_its_own(notifier, pagerduty, caplog, recwarn):
    caplog.set_level(logging.DEBUG, logger="pdpyras")
    logging.getLogger("pdpyras").setLevel(logging.CRITICAL)
    pagerduty.script = [server.status(500)]

    notifier.send(a_message())

    assert [record for record in caplog.records if record.name == "pdpyras"] == []


@pytest.mark.parametrize("path", ["", "/", "/v2/enqueue", "/v2/enqueue/"])
def test_the_address_may_be_written_either_way(pagerduty, path):
    result = PagerDuty(pagerduty.url + path).send(a_message())

    assert isinstance(result, Delivered)
