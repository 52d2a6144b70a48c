"""The chip on every page: quiet only when a page is known to arrive."""

from datetime import UTC, datetime, timedelta

import pytest

from incident.rules import chip as rules
from incident.rules.chip import Checked

NOW = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)


def ago(**units):
    return NOW - timedelta(**units)


def shown(*checks, connected=True, proven_at=None, looked_at=NOW):
    return rules.chip(
        checks, connected=connected, proven_at=proven_at, looked_at=looked_at, now=NOW
    )


def broken(sentence="Nobody is on call.", *, grave=True):
    return Checked("target primary", "on_call", False, sentence, grave, NOW)


def test_a_path_that_was_proven_today_is_quiet():
    chip = shown(proven_at=ago(hours=6))

    assert (chip.tone, chip.words, chip.proven_at) == ("well", "pager path proven", ago(hours=6))


@pytest.mark.parametrize(
    ("proven_at", "tone"), [(None, "caution"), (ago(hours=27), "caution"), (ago(hours=26), "well")]
)
def test_never_or_longer_than_26_hours_ago_is_amber(proven_at, tone):
    assert shown(proven_at=proven_at).tone == tone


def test_without_any_connected_target_nobody_can_be_paged():
    chip = shown(connected=False, proven_at=ago(hours=1))

    assert (chip.tone, chip.words) == ("danger", "Nobody can be paged")


def test_what_is_grave_is_red_with_its_sentence_and_how_many_more():
    mild, grave = broken("No webhook.", grave=False), broken()

    chip = shown(mild, grave, broken("Disabled."), proven_at=ago(hours=1))

    assert (chip.tone, chip.words) == ("danger", "PAGING DEGRADED")
    assert (chip.sentence, chip.more) == ("Nobody is on call.", 1)


def test_what_is_not_grave_is_amber_and_the_proof_still_stands():
    chip = shown(broken("No webhook.", grave=False), proven_at=ago(hours=1))

    assert (chip.tone, chip.words, chip.sentence) == ("caution", "pager path proven", "No webhook.")


@pytest.mark.parametrize("looked_at", [None, ago(minutes=31)])
def test_when_nobody_looks_any_more_it_asks_for_the_worker(looked_at):
    chip = shown(proven_at=ago(hours=1), looked_at=looked_at)

    assert chip.tone == "caution"
    assert "Is a worker running?" in chip.sentence


def test_a_list_is_doubted_for_each_target_in_trouble_and_for_a_path_never_proven():
    doubts = rules.doubts(["a", "b"], {"b": "B is disabled."}, proven=False)

    assert doubts[0] == "B is disabled."
    assert "never been proven" in doubts[1]
    assert rules.doubts(["a"], {"b": "B is disabled."}, proven=True) == ()
    assert rules.doubts([], {}, proven=False) == ()
