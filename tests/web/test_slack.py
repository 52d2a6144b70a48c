"""Connecting Slack on one page, from a manifest to a message that arrived."""

import html
import json
import re

import pytest

from incident.rules import slack_manifest
from incident.services import connections
from incident.storage import proofs, sealed
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from incident.storage.slack_rules import SlackRule
from tests.conftest import START
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, AN_APP_TOKEN, FakeSlack, says
from tests.web.browsers import Browser, a_person, words

PAGE = "/settings/slack"
HTTPS = "https://desk.example.com"
SECRET, ANOTHER = "8f742231b10e8888abcd99yyyzzz85a5", "a" * 32
SOCKET_TOKENS = {"bot_token": A_TOKEN, "app_token": AN_APP_TOKEN}
HTTP_TOKENS = {"bot_token": A_TOKEN, "signing_secret": SECRET}


@pytest.fixture
def slack(clock):
    with FakeSlack(clock=clock) as fake:
        yield fake


@pytest.fixture
def ada(sqlite, build_app, slack):
    return an_admin(sqlite, build_app, slack)


@pytest.fixture
def ada_over_https(sqlite, build_app, slack):
    return an_admin(sqlite, build_app, slack, base_url=HTTPS)


def an_admin(engine, build_app, slack, **settings):
    app = build_app(engine, slack_api_url=slack.api_url, **settings)
    return Browser(app, a_person("Ada", "admin"))


def give(browser, **tokens):
    return browser.post(f"{PAGE}/tokens", tokens)


def typed():
    with reading() as session:
        return connections.typed_slack(session)


def kept_of(field):
    found = typed()
    first = next(iter(found.signing_secrets), "")
    return {"bot_token": found.bot_token, "app_token": found.app_token, "signing_secret": first}[
        field
    ]


def settings():
    with reading() as session:
        return connections.settings_of(session, "slack")


def page(browser):
    return words(browser.get(PAGE))


def shown_manifest(browser):
    found = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", browser.get(PAGE).text, re.DOTALL)
    return json.loads(html.unescape(found[1]))


def a_rule(channel="C0EMERGENCY", name="#emergency", *, armed=True):
    with transaction() as session:
        session.add(
            SlackRule(
                channel=channel,
                channel_name=name,
                target="primary",
                armed=armed,
                created_at=START,
                updated_at=START,
            )
        )


def hear_something(at):
    with transaction() as session:
        kept = {"integration": "slack", "delivery_key": "Ev1", "raw": {}, "state": "ignored"}
        session.add(Signal(received_at=at, **kept))


def test_a_fresh_desk_shows_three_steps_and_begins_with_the_app(ada):
    answer = ada.get(PAGE)

    assert "1. The app in Slack" in words(answer)
    assert "2. Its tokens" in words(answer)
    assert "3. Try it out" in words(answer)
    assert 'connect__step--now" aria-labelledby="step-app"' in answer.text
    assert "Give the tokens first: step 2." in words(answer)


def test_a_desk_without_a_public_address_is_offered_socket_mode(ada):
    answer = ada.get(PAGE)

    assert 'value="socket" checked' in answer.text
    assert "Set BASE_URL to an https address that Slack can reach" in words(answer)
    assert shown_manifest(ada) == slack_manifest.manifest("http://127.0.0.1:8000", by_socket=True)


def test_a_desk_behind_https_is_offered_to_be_called(ada_over_https):
    answer = ada_over_https.get(PAGE)

    assert 'value="http" checked' in answer.text
    assert shown_manifest(ada_over_https) == slack_manifest.manifest(HTTPS, by_socket=False)
    assert slack_manifest.creating(shown_manifest(ada_over_https)) in html.unescape(answer.text)


def test_whoever_chooses_otherwise_gets_the_other_manifest(ada_over_https):
    answer = ada_over_https.post(f"{PAGE}/transport", {"transport": "socket"})

    assert (answer.status_code, answer.location) == (303, f"{PAGE}#step-app")
    assert shown_manifest(ada_over_https)["settings"]["socket_mode_enabled"] is True
    assert 'name="app_token"' in ada_over_https.get(PAGE).text


def test_a_desk_that_slack_cannot_reach_is_not_to_be_called(ada):
    answer = ada.post(f"{PAGE}/transport", {"transport": "http"})

    assert answer.status_code == 422
    assert "Slack calls only https addresses" in words(answer)
    assert settings() == {}


