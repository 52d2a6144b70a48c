import pytest
from slack_sdk.errors import SlackObjectFormationError

from incident.integrations.slack.blocks import blocks
from tests.integrations.slack.validators import assert_valid, assert_valid_view


def a_text(words, kind="mrkdwn"):
    return {"type": kind, "text": words}


def a_button(words="Done", **fields):
    return {
        "type": "button",
        "text": a_text(words, "plain_text"),
        "action_id": "step_done",
    } | fields


def an_input(**element):
    field = {"type": "plain_text_input", "action_id": "value", "max_length": 3_000} | element
    label = a_text("How many?", "plain_text")
    return {"type": "input", "block_id": "value", "label": label, "element": field}


def a_view(*made, **fields):
    return {
        "type": "modal",
        "callback_id": "step_value",
        "title": a_text("Step 4", "plain_text"),
        "submit": a_text("Done", "plain_text"),
        "blocks": list(made),
    } | fields


def an_option(number):
    return {"text": a_text(f"Option {number}", "plain_text"), "value": str(number)}


def test_what_we_post_is_valid():
    assert_valid(blocks("Uploads fail", buttons=({"label": "I have it", "action": "take"},)))


def test_a_view_with_two_fields_is_valid():
    assert_valid_view(a_view(an_input(), an_input() | {"block_id": "reason"}))


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": a_text("x" * 3_001)},
        {"type": "section", "text": a_text("🔥" * 1_501)},
        {"type": "section", "text": a_text("")},
        {"type": "section"},
        {"type": "section", "text": a_text("Uploads"), "colour": "red"},
        {"type": "header", "text": a_text("x" * 151, "plain_text")},
        {"type": "header", "text": a_text("Uploads", "mrkdwn")},
        {"type": "actions", "elements": [a_button("x" * 76)]},
        {"type": "actions", "elements": [a_button(value="x" * 2_001)]},
        {"type": "actions", "elements": [a_button(style="green")]},
        {"type": "actions", "elements": [a_button(), a_button()]},
        {"type": "actions", "elements": [a_button(action_id="x" * 256)]},
        {"type": "actions", "elements": []},
        {"type": "marquee", "text": a_text("Uploads")},
    ],
)
def test_what_slack_would_refuse_is_refused_here(block):
    with pytest.raises((AssertionError, SlackObjectFormationError)):
        assert_valid([block])


@pytest.mark.parametrize(
    "view",
    [
        a_view(an_input(), title=a_text("x" * 25, "plain_text")),
        a_view(an_input(), private_metadata="x" * 3_001),
        a_view(an_input(), an_input()),
        a_view(*[{"type": "divider"}] * 101),
        a_view(an_input(), submit=None),
        a_view(an_input(placeholder=a_text("x" * 151, "plain_text"))),
        a_view(
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "static_select",
                        "action_id": "choose",
                        "options": [an_option(number) for number in range(101)],
                    }
                ],
            }
        ),
    ],
)
def test_a_view_that_slack_would_refuse_is_refused_here(view):
    with pytest.raises((AssertionError, SlackObjectFormationError)):
        assert_valid_view({name: value for name, value in view.items() if value is not None})


def test_fifty_blocks_fit_into_a_message_and_no_more():
    assert_valid([{"type": "divider"}] * 50)

    with pytest.raises(AssertionError, match="51 blocks"):
        assert_valid([{"type": "divider"}] * 51)
