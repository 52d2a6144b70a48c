"""How long nothing happened, and what that time is called."""

from datetime import timedelta

from incident.rules.retros.gaps import gaps, silences
from tests.rules.records import T0, a_record, after, an_event, corrected


def named(facts):
    return [(gap.name, gap.length) for gap in gaps(facts)]


def test_a_report_waits_until_the_team_declares_it():
    facts = a_record(first_signal_at=after(hours=-11))

    assert named(facts) == [("report → seen", timedelta(hours=11))]


def test_an_incident_declared_at_once_has_no_gap():
    assert named(a_record()) == []


def test_a_post_that_pages_nobody_waits_until_somebody_reads_it():
    facts = a_record(
        an_event("note_added", hours=1), an_event("note_added", hours=6),
        corrected(2, moment="posted"), corrected(3, moment="seen"),
    )  # fmt: skip

    assert named(facts)[-1] == ("posted → seen", timedelta(hours=5))


def test_every_leg_of_the_way_has_its_name():
    facts = a_record(
        an_event("page_accepted", minutes=2),
        an_event("page_acknowledged", minutes=9),
        source="slack", declared_at=None, first_signal_at=after(minutes=-1),
    )  # fmt: skip

    assert named(facts) == [
        ("posted → paged", timedelta(minutes=3)),
        ("paged → acknowledged", timedelta(minutes=7)),
    ]


def test_a_second_message_does_not_make_the_wait_shorter():
    facts = a_record(
        an_event("report_received"), an_event("report_joined", minutes=20),
        an_event("page_acknowledged", minutes=30),
        source="slack", declared_at=None,
    )  # fmt: skip

    assert named(facts) == [("posted → acknowledged", timedelta(minutes=30))]


def test_a_page_nobody_ever_answered_lasts_to_the_end_of_the_record():
    facts = a_record(
        an_event("page_accepted", minutes=5), an_event("incident_resolved", hours=2),
    )  # fmt: skip

    assert named(facts)[-1] == ("paged → nobody", timedelta(minutes=115))


def test_what_was_seen_and_mended_is_not_waiting_when_it_breaks_again():
    facts = a_record(
        an_event("incident_mitigated", hours=1), an_event("note_added", hours=12),
        corrected(3, moment="posted"), an_event("incident_resolved", hours=13),
    )  # fmt: skip

    assert [name for name, _ in named(facts)] == ["posted → nobody"]


def test_a_silence_is_longer_than_a_quarter_of_an_hour():
    facts = a_record(an_event("note_added", minutes=15), an_event("note_added", minutes=31))

    assert [(s.start, s.end) for s in silences(facts)] == [(after(minutes=15), after(minutes=31))]


def test_an_update_that_is_asked_for_breaks_no_silence():
    facts = a_record(
        an_event("update_due", minutes=10), an_event("update_overdue", minutes=15),
        an_event("note_added", minutes=31),
    )  # fmt: skip

    assert [(s.start, s.end) for s in silences(facts)] == [(after(), after(minutes=31))]


def test_after_a_resolution_nobody_is_silent():
    facts = a_record(
        an_event("incident_resolved", minutes=5), an_event("incident_reopened", hours=9),
        an_event("incident_resolved", hours=9, minutes=5),
    )  # fmt: skip

    assert silences(facts) == ()


def test_what_came_before_the_first_signal_is_no_silence():
    facts = a_record(an_event("incident_resolved", minutes=5), started_at=after(hours=-30))

    assert silences(facts) == ()


def test_a_gap_follows_the_correction_of_its_event():
    facts = a_record(
        an_event("page_accepted", minutes=1), an_event("page_acknowledged", minutes=2),
        corrected(3, at=T0 + timedelta(minutes=21)),
    )  # fmt: skip

    assert ("paged → acknowledged", timedelta(minutes=20)) in named(facts)