def test_good_tokens_are_kept_sealed_and_the_workspace_answers_in_words(ada, slack):
    answer = give(ada, **SOCKET_TOKENS)

    assert (answer.status_code, answer.location) == (303, f"{PAGE}#step-checks")
    assert "Slack takes these." in page(ada)
    assert "The app is in the workspace Desk ." in page(ada)
    assert (typed().bot_token, typed().app_token) == (A_TOKEN, AN_APP_TOKEN)
    assert A_TOKEN not in ada.get(PAGE).text + str(settings())
    assert AN_APP_TOKEN not in ada.get(PAGE).text + str(settings())


def test_over_https_a_signing_secret_takes_the_place_of_the_socket(ada_over_https):
    give(ada_over_https, **HTTP_TOKENS)

    assert typed().signing_secrets == (SECRET,)
    assert SECRET not in ada_over_https.get(PAGE).text
    assert "A signing secret is live." in page(ada_over_https)


def test_over_https_the_address_is_verified_after_the_secret_is_there(ada_over_https):
    assert "Slack can do that after step 2" in page(ada_over_https)

    give(ada_over_https, **HTTP_TOKENS)

    told = page(ada_over_https)
    assert "Slack takes the bot token. Whether the signing secret is right shows when" in told
    assert "press Retry beside the Request URL until it says Verified" in told


@pytest.mark.parametrize(
    ("field", "token", "sentence"),
    [
        ("bot_token", "", "Paste the Bot User OAuth Token"),
        ("bot_token", AN_APP_TOKEN, "That is an app-level token"),
        ("bot_token", "xoxp-1-2-3-4", "That is a token of a person"),
        ("bot_token", SECRET, "A bot token begins with xoxb-"),
        ("bot_token", "xoxb-short", "That is no whole token"),
        ("bot_token", "xoxb-nobody-knows-this-one", "Slack does not know this token."),
        ("app_token", A_TOKEN, "That is a token for posting"),
        ("app_token", "xapp-nobody-knows-this-one", "Slack does not know this token."),
        ("signing_secret", A_TOKEN, "That is a token. The signing secret is under"),
        ("signing_secret", "verification", "A signing secret has 32 letters and digits"),
    ],
)
def test_what_is_wrong_is_explained_at_its_field_and_not_kept(ada, field, token, sentence):
    answer = give(ada, **{**SOCKET_TOKENS, field: token})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert f'id="{field}-error"' in answer.text
    assert not token or f'"{token}"' not in answer.text
    assert kept_of(field) == ""


def test_what_is_right_need_not_be_pasted_again(ada):
    give(ada, bot_token=A_TOKEN, app_token="xapp-nobody-knows-this-one")

    answer = give(ada, app_token=AN_APP_TOKEN)

    assert answer.status_code == 303
    assert (typed().bot_token, typed().app_token) == (A_TOKEN, AN_APP_TOKEN)


def test_a_bot_that_could_hear_nothing_is_asked_for_what_is_missing(ada):
    answer = give(ada, bot_token=A_TOKEN)

    assert answer.status_code == 422
    assert "Paste the app-level token too" in words(answer)


def test_over_https_it_is_the_signing_secret_that_is_missing(ada_over_https):
    answer = give(ada_over_https, bot_token=A_TOKEN)

    assert "Paste the signing secret too" in words(answer)


def test_a_token_without_what_the_desk_needs_is_refused_with_what_for(ada, slack):
    slack.scopes.remove("channels:history")

    answer = give(ada, **SOCKET_TOKENS)

    assert "channels:history (hearing a cry for help in a public channel)" in words(answer)
    assert "reinstall the app" in words(answer)
    assert typed().bot_token == ""


def test_what_is_optional_is_named_and_holds_nothing_up(ada, slack):
    slack.scopes.remove("pins:write")

    give(ada, **SOCKET_TOKENS)

    assert "It lacks pins:write , which is for pinning the card of an incident" in page(ada)
    assert typed().bot_token == A_TOKEN


def test_another_workspace_is_not_taken_for_the_same(ada, slack):
    give(ada, **SOCKET_TOKENS)
    slack.team, slack.team_id = "Elsewhere", "T0ELSEWHERE"

    answer = give(ada, bot_token=A_TOKEN)

    assert answer.status_code == 422
    assert "This token is of the workspace Elsewhere, and the desk is connected to Desk" in words(
        answer
    )
    assert settings()["workspace"]["name"] == "Desk"


