import logging
import socket
import time
from datetime import timedelta

import pytest

from incident.clock import now
from incident.integrations.notifier import Delivered, Refused, TryAgain
from incident.integrations.slack.notifier import Slack
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, FakeSlack, arguments_of, says
from tests.integrations.deadlines import ENDLESS, IN_TIME, once_heard
from tests.integrations.slack.messages import INTENT, a_post, an_update


def texts(fake):
    return [post["text"] for post in fake.posts]


def test_a_post_appears_in_its_channel_and_can_be_found_again(notifier, slack):
    result = notifier.send(a_post())

    post = slack.posts[0]
    assert result == Delivered({"channel": "C0EMERGENCY", "ts": post["ts"]})
    assert post["text"] == "Paging in 30 seconds"
    assert post["metadata"] == {"event_type": "ic_intent", "event_payload": {"id": INTENT}}


def test_a_post_carries_its_buttons_and_the_way_to_the_incident(notifier, slack):
    settings = {
        "buttons": [{"label": "Page now", "action": "page_now", "value": "7", "style": "danger"}],
        "link": "https://desk.example/incidents/INC-42",
    }

    notifier.send(a_post(settings=settings))

    assert slack.posts[0]["blocks"][1:] == [
        {
            "type": "section",
            "text": {
                "type": "mrkdwn",
                "text": "<https://desk.example/incidents/INC-42|Open the incident>",
                "verbatim": True,
            },
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "Page now"},
                    "action_id": "page_now#0",
                    "value": "7",
                    "style": "danger",
                }
            ],
        },
    ]


BARE = "@channel @here @everyone #general"


def test_a_bare_at_channel_stays_words_since_slack_is_never_told_to_parse(notifier, slack):
    """`parse` is none unless somebody asks for it, but for an edit, where it has to be said; in
    blocks Slack looks for names all the same, unless they are verbatim."""
    ts = notifier.send(a_post(settings={"text": BARE})).receipt["ts"]
    notifier.send(an_update(ts, text=BARE))

    told = [arguments_of(request) for request in slack.requests]
    assert [one.get("parse") for one in told] == [None, "none"]
    assert [one.get("link_names") for one in told] == [None, None]
    words = {"type": "mrkdwn", "text": BARE, "verbatim": True}
    assert [one["blocks"][0]["text"] for one in told] == [words, words]


def test_a_post_may_answer_in_a_thread(notifier, slack):
    notifier.send(a_post(settings={"thread_ts": "1741053600.000100"}))

    assert slack.posts[0]["thread_ts"] == "1741053600.000100"


def test_a_post_may_name_its_channel(notifier, slack):
    slack.add_channel("support")

    result = notifier.send(a_post(settings={"channel": "#support"}))

    assert result.receipt["channel"] == "C0SUPPORT"


def test_a_post_without_a_channel_of_its_own_goes_to_its_target(notifier, slack):
    result = notifier.send(a_post(settings={"channel": None}))

    assert result.receipt["channel"] == "C0EMERGENCY"


def test_a_drill_cannot_be_mistaken(notifier, slack):
    notifier.send(a_post(drill=True))

    assert slack.posts[0]["text"] == "DRILL Paging in 30 seconds"


def test_a_message_is_changed_in_place(notifier, slack):
    ts = notifier.send(a_post()).receipt["ts"]

    result = notifier.send(an_update(ts, text="Maya is awake"))

    assert result == Delivered({"channel": "C0EMERGENCY", "ts": ts})
    assert slack.channels["C0EMERGENCY"].find(ts)["text"] == "Maya is awake"


def test_a_changed_message_loses_its_buttons_when_it_has_none(notifier, slack):
    buttons = [{"label": "Page now", "action": "page_now"}]
    ts = notifier.send(a_post(settings={"buttons": buttons})).receipt["ts"]

    notifier.send(an_update(ts, text="Maya is awake"))

    blocks = slack.channels["C0EMERGENCY"].find(ts)["blocks"]
    assert [block["type"] for block in blocks] == ["section"]


def test_a_message_that_is_gone_is_not_changed(notifier):
    result = notifier.send(an_update("1741053600.000100"))

    assert result == Refused(
        "The message in C0EMERGENCY that was to be changed cannot be changed any more", gone=True
    )


def test_a_change_of_nothing_is_refused(notifier, slack):
    assert notifier.send(an_update("")) == Refused("There is no message in Slack to change")
    assert slack.requests == []


def test_the_app_joins_a_channel_it_is_not_in_and_posts():
    with FakeSlack(write_public=False) as slack:
        slack.add_channel("support", joined=False)
        result = Slack(slack.api_url, A_TOKEN).send(a_post(settings={"channel": "C0SUPPORT"}))

    assert isinstance(result, Delivered)
    assert slack.channels["C0SUPPORT"].joined


