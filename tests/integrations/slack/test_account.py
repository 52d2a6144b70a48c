"""What Slack tells of a workspace, its channels and its members, read without stumbling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.integrations.slack import account, refusals
from incident.integrations.slack.account import Channel, Page
from incident.integrations.slack.client import Answer
from incident.rules.members import Member
from tests.fakes.slack import A_TOKEN, AN_APP_TOKEN, FakeSlack, says

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["user", "members", "channel", "profile", "id", "name", "email", "tz"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


class Says:
    """A client that answers the same to every question."""

    def __init__(self, data):
        self.data = data

    def ask(self, _method, **_arguments):
        return Answer(200, "", self.data)


def crowd(slack, count):
    for number in range(count):
        slack.add_member(f"Colleague {number}", id=f"U1{number:05}")


@pytest.fixture
def slack():
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def client(slack):
    with account.calling(slack.api_url, A_TOKEN) as asking:
        yield asking


def test_a_token_tells_its_workspace(client):
    found = account.workspace(client.ask("auth.test"))

    assert (found.name, found.url) == ("Desk", "https://desk.slack.com/")
    assert found.team.startswith("T0")


def test_a_channel_is_found_by_name_or_id(client, slack):
    slack.add_channel("support", joined=False)

    assert account.channel(client, "#support") == Channel("C0SUPPORT", "#support")
    assert account.channel(client, "C0EMERGENCY") == Channel("C0EMERGENCY", "#emergency", True)
    assert account.channel(client, "#nowhere").error == "channel_not_found"


def test_members_come_a_page_at_a_time(client, slack):
    crowd(slack, 200)

    first = account.members(client)
    last = account.members(client, first.cursor)

    assert (len(first.members), len(last.members), last.cursor) == (200, 3, "")
    assert account.members(client, "nonsense").error == "invalid_cursor"


def test_a_member_is_read_with_all_that_makes_them_doubtful(client, slack):
    slack.add_member("Ana Weber", id="U0ANA", is_restricted=True, is_bot=True, deleted=True)

    found = account.member(client, "U0ANA")

    assert (found.name, found.email, found.zone) == (
        "Ana Weber",
        "ana.weber@example.org",
        "Europe/Berlin",
    )
    assert (found.guest, found.bot, found.gone) == (True, True, True)


def test_an_address_that_slack_has_not_confirmed_is_marked():
    told = {"user": {"id": "U0ANA", "is_email_confirmed": False, "profile": {}}}

    assert not account.member(Says(told), "U0ANA").confirmed


def test_a_refused_question_is_the_answer_that_refused_it(client, slack):
    slack.script_for["users.info"] = [says("user_not_visible")]

    assert account.member(client, "U0SAM").error == "user_not_visible"


@given(ANYTHING)
def test_whatever_slack_tells_is_read_without_stumbling(data):
    asking = Says(data if isinstance(data, dict) else {"members": data, "user": data})

    assert isinstance(account.member(asking, "U0ANA"), Member)
    assert isinstance(account.members(asking), Page)
    assert isinstance(account.channel(asking, "C0EMERGENCY"), Channel)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(429, "ratelimited"), "taking no more questions"),
        (Answer(503, "unreadable_answer"), "could not be asked"),
        (Answer(0, "no_answer"), "could not be asked"),
        (Answer(200, "missing_scope", {"needed": "users:read"}), "lacks a scope: users:read"),
        (Answer(200, "missing_scope", {"needed": 7}), "lacks a scope."),
        (Answer(200, "not_in_channel"), "/invite @incident-desk"),
        (Answer(200, "something_new"), "Slack refused: something_new."),
    ],
)
def test_each_refusal_says_what_to_do(answer, sentence):
    assert sentence in refusals.why(answer, channel="#exec")


def test_an_app_level_token_opens_a_socket_and_a_bot_token_does_not(slack):
    with account.calling(slack.api_url, AN_APP_TOKEN) as opening:
        assert opening.ask("apps.connections.open").ok
    with account.calling(slack.api_url, A_TOKEN) as posting:
        assert posting.ask("apps.connections.open").error == "not_allowed_token_type"


def test_somebody_who_waits_is_not_kept_waiting_for_ever(slack):
    with account.calling(slack.api_url, A_TOKEN, deadline=0) as client:
        client.hang_up()

        assert client.ask("auth.test").error == "no_answer"