def test_a_slack_that_does_not_answer_changes_nothing(ada, slack):
    slack.always = server.status(503)

    answer = give(ada, **SOCKET_TOKENS)

    assert answer.status_code == 422
    assert "Slack could not be asked. Nothing was changed" in words(answer)
    assert typed().bot_token == ""


def test_what_the_environment_gives_is_shown_as_such_and_not_changed_here(sqlite, build_app, slack):
    given = {"slack_bot_token": A_TOKEN, "slack_app_token": AN_APP_TOKEN}
    ada = an_admin(sqlite, build_app, slack, slack_signing_secrets=SECRET, **given)

    answer = give(ada, bot_token="xoxb-typed-all-the-same", app_token="xapp-typed-all-the-same")

    assert answer.status_code == 303
    assert "The bot token comes from SLACK_BOT_TOKEN and is changed there." in page(ada)
    assert "The app-level token comes from SLACK_APP_TOKEN" in page(ada)
    assert "1 from SLACK_SIGNING_SECRETS" in page(ada)
    assert (typed().bot_token, typed().app_token) == ("", "")


def test_without_a_rule_the_next_thing_to_do_is_one(ada):
    give(ada, **SOCKET_TOKENS)

    assert "No channel has a rule yet: a message in #emergency wakes nobody." in page(ada)
    assert '"/settings/slack-rules/new"' in ada.get(PAGE).text


def test_a_channel_without_the_app_says_how_to_invite_it(ada, slack):
    give(ada, **SOCKET_TOKENS)
    a_rule()
    slack.channels["C0EMERGENCY"].joined = False

    ada.post(f"{PAGE}/checks")
    outside = page(ada)
    slack.channels["C0EMERGENCY"].joined = True
    ada.post(f"{PAGE}/checks")

    assert "/invite @incident-desk" in outside
    assert "#emergency armed, the app is in it" in page(ada)


def test_once_slack_was_heard_all_three_steps_are_done(ada, clock):
    a_rule()
    give(ada, **SOCKET_TOKENS)
    before = page(ada)

    hear_something(clock())

    assert "Nothing heard yet. Write anything in #emergency and look again here." in before
    assert ada.get(PAGE).text.count("connect__step--done") == 3
    assert "Last heard from Slack just now" in page(ada)


def test_a_token_that_was_revoked_is_told_when_looked_at(ada, slack):
    a_rule()
    give(ada, **SOCKET_TOKENS)
    slack.revoked.add(A_TOKEN)

    ada.post(f"{PAGE}/checks")

    assert "Slack says that the bot token was revoked" in page(ada)
    with reading() as session:
        assert proofs.find(session, "slack", "token").data["grave"]


def test_a_test_message_arrives_and_says_how_long_it_took(ada, slack):
    give(ada, **SOCKET_TOKENS)

    answer = ada.post(f"{PAGE}/test-messages", {"channel": "#emergency"})

    assert answer.status_code == 303
    assert "A test from the incident desk, asked for by Ada." in slack.posts[0]["text"]
    assert re.search(r"Posted in #emergency in \d+ ms\.", page(ada))


def test_a_test_message_joins_a_public_channel_and_stays_out_of_a_private_one(ada, slack):
    give(ada, **SOCKET_TOKENS)
    slack.write_public = False
    slack.add_channel("support", joined=False)
    slack.add_channel("board", private=True, joined=False)

    joined = ada.post(f"{PAGE}/test-messages", {"channel": "support"})
    refused = ada.post(f"{PAGE}/test-messages", {"channel": "C0BOARD"})

    assert joined.status_code == 303
    assert [post["channel"] for post in slack.posts] == ["C0SUPPORT"]
    assert "Slack knows no channel C0BOARD. If it is private, invite the app" in words(refused)


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [("", "such as #emergency"), ("<!here>", "such as #executives"), ("#no", "no channel")],
)
def test_a_test_message_to_nowhere_is_explained_at_its_field(ada, slack, channel, sentence):
    give(ada, **SOCKET_TOKENS)

    answer = ada.post(f"{PAGE}/test-messages", {"channel": channel})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert slack.posts == []


def test_two_signing_secrets_are_live_while_one_is_replaced(ada_over_https):
    give(ada_over_https, **HTTP_TOKENS)

    ada_over_https.post(f"{PAGE}/signing-secrets", {"signing_secret": ANOTHER})
    both = typed().signing_secrets
    third = ada_over_https.post(f"{PAGE}/signing-secrets", {"signing_secret": "b" * 32})
    ada_over_https.post(f"{PAGE}/signing-secrets/1/removal")

    assert both == (SECRET, ANOTHER)
    assert third.status_code == 422
    assert typed().signing_secrets == (ANOTHER,)


