import pytest

from incident.rules.incidents import (
    Status,
    move,
    possible_moves,
    require_nothing_owed,
    severity_of,
    title_of,
)
from incident.rules.outcome import NotAllowed


def test_asking_for_what_already_is_changes_nothing():
    assert move("mitigated", "mitigate") is None


def test_a_triaged_incident_is_accepted_into_investigating():
    assert move("triage", "accept") is Status.INVESTIGATING


def test_every_open_incident_can_be_resolved():
    for status in ("triage", "investigating", "identified", "mitigated"):
        assert move(status, "resolve") is Status.RESOLVED


def test_what_is_resolved_is_reopened_not_mitigated():
    with pytest.raises(NotAllowed, match="You cannot mitigate an incident that is resolved"):
        move("resolved", "mitigate")

    assert move("resolved", "reopen") is Status.INVESTIGATING


def test_a_merged_incident_goes_nowhere():
    assert possible_moves("merged") == []


def test_closing_names_everything_that_is_owed():
    with pytest.raises(NotAllowed, match="step 7 is deferred; “Deploys frozen” is still in effect"):
        require_nothing_owed(deferred=[7], effects=["Deploys frozen"], retro_owed=False)


def test_closing_with_nothing_owed_is_allowed():
    assert require_nothing_owed(deferred=[], effects=[], retro_owed=False) is None


@pytest.mark.parametrize("text", ["sev2", "SEV2", "sev 2", "SEV-2", "2"])
def test_severities_are_read_as_people_write_them(text):
    assert severity_of(text) == "sev2"


def test_an_unknown_severity_is_refused_with_the_choices():
    with pytest.raises(NotAllowed, match="sev1, sev2, sev3, sev4"):
        severity_of("apocalyptic")


def test_a_title_is_one_line_of_at_most_three_hundred_characters():
    assert title_of("  Uploads\n are   failing ") == "Uploads are failing"
    assert len(title_of("x" * 5000)) == 300


def test_an_empty_title_is_refused():
    with pytest.raises(NotAllowed, match="Give the incident a title"):
        title_of(" \n ")
