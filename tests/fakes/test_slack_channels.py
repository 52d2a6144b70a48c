"""Channels, pins, bookmarks and reactions of our Slack against what the Web API answers."""

import pytest

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_events import OUR_MEMBER
from tests.fakes.test_slack import A_POST, ask

WHERE = {"channel": "C0EMERGENCY"}
A_LINK = {
    "channel_id": "C0EMERGENCY",
    "title": "INC-42",
    "type": "link",
    "link": "https://desk.example/incidents/INC-42",
}


@pytest.fixture
def slack():
    with FakeSlack() as fake:
        yield fake


def create(slack, name="inc-42", **how):
    return ask(slack, "conversations.create", name=name, **how)["channel"]["id"]


def test_a_channel_is_created_with_us_in_it_alone(slack):
    made = ask(slack, "conversations.create", name="inc-42-uploads", is_private=True)["channel"]

    members = ask(slack, "conversations.members", form=True, channel=made["id"])["members"]
    assert (made["name"], made["is_private"], made["creator"]) == (
        "inc-42-uploads",
        True,
        OUR_MEMBER,
    )
    assert members == [OUR_MEMBER]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("---", "invalid_name_punctuation"),
        ("Inc-42", "invalid_name_specials"),
        ("inc 42", "invalid_name_specials"),
        ("emergency", "name_taken"),
    ],
)
def test_a_name_is_checked_as_slack_checks_it(slack, name, error):
    assert ask(slack, "conversations.create", name=name)["error"] == error
    assert ask(slack, "conversations.rename", channel=create(slack), name=name)["error"] == error


def test_only_our_own_channels_take_another_name(slack):
    channel = create(slack)

    renamed = ask(slack, "conversations.rename", channel=channel, name="inc-42-fixed")

    refused = ask(slack, "conversations.rename", name="ours", **WHERE)
    assert renamed["channel"]["name"] == "inc-42-fixed"
    assert refused["error"] == "not_authorized"


def test_topic_and_purpose_are_set_and_have_a_limit(slack):
    ask(slack, "conversations.setTopic", topic="SEV2", **WHERE)
    ask(slack, "conversations.setPurpose", purpose="Uploads", **WHERE)

    channel = ask(slack, "conversations.info", form=True, **WHERE)["channel"]
    assert (channel["topic"]["value"], channel["purpose"]["value"]) == ("SEV2", "Uploads")
    assert ask(slack, "conversations.setTopic", topic="x" * 251, **WHERE)["error"] == "too_long"


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("", "no_user"),
        (OUR_MEMBER, "cant_invite_self"),
        ("U0NOBODY", "user_not_found"),
        ("U0GUEST", "user_is_restricted"),
        ("U0MAYA,U0NOBODY", "user_not_found"),
    ],
)
def test_people_are_invited_all_or_none(slack, users, error):
    slack.add_member("Guest", is_restricted=True)
    channel = create(slack)

    assert ask(slack, "conversations.invite", channel=channel, users=users)["error"] == error
    assert slack.channels[channel].members == []


def test_whoever_can_be_invited_is_where_it_is_forced(slack):
    channel = create(slack)

    said = ask(slack, "conversations.invite", channel=channel, users="U0MAYA,U0NOBODY", force=True)

    again = ask(slack, "conversations.invite", channel=channel, users="U0MAYA")
    assert (said["ok"], slack.channels[channel].members) == (True, ["U0MAYA"])
    assert again["error"] == "already_in_channel"


def test_an_archived_channel_is_closed_to_all(slack):
    channel = create(slack)

    first = ask(slack, "conversations.archive", channel=channel)

    assert first["ok"]
    assert ask(slack, "conversations.archive", channel=channel)["error"] == "already_archived"
    assert ask(slack, "conversations.setTopic", channel=channel, topic="x")["error"] == (
        "is_archived"
    )
    shown = ask(slack, "conversations.list", form=True, exclude_archived="1")["channels"]
    assert channel not in [each["id"] for each in shown]


def test_a_bot_cannot_open_an_archived_channel_again_unless_slack_lets_it(slack):
    channel = create(slack)
    ask(slack, "conversations.archive", channel=channel)
    refused = ask(slack, "conversations.unarchive", channel=channel)

    slack.may_unarchive = True
    said = ask(slack, "conversations.unarchive", channel=channel)

    assert (refused["error"], said["ok"]) == ("not_in_channel", True)
    assert ask(slack, "conversations.unarchive", channel=channel)["error"] == "not_archived"


def test_a_message_is_pinned_once(slack):
    slack.scopes.append("pins:read")
    ts = ask(slack, "chat.postMessage", **A_POST)["ts"]

    said = [ask(slack, "pins.add", timestamp=ts, **WHERE) for _ in range(2)]

    pinned = ask(slack, "pins.list", form=True, **WHERE)["items"]
    assert (said[0]["ok"], said[1]["error"]) == (True, "already_pinned")
    assert [item["message"]["ts"] for item in pinned] == [ts]
    assert ask(slack, "pins.remove", timestamp=ts, **WHERE)["ok"]
    assert ask(slack, "pins.add", timestamp="1.1", **WHERE)["error"] == "message_not_found"


