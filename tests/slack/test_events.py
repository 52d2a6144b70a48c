import json

import pytest

from incident.storage import signals
from incident.storage.db import reading
from tests.fakes.slack_events import A_CHANNEL, a_message_event, an_envelope, signed
from tests.slack.conftest import SECRET


def test_what_is_not_signed_by_slack_stays_outside(desk, clock):
    sam = desk()
    body = b'{"type": "event_callback"}'
    client = sam.app.test_client()

    answers = [
        client.post("/slack/events", data=body, headers=headers)
        for headers in (
            {},
            signed(body, "somebody else's secret", clock()),
            signed(body + b" ", SECRET, clock()),
            {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=ü"},
        )
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert max(len(answer.data) for answer in answers) < 40
    assert sam.states() == []


def test_a_signature_of_ten_minutes_ago_is_worth_nothing(desk, clock):
    sam = desk()
    body = b"{}"
    headers = signed(body, SECRET, clock())

    clock.forward(minutes=10)

    assert (
        sam.app.test_client().post("/slack/events", data=body, headers=headers).status_code == 401
    )


def test_slack_may_verify_the_address(desk):
    answer = desk().post("/slack/events", b'{"type": "url_verification", "challenge": "3eZbrw1a"}')

    assert (answer.status_code, answer.json) == (200, {"challenge": "3eZbrw1a"})


def test_a_signed_body_that_nobody_can_read_is_kept_for_a_human(desk):
    sam = desk()

    answers = [sam.post("/slack/events", body) for body in (b"not json", b"[1]", b"[" * 100_000)]

    assert {answer.status_code for answer in answers} == {200}
    with reading() as session:
        assert len(signals.failed(session)) == 3
        assert signals.failed(session)[-1].raw == {"unreadable": "not json"}


@pytest.mark.parametrize(
    "odd",
    [b"NaN", b"1e999", b"9" * 4000, rb'"\u0000"', rb'"\ud800"', b"[" * 900 + b"]" * 900],
    ids=["no number", "endless", "long", "zero byte", "half a character", "deep"],
)
def test_whatever_odd_thing_stands_beside_it_a_cry_is_heard(desk, odd):
    sam = desk()
    body = json.dumps(a_message_event("Uploads are failing")).encode()

    answer = sam.post("/slack/events", body[:-1] + b', "odd": ' + odd + b"}")

    assert (answer.status_code, sam.states()) == (200, ["opened"])


def test_an_odd_kind_of_message_is_ignored_at_once(desk):
    sam = desk()

    sam.says("Uploads are failing", subtype="odd\x00\ud800")

    assert sam.states() == ["ignored"]


def test_a_retry_is_taken_as_seriously_as_a_first_try(desk):
    sam = desk()
    headers = {"X-Slack-Retry-Num": "3", "X-Slack-Retry-Reason": "http_timeout"}

    assert sam.send(a_message_event("Uploads are failing"), **headers) == 200

    assert sam.incidents() == ["INC-1 triage"]


def test_the_raw_event_is_kept_as_it_came(desk):
    sam = desk()
    event = a_message_event("Uploads are failing \ud83d\ude31 \x00 \udc00")

    sam.send(event)

    with reading() as session:
        kept = signals.by_delivery(session, "slack", event["event_id"])
    assert kept.raw == json.loads(json.dumps(event))
    assert sam.incidents() == ["INC-1 triage"]


def test_what_is_no_message_is_kept_and_ignored(desk):
    sam = desk()

    sam.send(an_envelope({"type": "reaction_added", "user": "U0SAM"}))
    sam.says("deployed", bot_id="B0DEPLOY")
    sam.says("has joined", subtype="channel_join")

    assert sam.states() == ["ignored"] * 3
    assert sam.incidents() == []


def test_files_and_shouts_into_the_channel_count(desk):
    sam = desk(grace_seconds=0)

    sam.says("", subtype="file_share", files=[{"title": "error.png"}])

    assert sam.incidents() == ["INC-1 triage"]
    assert "File: error.png" in sam.lines()[1]


def test_a_channel_without_a_rule_is_only_a_channel(desk):
    sam = desk()

    sam.says("lunch?", channel="C0RANDOM")

    assert sam.reasons() == ["the channel has no rule"]
    assert sam.incidents() == []


def test_strangers_in_a_shared_channel_pull_no_cord_unless_they_may(desk):
    sam = desk()

    sam.send(a_message_event("Hello", user_team="T0OTHER") | {"is_ext_shared_channel": True})

    assert sam.reasons() == ["somebody of another company wrote it"]
    assert sam.incidents() == []


def test_strangers_who_may_are_heard(desk):
    sam = desk(strangers=True)

    sam.send(a_message_event("Hello", user_team="T0OTHER") | {"is_ext_shared_channel": True})

    assert sam.incidents() == ["INC-1 triage"]


def test_our_own_people_are_heard_in_a_shared_channel(desk):
    sam = desk()

    sam.send(a_message_event("Hello") | {"is_ext_shared_channel": True})

    assert sam.incidents() == ["INC-1 triage"]


def test_when_nothing_can_be_written_slack_is_asked_to_try_again(desk, database):
    sam = desk()
    name = signals.Signal.__tablename__
    with database.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO away")

    answer = sam.post("/slack/events", b'{"event_id": "Ev1"}')

    with database.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE away RENAME TO {name}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_a_new_rule_is_a_dry_run_that_says_what_it_would_have_done(desk, clock):
    sam = desk(armed=False)

    sam.says("Uploads are failing")
    clock.forward(minutes=5)
    sam.says("Still failing")
    clock.forward(minutes=40)
    sam.says("And again")

    assert sam.states() == ["rehearsed"] * 3
    assert sam.reasons() == [
        "opened an incident and paged primary",
        "joined that incident",
        "opened an incident and paged primary",
    ]
    assert sam.incidents() == []
    with reading() as session:
        would_page = signals.rehearsed(session, A_CHANNEL, clock().replace(hour=0))
    assert len(would_page) == 2
