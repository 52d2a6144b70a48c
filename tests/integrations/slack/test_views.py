"""Dialogs of ours as Slack's views: within its limits, and read back as they were filled in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from incident.integrations.slack import views
from incident.rules.dialogs import Asked, Dialog, Field
from tests.fakes.slack_views import filled_in, problem_of_view
from tests.integrations.slack.validators import assert_valid_view

KINDS = ("line", "text", "number", "choice", "choices")


def a_dialog(*fields, **more):
    return Dialog("note", "Note for the timeline", fields, **more)


def filled(view, **values):
    state = filled_in(view, values)["values"]
    return {name: views.read_value(block) for name, block in state.items()}


def test_every_kind_of_question_is_one_that_slack_takes():
    options = [("one", "The first"), ("two", "The second")]
    asked = [Field(kind, f"A {kind}", kind, options=options) for kind in KINDS]

    view = views.view_of(a_dialog(*asked, text="Say what happened"))

    assert_valid_view(view)
    assert problem_of_view(view) == ""


def test_what_is_filled_in_already_comes_back():
    options = [("", "Nobody yet"), ("primary", "primary")]
    view = views.view_of(
        a_dialog(
            Field("title", "Title", value="Uploads are failing"),
            Field("page", "Whom", "choice", value="", options=options),
            Field("some", "Which", "choices", value=["primary"], options=options),
            Field("minutes", "Minutes", "number", value=20),
        )
    )

    assert_valid_view(view)
    assert filled(view) == {
        "title": "Uploads are failing",
        "page": "",
        "some": ["primary"],
        "minutes": "20",
    }


def test_what_somebody_fills_in_is_read_by_the_name_of_its_question():
    options = [("", "Nobody yet"), ("primary", "primary")]
    view = views.view_of(
        a_dialog(Field("text", "What"), Field("page", "Whom", "choice", options=options))
    )

    assert filled(view, text="restarted it", page="primary") == {
        "text": "restarted it",
        "page": "primary",
    }


def test_a_choice_without_anything_to_choose_is_said_and_not_asked():
    view = views.view_of(a_dialog(Field("page", "Whom to page", "choice"), submit=""))

    assert_valid_view(view)
    assert "nothing to choose" in view["blocks"][0]["text"]["text"]


def test_a_long_list_is_cut_at_what_slack_takes():
    options = [(f"INC-{number}", f"Incident {number}") for number in range(300)]

    view = views.view_of(
        a_dialog(
            Field("key", "Which", "choice", options=options),
            Field("keys", "Which ones", "choices", options=options),
        )
    )

    assert_valid_view(view)


def test_name_and_context_come_back():
    view = views.view_of(a_dialog(context={"key": "INC-42", "number": "7"}))

    assert views.read_metadata(view["private_metadata"]) == (
        "note",
        {"key": "INC-42", "number": "7"},
    )


@pytest.mark.parametrize("written", ["", "[]", "null", "{", "7", '{"name": 3}', '{"context": []}'])
def test_metadata_that_is_none_of_ours_names_no_dialog(written):
    assert views.read_metadata(written)[0] == ""


def test_the_empty_frame_and_what_only_tells_are_valid():
    frame = views.loading(Asked("note", "A title that is far too long for Slack"))
    telling = views.telling("note", "Note", "NOBODY WAS PAGED", address="https://desk.example.org")

    assert_valid_view(frame)
    assert_valid_view(telling)


hostile = some.text(max_size=400) | some.sampled_from(
    ["<!channel>" * 400, "🧯" * 3_000, "&" * 5_000, "", " ", "\x00"]
)
fields = some.builds(
    Field,
    name=some.sampled_from(["a", "b", "c"]),
    label=hostile,
    kind=some.sampled_from(KINDS[:2] + KINDS[3:]),
    value=hostile,
    options=some.lists(some.tuples(hostile, hostile), max_size=12),
    optional=some.booleans(),
    hint=hostile,
    longest=some.integers(0, 5_000),
)


@given(
    some.lists(fields, max_size=3, unique_by=lambda field: field.name),
    hostile,
    hostile,
    some.dictionaries(some.sampled_from(["key", "seq", "text"]), hostile),
)
def test_whatever_stands_in_it_slack_takes_the_dialog(asked, title, words, context):
    view = views.view_of(Dialog("note", title, asked, text=words, context=context))

    assert_valid_view(view)
    assert "<!" not in json.dumps([block for block in view["blocks"] if block["type"] == "section"])
