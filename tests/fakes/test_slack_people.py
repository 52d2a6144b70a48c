"""People, dialogs and tokens of our Slack against what the Web API answers."""

import pytest

from tests.fakes.server import FakeServer, status
from tests.fakes.slack import A_TOKEN, AN_APP_TOKEN, FakeSlack
from tests.fakes.slack_delivery import send_command, send_interactive
from tests.fakes.slack_requests import a_closing, a_command, a_message_shortcut, a_submission
from tests.fakes.slack_rules import error_in_blocks
from tests.fakes.slack_views import filled_in, problem_of_view
from tests.fakes.test_slack import ask

WORDS = {"type": "plain_text", "text": "Why?"}
OPTIONS = [{"text": {"type": "plain_text", "text": str(n)}, "value": str(n)} for n in range(3)]
REASON = {
    "type": "input",
    "block_id": "reason",
    "label": WORDS,
    "element": {"type": "plain_text_input", "action_id": "it", "initial_value": "Because"},
}
CHOICE = {
    "type": "input",
    "block_id": "choice",
    "label": WORDS,
    "element": {"type": "static_select", "action_id": "it", "options": OPTIONS},
}
TICKS = {
    "type": "input",
    "block_id": "ticks",
    "label": WORDS,
    "element": {"type": "checkboxes", "action_id": "it", "options": OPTIONS},
}
A_VIEW = {"type": "modal", "title": WORDS, "submit": WORDS, "blocks": [REASON, CHOICE, TICKS]}


@pytest.fixture
def slack(clock):
    with FakeSlack(clock=clock) as fake:
        yield fake


def open_a_view(slack, **fields):
    return ask(slack, "views.open", view=A_VIEW | fields, trigger_id=slack.trigger())["view"]


def test_a_member_is_described(slack):
    slack.add_member("Ines", tz="Asia/Tokyo", tz_offset=32_400)

    member = ask(slack, "users.info", form=True, user="U0INES")["user"]

    assert (member["real_name"], member["tz"]) == ("Ines", "Asia/Tokyo")
    assert member["profile"]["email"] == "ines@example.org"
    assert ask(slack, "users.info", form=True, user="U0NOBODY")["error"] == "user_not_found"


def test_an_address_is_shown_to_those_who_may_see_it(slack):
    slack.scopes.remove("users:read.email")

    member = ask(slack, "users.info", form=True, user="U0MAYA")["user"]

    assert "email" not in member["profile"]
    sought = ask(slack, "users.lookupByEmail", form=True, email="maya@example.org")
    assert sought["needed"] == "users:read.email"


def test_a_member_is_found_by_address_unless_they_have_left(slack):
    slack.add_member("Gone", deleted=True)

    found = ask(slack, "users.lookupByEmail", form=True, email="Maya@example.org")
    gone = ask(slack, "users.lookupByEmail", form=True, email="gone@example.org")

    assert (found["user"]["id"], gone["error"]) == ("U0MAYA", "users_not_found")


def test_everybody_is_listed_page_by_page(slack):
    first = ask(slack, "users.list", form=True, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    rest = ask(slack, "users.list", form=True, limit=2, cursor=cursor)

    wrong = ask(slack, "users.list", form=True, cursor="elsewhere")
    assert [m["name"] for m in first["members"] + rest["members"]] == ["sam", "maya", "tom"]
    assert (rest["response_metadata"]["next_cursor"], wrong["error"]) == ("", "invalid_cursor")


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        (AN_APP_TOKEN, "auth.test", "not_allowed_token_type"),
        (A_TOKEN, "apps.connections.open", "not_allowed_token_type"),
        ("xapp-wrong", "apps.connections.open", "invalid_auth"),
    ],
)
def test_each_kind_of_token_has_its_methods(slack, token, method, error):
    assert ask(slack, method, token=token)["error"] == error


def test_a_socket_is_opened_with_the_token_of_the_app(slack):
    slack.socket_url = "ws://127.0.0.1:9/link"

    assert ask(slack, "apps.connections.open", token=AN_APP_TOKEN)["url"] == slack.socket_url


def test_a_revoked_token_opens_nothing(slack):
    slack.revoked.add(A_TOKEN)

    assert ask(slack, "auth.test")["error"] == "token_revoked"


def test_a_trigger_opens_one_dialog_within_three_seconds(slack, clock):
    trigger, late = slack.trigger(), slack.trigger()
    opened = ask(slack, "views.open", view=A_VIEW, trigger_id=trigger)

    clock.forward(seconds=4)

    said = [
        ask(slack, "views.open", view=A_VIEW, trigger_id=each)["error"]
        for each in (trigger, late, "now!")
    ]
    assert opened["ok"]
    assert said == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