def test_a_bookmark_is_added_changed_and_taken_away(slack):
    added = ask(slack, "bookmarks.add", **A_LINK)["bookmark"]
    which = {"channel_id": "C0EMERGENCY", "bookmark_id": added["id"]}

    ask(slack, "bookmarks.edit", title="INC-42: fixed", **which)

    (shown,) = ask(slack, "bookmarks.list", form=True, channel_id="C0EMERGENCY")["bookmarks"]
    assert shown["title"] == "INC-42: fixed"
    assert ask(slack, "bookmarks.remove", **which)["ok"]
    assert ask(slack, "bookmarks.remove", **which)["error"] == "not_found"


def test_a_bookmark_leads_somewhere(slack):
    said = ask(slack, "bookmarks.add", **A_LINK | {"link": "javascript:alert(1)"})

    assert said["error"] == "invalid_link"


def test_we_react_once_with_the_same(slack):
    ts = slack.person_says("help")["event"]["ts"]
    which = {"name": "white_check_mark", "timestamp": ts, **WHERE}

    said = [ask(slack, "reactions.add", **which) for _ in range(2)]

    assert (said[0]["ok"], said[1]["error"]) == (True, "already_reacted")
    assert ask(slack, "reactions.remove", **which)["ok"]
    assert ask(slack, "reactions.remove", **which)["error"] == "no_reaction"


def test_a_private_channel_is_none_where_we_are_not(slack):
    slack.add_channel("secret", joined=False, private=True)

    listed = ask(slack, "conversations.list", form=True, types="public_channel,private_channel")
    shown = ask(slack, "conversations.info", form=True, channel="C0SECRET")

    assert [each["name"] for each in listed["channels"]] == ["emergency"]
    assert shown["error"] == "channel_not_found"


def test_history_is_read_between_two_moments(slack):
    first, second, third = (slack.person_says(f"help {n}")["event"]["ts"] for n in range(3))
    asked = {"form": True, "oldest": first, "latest": third, **WHERE}

    between = ask(slack, "conversations.history", **asked)["messages"]
    edges = ask(slack, "conversations.history", inclusive="1", **asked)["messages"]

    assert [message["ts"] for message in between] == [second]
    assert [message["ts"] for message in edges] == [third, second, first]


def test_a_thread_is_told_with_its_first_message(slack):
    top = slack.person_says("help")["event"]["ts"]
    replies = [slack.person_says(f"{n}", thread_ts=top)["event"]["ts"] for n in range(3)]
    asked = {"ts": replies[1], "oldest": replies[1], "latest": replies[1], "inclusive": "1"}

    told = ask(slack, "conversations.replies", form=True, **asked, **WHERE)["messages"]

    assert [message["ts"] for message in told] == [top, replies[1]]
    nothing = ask(slack, "conversations.replies", form=True, ts="1.1", **WHERE)
    assert nothing["error"] == "thread_not_found"


def test_a_permalink_leads_to_the_message_in_its_thread(slack):
    top = slack.person_says("help")["event"]["ts"]
    reply = slack.person_says("more", thread_ts=top)["event"]["ts"]

    said = ask(slack, "chat.getPermalink", form=True, message_ts=reply, **WHERE)

    assert said["permalink"] == (
        f"https://desk.slack.com/archives/C0EMERGENCY/p{reply.replace('.', '')}"
        f"?thread_ts={top}&cid=C0EMERGENCY"
    )


def test_only_our_own_messages_can_be_deleted(slack):
    ours = ask(slack, "chat.postMessage", **A_POST)["ts"]
    theirs = slack.person_says("help")["event"]["ts"]

    assert ask(slack, "chat.delete", ts=ours, **WHERE)["ok"]
    assert ask(slack, "chat.delete", ts=ours, **WHERE)["error"] == "message_not_found"
    assert ask(slack, "chat.delete", ts=theirs, **WHERE)["error"] == "cant_delete_message"


def test_what_only_one_person_sees_stands_in_no_channel(slack):
    said = ask(slack, "chat.postEphemeral", user="U0MAYA", text="Not you", **WHERE)

    stranger = ask(slack, "chat.postEphemeral", user="U0NOBODY", text="Not you", **WHERE)
    assert (said["ok"], stranger["error"]) == (True, "user_not_in_channel")
    assert [each["text"] for each in slack.ephemerals] == ["Not you"]
    assert slack.channels["C0EMERGENCY"].messages == []


@pytest.mark.parametrize(
    ("lost", "method", "arguments"),
    [
        ("chat:write", "chat.postMessage", A_POST),
        ("channels:manage", "conversations.create", {"name": "inc-1"}),
        ("groups:write", "conversations.create", {"name": "inc-1", "is_private": True}),
        ("pins:write", "pins.add", {"timestamp": "1.1", **WHERE}),
        ("bookmarks:write", "bookmarks.add", A_LINK),
    ],
)
def test_a_scope_that_is_missing_is_named(slack, lost, method, arguments):
    slack.scopes.remove(lost)

    said = ask(slack, method, **arguments)

    assert (said["error"], said["needed"]) == ("missing_scope", lost)
    assert "users:read" in said["provided"].split(",")


def test_what_is_private_needs_another_scope(slack):
    slack.add_channel("secret", private=True)
    slack.scopes.remove("groups:history")

    said = ask(slack, "conversations.history", form=True, channel="C0SECRET")

    assert said["needed"] == "groups:history"
    assert ask(slack, "conversations.history", form=True, **WHERE)["ok"]
