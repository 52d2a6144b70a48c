"""The live card pressed through Slack's own door."""

import pytest

from incident.delivery.asides import ASIDES
from tests.slack.card_desk import CardDesk
from tests.slack.conftest import button, general_checklist


@pytest.fixture
def awake(desk, clock):
    """Maya is awake, and the card with its first step stands in the thread."""
    sam = desk(checklist=general_checklist())
    sam.says()
    sam.presses(button(sam.receipt(), "Page now"))
    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")
    shown = CardDesk("INC-1", clock)
    shown.catch_up()
    clock.forward(seconds=10)
    return sam, shown


def test_a_step_is_done_from_slack(awake):
    sam, shown = awake

    sam.presses(shown.button("Done"), user="U0MAYA")
    shown.catch_up()

    assert "Maya completed step 1: Say that you have it" in sam.lines()
    assert "Look at the first report" in shown.text()


def test_who_may_not_press_hears_it_alone(awake, monkeypatch):
    sam, shown = awake
    before, asides = (sam.lines(), len(sam.said("INC-1"))), []
    monkeypatch.setattr(ASIDES, "give", asides.append)

    sam.presses(shown.button("Done"), user="U0EVE", name="eve")

    [aside] = asides
    assert "write your Slack member id U0EVE" in aside.reply.text
    assert (sam.lines(), len(sam.said("INC-1"))) == before


def test_page_opens_its_dialog(awake, monkeypatch):
    sam, shown = awake
    asides = []
    monkeypatch.setattr(ASIDES, "give", asides.append)

    sam.presses(shown.button("Page…"), user="U0EVE", name="eve")

    assert asides[0].asked.name == "page"
    assert len(sam.pages()) == 1
