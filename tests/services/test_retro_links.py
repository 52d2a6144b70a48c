"""Two incidents in one retro: the second began where the first was believed to be over."""

import pytest

from incident.rules.outcome import NotAllowed
from incident.services import corrections, effects, incidents, retro_links, retros
from incident.services.incidents import Opening
from incident.storage import incidents as incident_rows
from incident.storage import retros as rows
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA, START, TOM
from tests.services.retro_story import at


def change(command, key, when=START, **asked):
    with transaction() as session:
        return command(session, incident_key=key, at=when, **{"actor": ADA, **asked})


def link(key, other):
    return change(retro_links.link, key, other=other)


def values(key):
    with reading() as session:
        return retros.as_values(session, key)


def is_owed(key):
    with reading() as session:
        return rows.is_owed(session, incident_rows.get(session, key))


@pytest.fixture
def comments(sqlite):
    """Comments fail, are mended at noon, and that is believed to be all."""
    opening = Opening(
        title="Comments fail to post", severity="sev2", zone="America/New_York",
        started_at=at(8, 6), first_signal_at=at(9, 0),
    )  # fmt: skip
    with transaction() as session:
        key = incidents.open_incident(session, opening, actor=MAYA, at=at(9, 11)).key
    change(incidents.move, key, at(9, 12), action="mitigate")
    change(incidents.move, key, at(9, 12, 30), action="resolve")
    return key


@pytest.fixture
def pushes(comments):
    """At two in the morning somebody posts; at seven it is read."""
    opening = Opening(
        title="Wrong pushes queued", severity="sev2", zone="America/New_York", source="slack",
        status="triage", first_signal_at=at(10, 2),
    )  # fmt: skip
    with transaction() as session:
        key = incidents.open_incident(session, opening, actor=TOM, at=at(10, 2)).key
    change(incidents.move, key, at(10, 7), action="accept")
    change(effects.put_in_force, key, at(10, 7, 15), text="iOS certificate removed")
    change(incidents.move, key, at(10, 9), action="resolve")
    return key


def test_the_phases_of_both_are_one_story(comments, pushes):
    link(comments, pushes)

    assert [phase["name"] for phase in values(comments)["phases"]] == [
        "Broken, nobody knew", "Reported, not seen", "Investigating", "Thought it was over",
        "Posted, not paged", "Investigating",
    ]  # fmt: skip


def test_the_gaps_of_both_are_named(comments, pushes):
    link(comments, pushes)

    assert [(gap["name"], gap["seconds"] / 3600) for gap in values(comments)["gaps"]] == [
        ("report → seen", 11.0), ("posted → seen", 5.0),
    ]  # fmt: skip


def test_the_document_tells_both(comments, pushes):
    link(comments, pushes.lower())

    with reading() as session:
        written = retros.export_markdown(session, comments)
    assert f"Told together with {pushes}, Wrong pushes queued." in written
    assert f"| 10 Jul 2021, 07:00 EDT | {pushes}: Ada accepted the incident | Ada |" in written
    assert "| iOS certificate removed | 10 Jul 2021, 07:15 EDT | still in effect |" in written


def test_only_one_retro_is_owed_for_both(comments, pushes):
    assert is_owed(pushes)

    link(comments, pushes)

    assert (is_owed(comments), is_owed(pushes)) == (True, False)
    assert values(pushes)["waived"] == f"told in the retro of {comments}"


def test_told_apart_again_each_owes_its_own(comments, pushes):
    link(comments, pushes)

    change(retro_links.unlink, comments, other=pushes)

    assert is_owed(pushes)
    assert len(values(comments)["gaps"]) == 1


def test_a_waiver_of_its_own_stays_when_told_apart(comments, pushes):
    change(retros.waive, pushes, reason="a flake")
    link(comments, pushes)

    change(retro_links.unlink, comments, other=pushes)

    assert values(pushes)["waived"] == "a flake"


def test_linking_twice_changes_nothing(comments, pushes):
    link(comments, pushes)
    with reading() as session:
        before = incident_rows.get(session, comments).last_seq

    link(comments, pushes)

    with reading() as session:
        assert incident_rows.get(session, comments).last_seq == before


@pytest.mark.parametrize(
    ("other", "refusal"),
    [("INC-1", "cannot be linked with itself"), ("INC-99", "There is no incident INC-99"),
     ("nonsense", "There is no incident nonsense"), ("", "There is no incident without a key")],
)  # fmt: skip
def test_what_cannot_be_linked_is_refused(comments, other, refusal):
    with pytest.raises(NotAllowed, match=refusal):
        link(comments, other)


def test_a_chain_of_retros_is_refused(comments, pushes):
    link(comments, pushes)
    with transaction() as session:
        third = incidents.open_incident(session, Opening(title="x"), actor=MAYA, at=START).key

    with pytest.raises(NotAllowed, match="tells others itself"):
        link(third, comments)


def test_a_drill_is_not_told_with_what_was_real(comments):
    with transaction() as session:
        opening = Opening(title="x", mode="drill")
        drill = incidents.open_incident(session, opening, actor=MAYA, at=START).key

    with pytest.raises(NotAllowed, match="A drill and a live incident"):
        link(comments, drill)


def test_a_correction_in_one_is_seen_in_the_other(comments, pushes):
    link(comments, pushes)

    change(corrections.correct, pushes, at(11, 9), seq=2, occurred_at=at(10, 6))

    assert values(comments)["gaps"][-1]["seconds"] == 4 * 3600