def test_a_dialog_is_changed_only_as_it_stands(slack):
    view = open_a_view(slack)
    change = {"view": A_VIEW | {"title": WORDS | {"text": "Why not?"}}, "view_id": view["id"]}

    changed = ask(slack, "views.update", hash=view["hash"], **change)
    stale = ask(slack, "views.update", hash=view["hash"], **change)

    assert changed["view"]["title"]["text"] == slack.views[0]["title"]["text"] == "Why not?"
    assert stale["error"] == "hash_conflict"
    assert ask(slack, "views.update", view=A_VIEW, view_id="V9")["error"] == "not_found"


def test_at_most_three_dialogs_lie_upon_each_other(slack):
    open_a_view(slack)

    said = [ask(slack, "views.push", view=A_VIEW, trigger_id=slack.trigger()) for _ in range(3)]

    assert [each.get("error", "") for each in said] == ["", "", "push_limit_reached"]
    assert said[0]["view"]["root_view_id"] == slack.views[0]["id"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": WORDS | {"text": "x" * 25}},
        {"title": None},
        {"submit": None},
        {"private_metadata": "x" * 3_001},
        {"callback_id": "x" * 256},
        {"blocks": [REASON] * 2},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": "none"},
        {"colour": "red"},
        {"type": "window"},
    ],
)
def test_a_dialog_is_checked_as_slack_checks_it(slack, wrong):
    said = ask(slack, "views.open", view=A_VIEW | wrong, trigger_id=slack.trigger())

    assert said["error"] == "invalid_arguments"
    assert slack.breaches


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "static_select", "options": []},
        {"type": "static_select", "options": OPTIONS * 34},
        {"type": "static_select", "options": [OPTIONS[0], OPTIONS[0]]},
        {"type": "static_select", "options": OPTIONS[:1], "initial_option": OPTIONS[1]},
        {"type": "checkboxes", "options": OPTIONS, "initial_options": []},
        {"type": "radio_buttons", "options": [OPTIONS[0] | {"value": "x" * 151}]},
        {"type": "plain_text_input", "max_length": 3_001},
        {"type": "plain_text_input", "placeholder": WORDS | {"text": "x" * 151}},
        {"type": "number_input"},
        {"type": "button", "text": WORDS},
        {"type": "slider"},
    ],
)
def test_a_field_is_checked_as_slack_checks_it(wrong):
    view = A_VIEW | {"blocks": [REASON | {"element": wrong}]}

    assert problem_of_view(view) == "invalid input block [json-pointer:/blocks/0]"


@pytest.mark.parametrize(
    ("element", "error"),
    [
        ({"type": "overflow", "options": OPTIONS}, ""),
        ({"type": "overflow", "options": OPTIONS * 2}, "invalid_blocks"),
        ({"type": "button", "text": WORDS, "confirm": {"title": WORDS}}, "invalid_blocks"),
        ({"type": "plain_text_input"}, "invalid_blocks"),
    ],
)
def test_a_message_holds_buttons_and_menus(element, error):
    assert error_in_blocks([{"type": "actions", "elements": [element]}]) == error


def test_a_dialog_is_filled_in_by_its_fields(slack):
    view = open_a_view(slack)

    told = a_submission(view, {"choice": "2", "ticks": ["0", "1"]}, user="U0TOM")

    state = {name: found["it"] for name, found in told["view"]["state"]["values"].items()}
    assert told["user"]["id"] == "U0TOM"
    assert state["reason"]["value"] == "Because"
    assert state["choice"]["selected_option"]["value"] == "2"
    assert [each["value"] for each in state["ticks"]["selected_options"]] == ["0", "1"]


def test_what_nobody_touched_is_empty():
    view = A_VIEW | {"blocks": [CHOICE, TICKS]}

    state = filled_in(view, {})["values"]

    assert state["choice"]["it"]["selected_option"] is None
    assert state["ticks"]["it"]["selected_options"] == []


def test_commands_shortcuts_and_dialogs_are_told_signed_and_the_answer_is_kept(slack):
    view = open_a_view(slack)
    message = slack.person_says("help")["event"]
    with FakeServer() as app:
        app.script = [status(200, b'{"text": "Yes"}'), status(200), status(401), status(200)]
        said = send_command(f"{app.url}/slack/commands", a_command("help"), secret="s")
        told = [
            send_interactive(f"{app.url}/slack/actions", payload, secret="s").status
            for payload in (
                a_message_shortcut("add_to_timeline", message),
                a_submission(view),
                a_closing(view),
            )
        ]

    assert (said.said, told) == ({"text": "Yes"}, [200, 401, 200])
    assert b"command=%2Finc" in app.requests[0].body
