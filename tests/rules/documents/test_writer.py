import copy
import difflib

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from incident.rules.documents import Unwritable, write
from tests.rules.documents.written import PURGE, bare, documents, every_step, shown

NEW = {"text": "A new step", "checked": False, "settings": {}, "children": []}
patient = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def changed_lines(before, after):
    told = difflib.ndiff(before.split("\n"), after.split("\n"))
    return [line for line in told if line[0] in "+-"]


@patient
@given(documents())
def test_what_nobody_touched_comes_back_byte_for_byte(source):
    assert write(shown(source)) == source


@patient
@given(st.text(max_size=300))
def test_so_does_any_text_at_all(source):
    assert write(shown(source)) == source


@patient
@given(documents(), st.data())
def test_a_reworded_step_says_its_words_and_nothing_else_moves(source, data):
    document = shown(source)
    plain = [s for s in every_step(document) if s["marker"] and s["text"] in ("star", "one")]
    if not plain:
        return
    step = data.draw(st.sampled_from(plain))
    old, step["text"] = step["text"], "Zyzzyva"

    written = write(document)

    assert written.replace("Zyzzyva", old) == source


@patient
@given(documents())
def test_what_is_written_from_nothing_is_read_as_it_was_meant(source):
    """A tab that begins a paragraph's further line means nothing, and may come back as blanks."""
    assume("\n\tby a tab" not in source)
    document = bare(shown(source))

    once = shown(write(document))
    twice = shown(write(bare(once)))

    assert bare(once) == bare(twice)


def test_a_tick_changes_one_character():
    document = shown(PURGE)
    every_step(document)[0]["checked"] = True

    assert changed_lines(PURGE, write(document)) == [
        '- - [ ] Confirm that users still receive them {expect="yes" within=5m}',
        '+ - [x] Confirm that users still receive them {expect="yes" within=5m}',
    ]


def test_changed_attributes_change_their_group_alone():
    document = shown(PURGE)
    first, second = every_step(document)[:2]
    first["settings"]["within"] = "10m"
    second["settings"] = {}

    assert changed_lines(PURGE, write(document))[1::2] == [
        "+ - [ ] Confirm that users still receive them {expect=yes within=10m}",
        "+ - [x] Remove the iOS certificate",
    ]


def test_attributes_for_a_step_that_had_none_stand_behind_its_first_line():
    document = shown("- [ ] Wait here  \n  and there\n")
    every_step(document)[0]["kind"] = "hold"

    assert write(document) == "- [ ] Wait here {hold}  \n  and there\n"


def test_blanks_that_break_a_line_stay_behind_the_attributes():
    document = shown("- [ ] Wait here  \n  and there\n")
    step = every_step(document)[0]
    step["text"], step["kind"] = step["text"].replace("Wait here", "Wait long"), "hold"

    assert write(document) == "- [ ] Wait long {hold}  \n  and there\n"


def test_one_line_of_a_long_text_changes_alone():
    document = shown(PURGE)
    step = every_step(document)[1]
    step["text"] = step["text"].replace("in the vault", "in the safe")

    assert changed_lines(PURGE, write(document)) == [
        "-   It lies in the vault.",
        "+   It lies in the safe.",
    ]


def test_what_belongs_to_a_step_from_outside_is_changed_where_it_stands():
    document = shown(PURGE)
    step = every_step(document)[5]
    step["text"] = step["text"].replace("its last step", "the step above")

    assert changed_lines(PURGE, write(document)) == [
        "- What stands after a list belongs to its last step.",
        "+ What stands after a list belongs to the step above.",
    ]


def test_where_a_link_leads_is_not_written_twice():
    document = shown(PURGE)
    step = every_step(document)[6]
    step["text"] = step["text"].replace("Count", "Number")

    assert changed_lines(PURGE, write(document)) == [
        "- 1. Count the keys, see [the docs][rpush]",
        "+ 1. Number the keys, see [the docs][rpush]",
    ]


def test_a_link_keeps_its_definition_when_the_step_that_held_it_goes():
    source = "# T\n\n- see [x]\n- gone\n\n[x]: /there\n"
    document = shown(source)
    document["sections"][0]["steps"].pop()

    assert write(document) == "# T\n\n- see [x]\n\n[x]: /there\n"


def test_line_ends_of_the_document_are_used_for_what_is_new():
    document = shown("# T\r\n\r\n- a\r\n- b\r\n")
    document["sections"][0]["steps"].insert(1, copy.deepcopy(NEW))

    assert write(document) == "# T\r\n\r\n- a\r\n- [ ] A new step\r\n- b\r\n"


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (0, "1. A new step\n2. a\n3. b\n"),
        (1, "1. a\n2. A new step\n3. b\n"),
        (2, "1. a\n2. b\n3. A new step\n"),
    ],
)
def test_a_new_step_is_numbered_and_so_are_those_after_it(place, written):
    document = shown("1. a\n2. b\n")
    step = {"text": "A new step", "settings": {}, "children": []}
    document["sections"][0]["steps"].insert(place, step)

    assert write(document) == written