def test_the_app_joins_a_channel_by_its_name_too():
    with FakeSlack(write_public=False) as slack:
        slack.add_channel("support", joined=False)
        result = Slack(slack.api_url, A_TOKEN).send(a_post(settings={"channel": "#support"}))

    assert isinstance(result, Delivered)


def test_the_app_asks_to_be_invited_where_it_cannot_join(notifier, slack):
    slack.script = [says("not_in_channel"), says("missing_scope", needed="channels:join")]

    result = notifier.send(a_post())

    assert result == Refused("The Slack app is not in C0EMERGENCY. Invite it there: /invite")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            "channel_not_found",
            "Slack knows no channel #emergency. If it is private, invite the app there; "
            "else correct its name",
        ),
        (
            "is_archived",
            "#emergency is archived in Slack. Unarchive it or choose another channel",
        ),
        (
            "token_revoked",
            "Slack no longer accepts this app's token. An admin of the workspace has to renew it",
        ),
        ("invalid_blocks", "Slack finds this post too long or misshapen (invalid_blocks)"),
        ("something_new", "Slack refused the post: something_new"),
    ],
)
def test_a_refusal_is_final_and_says_what_to_do(notifier, slack, error, sentence):
    slack.script = [says(error)]

    result = notifier.send(a_post(settings={"channel_name": "#emergency"}))

    assert result == Refused(sentence)
    assert len(slack.requests) == 1


def test_a_missing_scope_is_named(notifier, slack):
    slack.script = [says("missing_scope", needed="chat:write", provided="channels:read")]

    result = notifier.send(a_post())

    assert result.reason.endswith("It needs the scope chat:write")


@pytest.mark.parametrize("error", ["fatal_error", "internal_error"])
def test_trouble_of_slacks_own_may_have_posted_all_the_same(notifier, slack, error):
    slack.script = [says(error, taken=True)]

    result = notifier.send(a_post())

    assert isinstance(result, TryAgain)
    assert result.ambiguous


@pytest.mark.parametrize("error", ["service_unavailable", "request_timeout", "team_added_to_org"])
def test_a_bad_moment_passes(notifier, slack, error):
    slack.script = [says(error)]

    result = notifier.send(a_post())

    assert isinstance(result, TryAgain)
    assert not result.ambiguous


def test_too_many_posts_wait_as_long_as_asked(notifier, slack):
    slack.script = [server.rate_limited(30)]

    result = notifier.send(a_post())

    assert result == TryAgain(
        "Slack takes no more posts just now", after=timedelta(seconds=30), crowded=True
    )


def test_more_than_one_post_a_second_has_to_wait():
    at_one_moment = now()
    with FakeSlack(paced=True, clock=lambda: at_one_moment) as slack:
        notifier = Slack(slack.api_url, A_TOKEN)
        first = notifier.send(a_post())
        second = notifier.send(a_post(intent_key="another"))

    assert isinstance(first, Delivered)
    assert second.after == timedelta(seconds=1)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_broken_slack_is_tried_once_and_left_to_the_outbox(notifier, slack, status):
    slack.script = [server.status(status, b"<html>oops</html>")]

    assert notifier.send(a_post()) == TryAgain(f"Slack answered {status}", ambiguous=True)
    assert len(slack.requests) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"ok"', b"\xff\xfe", b"[" * 9_000])
def test_an_answer_nobody_can_read_may_have_been_a_yes(notifier, slack, body):
    slack.script = [server.status(200, body)]

    result = notifier.send(a_post())

    assert result == TryAgain(
        "Slack answered something that is not Slack's language", ambiguous=True
    )


def test_an_endless_answer_is_not_read_to_its_end(notifier, slack):
    slack.script = [server.status(200, b'{"ok": "' + b"x" * 5_000_000)]

    assert notifier.send(a_post()).ambiguous


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere(notifier, slack):
    with server.FakeServer() as elsewhere:
        slack.script = [server.redirect(f"{elsewhere.url}/api/chat.postMessage")]
        result = notifier.send(a_post())

    assert result == TryAgain("Slack's address answered 302. Is SLACK_API_URL right?")
    assert elsewhere.requests == []


def test_an_address_that_is_not_slacks_is_refused(slack):
    result = Slack(f"{slack.url}/wrong/", A_TOKEN).send(a_post())

    assert isinstance(result, Refused)


def test_a_wrong_token_is_refused_without_repeating_it(slack):
    result = Slack(slack.api_url, "xoxb-wrong").send(a_post())

    assert isinstance(result, Refused)
    assert "xoxb" not in result.reason


@pytest.mark.parametrize("token", ["xoxb-two\nlines", "xoxb-é"])
def test_a_token_that_cannot_be_one_is_never_sent(slack, token):
    result = Slack(slack.api_url, token).send(a_post())

    assert result == Refused("What Slack was shown is no bot token: one begins with xoxb-")
    assert slack.requests == []