def test_a_secret_that_is_dropped_already_is_told(ada_over_https):
    give(ada_over_https, **HTTP_TOKENS)

    answer = ada_over_https.post(f"{PAGE}/signing-secrets/2/removal")

    assert answer.status_code == 409
    assert "gone already" in words(answer)


def test_an_app_level_token_can_be_forgotten(ada_over_https):
    give(ada_over_https, app_token=AN_APP_TOKEN, **HTTP_TOKENS)

    ada_over_https.post(f"{PAGE}/app-token/removal")

    assert typed().app_token == ""
    assert typed().signing_secrets == (SECRET,)


def test_disconnecting_forgets_everything_that_was_typed(ada):
    a_rule()
    give(ada, **SOCKET_TOKENS)

    ada.post(f"{PAGE}/disconnection")

    assert (typed(), settings()) == (connections.SlackAccess(), {})
    assert "Slack is forgotten here. Pages go out as before" in page(ada)


def test_tokens_sealed_with_a_key_that_is_lost_can_be_pasted_anew(ada):
    give(ada, **SOCKET_TOKENS)
    sealed.use("another secret for tests, also long enough")
    before = page(ada)

    give(ada, **SOCKET_TOKENS)

    assert "was sealed with another SECRET_KEY and cannot be read" in before
    assert typed().bot_token == A_TOKEN


def test_the_channels_for_updates_are_kept_by_id_and_shown_by_name(ada, slack):
    give(ada, **SOCKET_TOKENS)
    slack.add_channel("exec")

    ada.post(f"{PAGE}/audiences", {"executives": "exec", "customers": ""})

    assert settings()["audiences"] == {"executives": {"channel": "C0EXEC", "name": "#exec"}}
    assert 'name="executives" type="text" value="#exec"' in ada.get(PAGE).text


def test_what_was_not_changed_is_not_asked_again_and_what_is_emptied_is_forgotten(ada, slack):
    give(ada, **SOCKET_TOKENS)
    slack.add_channel("exec")
    ada.post(f"{PAGE}/audiences", {"executives": "#exec", "customers": "C0EMERGENCY"})
    slack.always = server.status(503)

    ada.post(f"{PAGE}/audiences", {"executives": "#exec", "customers": ""})

    assert settings()["audiences"] == {"executives": {"channel": "C0EXEC", "name": "#exec"}}


def test_customers_do_not_read_what_executives_are_told(ada, slack):
    give(ada, **SOCKET_TOKENS)

    answer = ada.post(f"{PAGE}/audiences", {"executives": "emergency", "customers": "C0EMERGENCY"})

    assert answer.status_code == 422
    assert "The executives read there. Choose another channel for these." in words(answer)


def test_a_channel_that_slack_does_not_know_is_told_at_its_field(ada, slack):
    give(ada, **SOCKET_TOKENS)

    answer = ada.post(f"{PAGE}/audiences", {"executives": "#nowhere", "customers": ""})

    assert answer.status_code == 422
    assert 'id="executives-error"' in answer.text
    assert "Slack knows no channel #nowhere." in words(answer)


def test_when_incidents_get_a_channel_is_a_wish(ada):
    ada.post(f"{PAGE}/channels", {"when": "major", "prefix": "Fire-", "archive": "1"})

    with reading() as session:
        wishes = connections.channel_wishes(session)
    assert wishes == {"when": "major", "prefix": "fire-", "archive": True}


@pytest.mark.parametrize(("when", "prefix"), [("never", "inc-"), ("major", "in cident")])
def test_a_wish_that_slack_cannot_fulfil_is_refused(ada, when, prefix):
    answer = ada.post(f"{PAGE}/channels", {"when": when, "prefix": prefix})

    assert answer.status_code == 422
    assert settings() == {}


def test_the_page_says_who_could_not_press_i_have_it(ada):
    a_person("Maya", slack_id="U0MAYA")
    a_person("Tom")
    give(ada, **SOCKET_TOKENS)

    found = page(ada)

    assert "1 of the people here linked" in found
    assert "Without a link to Slack: Ada, Tom." in found


def test_slack_that_drips_is_given_up(ada, slack):
    slack.script_for["auth.test"] = [says("fatal_error")]

    answer = give(ada, **SOCKET_TOKENS)

    assert "Slack could not be asked." in words(answer)
