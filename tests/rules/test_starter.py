"""The lists a fresh install comes with: read by tired people, so held to more than the rules."""

import re

import pytest

from config import ROOT
from incident.rules.checklists import lines, problems
from incident.rules.documents import read, to_json, write
from incident.rules.front_faults import days

STARTERS = sorted((ROOT / "starter").glob("*.md"))
each = pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.stem)


def document(path):
    return read(path.read_text(encoding="utf-8"))


def test_there_are_four_lists_and_a_general_one():
    assert {"general-incident", "major-incident", "bad-deploy", "runaway-notifications"} == {
        path.stem for path in STARTERS
    }


@each
def test_a_starter_list_is_free_of_problems_and_comes_back_as_it_is(path):
    source = path.read_text(encoding="utf-8")

    assert problems(read(source), {"primary"}) == ()
    assert write(to_json(read(source))) == source
    assert to_json(read(source))["slug"] == path.stem


@each
def test_a_starter_list_has_an_owner_and_does_not_go_stale(path):
    front = document(path).front.values

    assert front["owner"]
    assert front["severity"]
    assert front["use when"]
    assert days(front["review every"]) == 90
    assert days(front["drill every"]) in (90, 180)


@each
def test_no_more_than_nine_steps_stand_between_two_pauses(path):
    between = [0]
    for line in lines(document(path)):
        if line.kind == "hold" or line.section.startswith("If "):
            between.append(0)
        elif line.parent is None:
            between[-1] += 1

    assert max(between) <= 9


@each
def test_a_step_is_short_and_asks_for_more_than_a_look(path):
    for line in lines(document(path)):
        assert len(line.title) <= 90, line.title
        assert not re.match(r"(check|ensure|verify|make sure)\b", line.title, re.IGNORECASE)


@each
def test_whoever_is_paged_is_primary_and_whatever_is_switched_off_has_a_way_back(path):
    found = lines(document(path))

    assert found[0].kind == "do"
    for line in found:
        assert line.kind != "page" or line.settings["target"] == "primary"
        assert "effect" not in line.settings or {"undo", "max"} <= line.settings.keys()


@each
def test_a_killer_stands_first_and_the_completion_call_last(path):
    found = [line for line in lines(document(path)) if not line.section.startswith("If ")]

    assert any(line.settings.get("killer") for line in found[:2])
    assert found[-1].title.startswith("Say")


def test_the_general_list_calls_a_second_pair_of_hands_only_when_asked():
    found = lines(document(ROOT / "starter/general-incident.md"))

    (page,) = [line for line in found if line.kind == "page"]
    assert page.branch == "yes"
    assert "second pair of hands" in found[page.parent].title


def test_the_purge_stops_after_two_counts_and_a_second_look():
    found = lines(document(ROOT / "starter/runaway-notifications.md"))

    counts = [n for n, line in enumerate(found) if line.settings.get("expect") == ">0"]
    (stop,) = [n for n, line in enumerate(found) if line.title.startswith("Stop here")]
    assert len(counts) == 2
    assert max(counts) < stop
    assert found[stop].kind == "hold"
    assert "guarded procedure" in found[stop].body