def test_nobody_at_home_is_certainly_not_posted():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"
        result = Slack(url, A_TOKEN).send(a_post())

    assert result == TryAgain("Slack could not be reached")


@pytest.mark.parametrize(
    "fault",
    [server.reset(), server.reset(taken=True), server.close(), server.hang(ENDLESS, taken=True)],
    ids=["reset before", "reset after", "closed", "silent"],
)
def test_a_connection_that_breaks_may_have_been_enough(impatient, slack, fault):
    slack.script = [fault]

    assert impatient.send(a_post()) == TryAgain("Slack did not answer", ambiguous=True)
    assert len(slack.requests) == 1


def test_an_attempt_that_drips_is_cut_when_its_time_is_up(notifier, slack):
    slack.script = [server.drip(0.5)]
    once_heard(slack, notifier.close)
    began = time.monotonic()

    result = notifier.send(a_post())

    assert result == TryAgain("Slack did not answer", ambiguous=True)
    assert time.monotonic() - began < IN_TIME


def test_an_attempt_cut_short_does_not_spoil_the_next(notifier):
    notifier.close()

    assert isinstance(notifier.send(a_post()), Delivered)


def test_what_was_posted_after_all_is_not_posted_twice(notifier, slack):
    slack.script = [server.reset(taken=True)]
    notifier.send(a_post())

    result = notifier.send(a_post(maybe_sent=True))

    assert result == Delivered({"channel": "C0EMERGENCY", "ts": slack.posts[0]["ts"]})
    assert len(slack.posts) == 1


def test_what_was_not_posted_after_all_is_posted(notifier, slack):
    slack.script = [server.reset()]
    notifier.send(a_post())

    result = notifier.send(a_post(maybe_sent=True))

    assert isinstance(result, Delivered)
    assert len(slack.posts) == 1


def test_a_lost_answer_in_a_thread_is_looked_for_in_the_thread(notifier, slack):
    thread_ts = slack.person_says("Uploads are failing")["event"]["ts"]
    slack.script = [server.reset(taken=True)]
    notifier.send(a_post(settings={"thread_ts": thread_ts}))

    result = notifier.send(a_post(settings={"thread_ts": thread_ts}, maybe_sent=True))

    assert result.receipt["ts"] == slack.posts[0]["ts"]
    assert len(slack.posts) == 1


def test_a_lost_answer_is_found_behind_much_talk(notifier, slack):
    slack.script = [server.reset(taken=True)]
    notifier.send(a_post())
    for number in range(450):
        slack.person_says(f"What is going on? {number}")

    notifier.send(a_post(maybe_sent=True))

    assert len(slack.posts) == 1


def test_a_lost_answer_is_found_in_a_channel_known_by_name(notifier, slack):
    slack.script = [server.reset(taken=True)]
    notifier.send(a_post(settings={"channel": "#emergency"}))

    notifier.send(a_post(settings={"channel": "#emergency"}, maybe_sent=True))

    assert len(slack.posts) == 1


def test_a_channel_must_be_joined_to_look_into_it(notifier, slack):
    slack.add_channel("support", joined=False)
    slack.script = [server.reset(taken=True)]
    notifier.send(a_post(settings={"channel": "C0SUPPORT"}))

    notifier.send(a_post(settings={"channel": "C0SUPPORT"}, maybe_sent=True))

    assert len(slack.posts) == 1


def test_somebody_elses_post_is_not_taken_for_ours(notifier, slack):
    notifier.send(a_post(intent_key="another"))

    notifier.send(a_post(maybe_sent=True))

    assert len(slack.posts) == 2


def test_while_slack_cannot_be_asked_nothing_is_posted_again(notifier, slack):
    slack.script = [server.status(503)]

    result = notifier.send(a_post(maybe_sent=True))

    assert result == TryAgain("Slack answered 503", ambiguous=True)
    assert slack.posts == []


def test_where_slack_may_never_be_asked_twice_is_better_than_never(notifier, slack):
    slack.script = [says("missing_scope", needed="channels:history")]

    result = notifier.send(a_post(maybe_sent=True))

    assert isinstance(result, Delivered)


def test_a_change_that_may_have_worked_is_simply_made_again(notifier, slack):
    ts = notifier.send(a_post()).receipt["ts"]
    slack.script = [server.reset(taken=True)]
    notifier.send(an_update(ts, text="Maya is awake"))

    result = notifier.send(an_update(ts, text="Maya is awake"))

    assert isinstance(result, Delivered)


def test_the_library_says_nothing_of_its_own(notifier, slack, caplog):
    logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)
    slack.script = [server.close()]

    notifier.send(a_post())

    assert [record for record in caplog.records if "slack" in record.name] == []
