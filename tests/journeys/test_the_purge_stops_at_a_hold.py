"""1.2 million keys were once deleted with one person looking. Here the list counts them twice."""

import pytest

from config import ROOT
from incident.rules.outcome import NotAllowed
from incident.services import checklists, incidents, runs, steps
from incident.storage.db import reading, transaction
from incident.storage.steps import of_incident
from tests.conftest import MAYA, TOM
from tests.services.looks import kinds, step, the

YES = {"yes": "yes", "no": "no", "0": "0", ">0": "1 204 331", ">=0": "0"}


@pytest.fixture
def the_purge(database, an_incident, clock):
    """An incident that follows the starter list about runaway notifications."""
    key = an_incident(title="Push notifications run away", severity="sev2")
    with transaction() as session:
        checklists.load_starters(session, ROOT / "starter", at=clock())
    with transaction() as session:
        runs.attach(
            session,
            incident_key=key,
            slug="runaway-notifications",
            actor=MAYA,
            at=clock(),
            confirmed=True,
        )
    return key


def numbers(key, kind=None):
    with reading() as session:
        found = of_incident(session, the(key).id)
    return [s.number for s in found if kind is None or s.kind == kind]


def settle(key, number, clock, actor=MAYA):
    """What a patient person would press on this step."""
    clock.forward(minutes=1)
    row = step(key, number)
    asked = {"incident_key": key, "number": number, "actor": actor, "at": clock()}
    with transaction() as session:
        if row.kind == "decide":
            steps.answer(session, value="no", **asked)
        elif row.kind in ("page", "post"):
            steps.override(session, reason="told them by voice", **asked)
        else:
            steps.complete(session, value=YES.get(row.settings.get("expect"), ""), **asked)


def current(key):
    with reading() as session:
        found = of_incident(session, the(key).id)
    return next((s.number for s in found if s.state == "current"), None)


def go_on_until(key, number, clock):
    """Work from the top; whoever was paged answers, and posts are said aloud."""
    while (at := current(key)) is not None and at < number:
        with reading() as session:
            found = of_incident(session, the(key).id)
        for other in [s.number for s in found if s.state == "waiting"]:
            settle(key, other, clock)
        settle(key, at, clock)


def test_nothing_after_the_counts_can_be_ticked_before_they_agree(the_purge, clock):
    _, second_hold = numbers(the_purge, "hold")

    with pytest.raises(NotAllowed, match="must be done first"), transaction() as session:
        steps.complete(
            session, incident_key=the_purge, number=second_hold + 1, actor=MAYA, at=clock()
        )


def test_the_count_is_written_down_before_the_hold_opens(the_purge, clock):
    _, second_hold = numbers(the_purge, "hold")
    counted = [n for n in numbers(the_purge) if step(the_purge, n).settings.get("expect") == ">0"]
    go_on_until(the_purge, counted[0], clock)

    with pytest.raises(NotAllowed, match="asks what you saw"), transaction() as session:
        steps.complete(session, incident_key=the_purge, number=counted[0], actor=MAYA, at=clock())
    go_on_until(the_purge, second_hold, clock)
    settle(the_purge, second_hold, clock, TOM)

    assert len(counted) == 2
    assert [step(the_purge, n).value for n in counted] == ["1 204 331"] * 2
    assert step(the_purge, second_hold).settled_by == "Tom"


def test_the_list_names_no_deleting_command(the_purge):
    written = " ".join(step(the_purge, n).body for n in numbers(the_purge))

    assert not any(word in written.lower() for word in ("del ", "unlink", "flushall", "rm -"))


def test_what_was_switched_off_stays_on_the_record_until_it_is_undone(the_purge, clock):
    go_on_until(the_purge, max(numbers(the_purge)) + 1, clock)
    with transaction() as session:
        incidents.move(session, incident_key=the_purge, action="resolve", actor=MAYA, at=clock())

    with pytest.raises(NotAllowed, match="still in effect"), transaction() as session:
        incidents.move(session, incident_key=the_purge, action="close", actor=MAYA, at=clock())

    assert kinds(the_purge).count("effect_began") == 3
