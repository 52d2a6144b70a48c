"""Words of an update that did not arrive: whether they can be sent again."""

from dataclasses import replace

import pytest

from incident.rules import repeats as rules
from incident.rules.repeats import Unheard

REFUSED = Unheard("executives", channel="C0EXEC", state="refused", overtaken=False)


def problem(unheard, status="investigating", mode="live"):
    return rules.problem(unheard, key="INC-7", status=status, mode=mode)


@pytest.mark.parametrize("state", ["refused", "not_sent", ""])
@pytest.mark.parametrize("status", ["investigating", "resolved", "closed"])
def test_what_did_not_arrive_can_be_sent_again(state, status):
    assert problem(replace(REFUSED, state=state), status) == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "sent"}, "It is there already."),
        ({"state": "due"}, "It is on its way already."),
        ({"state": "sending"}, "It is on its way already."),
        ({"overtaken": True}, "A newer update was written for executives."),
        ({"channel": ""}, "There is no channel for executives."),
    ],
)
def test_what_would_be_told_twice_too_late_or_nowhere_is_not(change, sentence):
    assert problem(replace(REFUSED, **change)) == sentence


def test_neither_is_a_drill_or_what_was_merged():
    assert problem(REFUSED, mode="drill") == "In a drill nothing is posted."
    assert problem(REFUSED, status="merged") == (
        "INC-7 is merged. Write the update for the other one."
    )


@pytest.mark.parametrize(("again", "end"), [(True, " again"), (False, "")])
def test_the_timeline_says_to_whom(again, end):
    said = rules.line(by="Maya", written="02:00", place="#exec", again=again)

    assert said == f"Maya sends the update of 02:00 to #exec{end}"