def test_a_new_step_inside_another_stands_under_it():
    document = shown("> 1. a\n>    more\n")
    every_step(document)[0]["children"].append(copy.deepcopy(NEW))

    assert write(document) == "> 1. a\n>    more\n>    - [ ] A new step\n"


def test_a_step_can_be_taken_out_and_moved():
    document = shown(PURGE)
    first, last = document["sections"]
    last["steps"].append(first["steps"].pop(0))

    again = shown(write(document))

    assert bare(again) == bare(document)
    assert "3. [ ] Confirm" in again["source"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_new_section_stands_where_it_was_put(place):
    document = shown(PURGE)
    section = {"title": "Then", "level": 2, "text": "Why.", "steps": [NEW], "sections": []}
    document["sections"].insert(place, section)

    again = shown(write(document))

    assert [s["title"] for s in again["sections"]][place] == "Then"
    assert [len(s["steps"]) for s in again["sections"]][place] == 1
    assert sorted(step["text"] for step in every_step(again)) == sorted(
        step["text"] for step in every_step(document)
    )


def test_a_section_can_be_renamed_raised_and_taken_out():
    document = shown("# T\n\n## A\n\n- a\n\nUnder\n---\n\n- b\n\n### C ###\n\n- c\n")
    _, under = document["sections"]
    del document["sections"][0]
    under["title"], under["sections"][0]["level"] = "Over", 4

    assert write(document) == "# T\n\nOver\n---\n\n- b\n\n#### C ###\n\n- c\n"


def test_front_matter_keeps_what_was_not_changed_comments_too():
    document = shown(PURGE)
    document["front"]["owner"] = "platform: web"
    document["front"]["drill every"] = "90 days"
    del document["front"]["reviewed"]

    assert changed_lines(PURGE, write(document)) == [
        "- owner: mobile",
        "+ owner: 'platform: web'",
        "- reviewed: 2021-07-10",
        "+ drill every: 90 days",
    ]


def test_a_new_title_is_written_wherever_the_old_one_stood():
    document = shown(PURGE)
    document["title"] = "Purge a queue"

    again = shown(write(document))

    assert (again["title"], again["front"]["title"]) == ("Purge a queue", "Purge a queue")
    assert "\n# Purge a queue\n" in again["source"]


def test_steps_without_a_list_join_the_first_one_that_is_added():
    document = shown("# T\n\nRun this:\n\n```\na\n```\n\nThen that:\n\n```\nb\n```\n")
    document["sections"][0]["steps"].append(copy.deepcopy(NEW))

    again = shown(write(document))

    assert [step["text"] for step in every_step(again)] == [
        "Run this:\n\n```\na\n```",
        "Then that:\n\n```\nb\n```",
        "A new step",
    ]


def test_words_that_would_become_attributes_or_a_box_are_hidden():
    document = {"title": "T", "sections": [{"title": "S", "steps": [
        {"text": "ends {hold}", "checked": None}, {"text": "[ ] no box", "checked": None},
        {"text": "```\na\n```", "checked": True},
        {"text": "ends {x}", "settings": {"killer": True}},
    ]}]}  # fmt: skip

    steps = every_step(shown(write(document)))

    assert [step["text"] for step in steps] == [
        "ends \\{hold}", "\\[ ] no box", "```\na\n```", "ends {x}",
    ]  # fmt: skip
    assert [step["checked"] for step in steps] == [None, None, True, False]
    assert [step["settings"] for step in steps] == [{}, {}, {}, {"killer": True}]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "The checklist must be an object."),
        ({"title": 7}, "“title” of the checklist must be text."),
        ({"sections": "x"}, "“sections” of the checklist must be a list."),
        ({"sections": [{"level": 9}]}, "from 1 to 6"),
        ({"sections": [{"steps": [{"checked": "no"}]}]}, "step 1 of section 1 of the checklist"),
        ({"sections": [{"steps": [{"settings": {"ack": []}}]}]}, "“ack” in the settings"),
    ],
)
def test_what_is_no_checklist_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(Unwritable, match="must be") as refusal:
        write(data)

    assert sentence in str(refusal.value)


def test_nesting_without_end_is_refused():
    step = {"text": "x", "children": []}
    for _ in range(60):
        step = {"text": "x", "children": [step]}

    with pytest.raises(Unwritable, match="nested more than"):
        write({"sections": [{"steps": [step]}]})
