"""Dates that cannot all be true are named, and left alone."""

from incident.rules.retros.contradictions import contradictions
from tests.rules.records import a_record, after, an_event, corrected


def test_dates_in_order_contradict_nothing():
    facts = a_record(
        an_event("incident_mitigated", hours=1), an_event("incident_resolved", hours=2),
        started_at=after(hours=-1), mitigated_at=after(hours=1), resolved_at=after(hours=2),
    )  # fmt: skip

    assert contradictions(facts) == ()


def test_resolved_before_it_began_is_flagged():
    facts = a_record(started_at=after(hours=3), first_signal_at=None, resolved_at=after(hours=2))

    assert contradictions(facts)[-1] == (
        "It began 10 Jul 2021, 05:00 UTC, after it was resolved 10 Jul 2021, 04:00 UTC."
    )


def test_an_event_written_down_before_it_happened_is_flagged():
    facts = a_record(
        an_event("note_added", "Queue purged", hours=5, recorded_at=after(hours=1), data={})
    )

    assert contradictions(facts) == (
        "“Queue purged” is dated 10 Jul 2021, 07:00 UTC, "
        "but was written down 10 Jul 2021, 03:00 UTC, before it.",
    )


def test_a_clock_a_second_ahead_of_ours_contradicts_nothing():
    facts = a_record(
        an_event("report_received", occurred_at=after(seconds=2), recorded_at=after(seconds=1))
    )

    assert contradictions(facts) == ()


def test_mended_again_after_a_resolution_that_did_not_hold_is_no_contradiction():
    facts = a_record(
        an_event("incident_resolved", hours=1), an_event("incident_reopened", hours=2),
        mitigated_at=after(hours=3), resolved_at=after(hours=1),
    )  # fmt: skip

    assert contradictions(facts) == ()


def test_a_correction_makes_the_flag_go():
    mended = an_event("incident_mitigated", hours=2)
    row = {"mitigated_at": after(hours=2), "resolved_at": after(hours=1)}

    assert len(contradictions(a_record(mended, **row))) == 1
    assert contradictions(a_record(mended, corrected(2, at=after(minutes=30)), **row)) == ()
