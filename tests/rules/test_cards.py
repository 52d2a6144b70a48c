"""What the live card says, and until when it is true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules import cards
from incident.rules.card_steps import RunSeen, StepSeen, value_of
from incident.rules.cards import Alarm, EffectSeen, PageSeen, Story

NOW = datetime(2021, 7, 10, 2, 14, tzinfo=UTC)
QUIET = Story(key="INC-42", title="Uploads are failing", status="investigating")
PAGE = PageSeen(
    id=7,
    target="primary",
    state="accepted",
    due_at=NOW + timedelta(minutes=4, seconds=30),
    then="paging platform",
)
STEP = StepSeen(number=4, kind="do", title="Purge the cache", seq=118)


def said(card):
    """Its words, without what they look like."""
    spans = [span for part in card.parts for span in part.get("spans", ())]
    return "".join(str(span["text"]) for span in spans)


def labels(card):
    elements = [one for part in card.parts for one in part.get("elements", ())]
    return [one["label"] for one in elements if "label" in one]


def told(story, at=NOW):
    return said(cards.card(story, at))


def of_step(**fields):
    return replace(QUIET, runs=[RunSeen("List", 3, 9, replace(STEP, **fields))])


def test_the_first_line_says_which_how_bad_and_how_far():
    story = replace(QUIET, severity="sev1", commander="Tom")

    assert told(story).startswith(
        "INC-42 · SEV1 · investigating\nUploads are failing\nCommander: Tom"
    )


def test_nobody_in_command_is_said():
    assert "Nobody commands yet" in told(QUIET)


def test_a_drill_cannot_be_mistaken():
    card = cards.card(replace(QUIET, drill=True), NOW)

    assert card.text.startswith("DRILL INC-42")
    assert said(card).startswith("DRILL INC-42")


def test_the_step_in_hand_has_its_number_its_words_and_how_far_the_list_is():
    words = told(of_step(body="Ask *first*."))

    assert "List: 3 of 9 steps settled" in words
    assert "Step 4 · Purge the cache\nAsk *first*." in words


def test_a_run_that_only_waits_says_so():
    assert "No step is left to do" in told(replace(QUIET, runs=[RunSeen("List", 8, 9)]))


def test_a_button_knows_what_its_reader_saw():
    card = cards.card(of_step(), NOW)

    row = next(part["elements"] for part in card.parts if part["kind"] == "row")
    assert row[0]["value"] == value_of("INC-42", 4, 118) == "INC-42:4:118"


@pytest.mark.parametrize(
    ("fields", "button"),
    [
        ({}, "Done"),
        ({"press": "Done, then page dba", "wakes": True}, "Done, then page dba"),
        ({"expect": "<5"}, "Done…"),
        ({"kind": "hold"}, "Done"),
        ({"kind": "decide", "choices": ("yes", "no")}, "yes"),
        ({"kind": "hold", "waits_for": [(2, "Look")]}, "Page…"),
        ({"kind": "guard"}, "I'm on it"),
    ],
)
def test_the_first_button_is_what_the_step_needs(fields, button):
    assert labels(cards.card(of_step(**fields), NOW))[0] == button


def test_whoever_is_on_the_step_is_named_with_the_button_that_takes_it_over():
    card = cards.card(of_step(on_it="Tom", on_it_since=NOW), NOW)

    row = next(part["elements"] for part in card.parts if part["kind"] == "row")
    assert "Tom has been on it since 02:14 UTC" in told(of_step(on_it="Tom", on_it_since=NOW))
    assert row[1] == {
        "label": "Take over",
        "action": "step_claim",
        "value": "INC-42:4:118:Tom",
        "asks": "Tom is on step 4. Take it over?",
        "because": "Somebody is on it",
    }


def test_what_is_not_safe_in_slack_leads_to_the_desk():
    assert "This step is settled in the desk" in told(of_step(kind="guard"))


def test_a_hold_names_what_it_waits_for_up_to_five():
    waits_for = [(number, f"Thing {number}") for number in range(1, 8)]

    words = told(of_step(kind="hold", waits_for=waits_for))

    assert "It still waits for step 1 Thing 1; step 2 Thing 2" in words
    assert "step 5 Thing 5 and 2 more" in words


def test_a_page_says_who_is_next_and_when():
    words = told(replace(QUIET, pages=[PAGE]))

    assert (
        "Paging primary: PagerDuty took it, nobody has answered. "
        "Unless somebody does by 02:18 UTC (in 5 min): paging platform."
    ) in words


def test_two_pages_have_a_button_each():
    pages = [PAGE, replace(PAGE, id=8, target="dba", step=3)]

    card = cards.card(replace(QUIET, pages=pages), NOW)

    assert labels(card)[:2] == ["I have it: primary", "I have it: dba"]
    assert "Step 3: paging dba" in said(card)


def test_the_alarm_stands_above_everything_that_can_wait():
    alarm = Alarm("NOBODY WAS PAGED", ["the key is wrong"], [("Ana", "+1 555 0100")])

    card = cards.card(replace(of_step(), alarm=alarm), NOW)

    assert "NOBODY WAS PAGED: the key is wrong.\nTelephone, in this order:\n1. Ana +1" in said(card)
    assert said(card).index("NOBODY") < said(card).index("Step 4")
    assert card.text.endswith("NOBODY WAS PAGED")


def test_without_telephones_it_says_what_to_do_all_the_same():
    assert "call whoever you know" in told(replace(QUIET, alarm=Alarm("NOBODY WAS PAGED")))


def test_an_update_that_is_due_counts_down_and_then_says_so():
    due = replace(QUIET, update_due_at=NOW + timedelta(minutes=4), update_owed_by="comms")

    assert "Update due from comms at 02:18 UTC (in 4 min)" in told(due)
    assert "Update overdue from comms, since 02:18 UTC" in told(due, NOW + timedelta(minutes=5))


def test_an_effect_grows_old_and_then_overdue():
    late = EffectSeen("Checks off", NOW - timedelta(minutes=13), NOW + timedelta(minutes=2))
    story = replace(QUIET, effects=[late])

    assert "In effect: Checks off, since 02:01 UTC (13 min)" in told(story)
    assert "OVERDUE: Checks off" in told(story, NOW + timedelta(minutes=2))


def test_the_end_leaves_its_words_and_what_is_still_in_effect():
    story = replace(
        of_step(),
        status="resolved",
        last_word="Tom resolved the incident.",
        effects=[EffectSeen("Checks off", NOW)],
        deferred=2,
    )

    card = cards.card(story, NOW)

    assert labels(card) == []
    assert (card.ended, card.next_at) == (True, None)
    assert "Tom resolved the incident." in said(card)
    assert "In effect: Checks off, since 02:14 UTC2 steps deferred" in said(card)


def test_a_hidden_card_tells_nothing_but_the_way():
    card = cards.hidden(replace(of_step(), title="The payroll is out"))

    assert said(card) == "INC-42 is private. Open the desk"
    assert "payroll" not in card.text


def test_nothing_that_counts_down_is_never_told_anew():
    assert cards.card(QUIET, NOW).next_at is None


@given(st.integers(1, 7_200))
def test_a_countdown_is_told_anew_within_a_minute_and_at_its_end(seconds):
    due_at = NOW + timedelta(seconds=seconds)

    next_at = cards.card(replace(QUIET, pages=[replace(PAGE, due_at=due_at)]), NOW).next_at

    assert NOW < next_at <= min(due_at, NOW + timedelta(minutes=1))


@given(st.integers(-60, 7_200), st.integers(-60, 7_200))
def test_the_next_telling_is_always_ahead(page, update):
    story = replace(
        QUIET,
        pages=[replace(PAGE, due_at=NOW + timedelta(seconds=page))],
        update_due_at=NOW + timedelta(seconds=update),
        effects=[EffectSeen("Checks off", NOW, NOW + timedelta(seconds=update))],
    )

    assert cards.card(story, NOW).next_at > NOW
