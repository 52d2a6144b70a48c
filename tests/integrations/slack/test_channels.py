"""What is asked of Slack about an incident's channel, and what its answers mean."""

import pytest

from incident.integrations.notifier import Delivered, Message, Refused, TryAgain
from tests.fakes import server
from tests.fakes.slack import says
from tests.fakes.slack_events import OUR_MEMBER

NAME = "inc-42-uploads-are-failing"
DESK = "https://desk.example/incidents/INC-42"


def a_message(action, *, maybe_sent=False, **settings):
    return Message(
        delivery_id=1,
        action=action,
        target=str(settings.get("channel") or f"#{NAME}"),
        subject="Tom",
        dedup_key="ic/testtest/42/channel/g1",
        intent_key=f"ic/testtest/42/channel/g1/{action}",
        settings=settings,
        maybe_sent=maybe_sent,
    )


def a_wish(**fields):
    return a_message("create_channel", **{"name": NAME, "private": False, "since": 0} | fields)


@pytest.fixture
def made(slack):
    """A channel of an incident that we have made."""
    return slack.add_channel(NAME, id="C0INC42000", creator=OUR_MEMBER, members=[])


def test_a_channel_is_made_and_its_id_is_told(notifier, slack):
    result = notifier.send(a_wish())

    channel = next(one for one in slack.channels.values() if one.name == NAME)
    assert result == Delivered({"channel": channel.id, "name": NAME, "private": False})
    assert slack.breaches == []


def test_a_private_incident_gets_a_private_channel(notifier, slack):
    notifier.send(a_wish(private=True))

    assert [one.private for one in slack.channels.values() if one.name == NAME] == [True]


def test_a_name_that_is_taken_is_told_so_that_the_next_one_can_be_tried(notifier, made):
    assert notifier.send(a_wish()) == Delivered({"taken": NAME})


def test_a_channel_that_was_made_although_nobody_heard_is_found_again(notifier, slack):
    notifier.send(a_wish())

    result = notifier.send(a_wish(maybe_sent=True))

    assert [one.name for one in slack.channels.values()].count(NAME) == 1
    assert isinstance(result, Delivered)
    assert result.receipt["name"] == NAME


def test_somebody_elses_channel_of_that_name_is_not_taken_for_ours(notifier, slack):
    slack.add_channel(NAME, id="C0OTHER0000", creator="U0SAM")

    assert notifier.send(a_wish(maybe_sent=True)) == Delivered({"taken": NAME})


def test_an_old_channel_of_ours_is_not_taken_for_the_new_one(notifier, made):
    assert notifier.send(a_wish(maybe_sent=True, since=made.created + 3600)) == Delivered(
        {"taken": NAME}
    )


def test_a_connection_that_breaks_may_have_made_the_channel(notifier, slack):
    slack.script_for["conversations.create"] = [server.reset(taken=True)]

    result = notifier.send(a_wish())

    assert isinstance(result, TryAgain)
    assert result.ambiguous


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("restricted_action", "does not let the app make channels"),
        ("missing_scope", "needs the scope channels:manage"),
        ("invalid_name_specials", "Slack does not take the name"),
    ],
)
def test_a_channel_that_will_never_be_made_says_what_to_do(error, words, notifier, slack):
    slack.script_for["conversations.create"] = [says(error, needed="channels:manage")]

    result = notifier.send(a_wish())

    assert isinstance(result, Refused)
    assert words in result.reason


def test_a_public_channel_that_is_there_is_joined(notifier, slack):
    slack.add_channel("uploads", id="C0UPLOADS0", joined=False)

    result = notifier.send(a_message("use_channel", channel="uploads", private=False))

    assert result == Delivered({"channel": "C0UPLOADS0", "name": "uploads", "private": False})
    assert slack.channels["C0UPLOADS0"].joined


def test_an_archived_channel_is_not_used(notifier, slack):
    slack.add_channel("uploads", id="C0UPLOADS0", archived=True)

    result = notifier.send(a_message("use_channel", channel="C0UPLOADS0", private=False))

    assert result == Refused(
        "#uploads is archived in Slack. Unarchive it or choose another channel"
    )


def test_a_private_incident_does_not_go_to_a_public_channel(notifier):
    result = notifier.send(a_message("use_channel", channel="emergency", private=True))

    assert isinstance(result, Refused)
    assert "is public" in result.reason


def test_a_channel_that_nobody_knows_is_named(notifier):
    result = notifier.send(a_message("use_channel", channel="nowhere", channel_name="#nowhere"))

    assert isinstance(result, Refused)
    assert "Slack knows no channel #nowhere" in result.reason


def test_somebody_is_asked_in_and_twice_is_as_good_as_once(notifier, slack, made):
    wish = a_message("invite_members", channel=made.id, member="U0TOM")

    assert [notifier.send(wish), notifier.send(wish)] == [Delivered(), Delivered()]
    assert made.members == ["U0TOM"]


def test_a_guest_who_cannot_be_asked_in_is_told_of(notifier, slack, made):
    slack.members["U0TOM"].is_restricted = True

    result = notifier.send(a_message("invite_members", channel=made.id, member="U0TOM"))

    assert result == Refused("They are a guest in Slack. They can be asked in from Slack: /invite")


def test_the_topic_leads_to_the_incident(notifier, slack, made):
    notifier.send(a_message("set_topic", channel=made.id, topic="SEV2 · identified", link=DESK))

    assert made.topic == f"SEV2 · identified · {DESK}"


def test_a_long_topic_gives_way_to_the_address(notifier, slack, made):
    topic = "SEV2 · identified · " + "very long " * 23

    notifier.send(a_message("set_topic", channel=made.id, topic=topic, link=DESK))

    assert len(made.topic) <= 250
    assert made.topic.endswith(f"… · {DESK}")


def test_the_bookmark_is_added_once_and_then_changed(notifier, slack, made):
    notifier.send(a_message("set_bookmark", channel=made.id, title="INC-42 · SEV2", link=DESK))
    notifier.send(a_message("set_bookmark", channel=made.id, title="INC-42 · SEV1", link=DESK))

    assert [(one["title"], one["link"]) for one in made.bookmarks] == [("INC-42 · SEV1", DESK)]


def test_a_card_is_pinned_and_twice_is_as_good_as_once(notifier, slack, made):
    posted = notifier.send(a_message("post", channel=made.id, text="The card"))
    wish = a_message("pin_card", channel=made.id, ts=posted.receipt["ts"])

    assert [notifier.send(wish), notifier.send(wish)] == [Delivered(), Delivered()]
    assert made.pins == [posted.receipt["ts"]]


def test_a_channel_is_archived_and_twice_is_as_good_as_once(notifier, slack, made):
    wish = a_message("archive_channel", channel=made.id)

    assert [notifier.send(wish), notifier.send(wish)] == [Delivered(), Delivered()]
    assert made.archived
    assert slack.breaches == []
