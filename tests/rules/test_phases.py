"""The phases of an incident, and the picture of them."""

from itertools import pairwise

import pytest

from incident.rules.retros.phases import MOST, NARROWEST, SPACE, WIDTH, bars, broken, phases
from tests.rules.records import T0, a_record, after, an_event, corrected


def labels(facts):
    return [phase.label for phase in phases(facts)]


def a_long_night():
    return a_record(
        an_event("incident_identified", minutes=20),
        an_event("incident_mitigated", hours=1),
        an_event("note_added", hours=12),
        an_event("incident_reopened", hours=19),
        an_event("incident_mitigated", hours=21),
        an_event("incident_resolved", hours=22),
        corrected(4, moment="posted"),
        started_at=after(hours=-29), first_signal_at=after(hours=-11),
    )  # fmt: skip


def test_the_phases_say_what_people_knew():
    assert labels(a_long_night()) == [
        "Broken, nobody knew",
        "Reported, not seen",
        "Investigating",
        "Fixing",
        "Thought it was over",
        "Posted, not paged",
        "Investigating",
        "Cleaning up",
    ]


def test_the_phases_follow_each_other_from_the_first_moment_to_the_last():
    found = phases(a_long_night())

    assert found[0].start == after(hours=-29)
    assert found[-1].end == after(hours=22)
    assert all(a.end == b.start for a, b in pairwise(found))


def test_a_fix_that_held_is_not_a_belief():
    facts = a_record(
        an_event("incident_mitigated", minutes=10), an_event("incident_resolved", minutes=30)
    )

    assert labels(facts) == ["Investigating", "Cleaning up"]


def test_neighbours_that_look_the_same_are_one_phase():
    facts = a_record(
        an_event("page_acknowledged", minutes=4), an_event("incident_resolved", minutes=30)
    )

    assert [(p.label, p.end) for p in phases(facts)] == [("Investigating", after(minutes=30))]


def test_the_picture_follows_a_corrected_time():
    facts = a_record(
        an_event("incident_mitigated", minutes=10), an_event("incident_resolved", minutes=30),
        corrected(2, at=after(minutes=25)),
    )  # fmt: skip

    assert [phase.end for phase in phases(facts)] == [after(minutes=25), after(minutes=30)]


def test_an_open_incident_is_drawn_to_the_present():
    facts = a_record(status="investigating", at=after(hours=3))

    assert [(p.start, p.end) for p in phases(facts)] == [(T0, after(hours=3))]


def test_the_bars_fill_the_picture_and_every_label_has_room():
    drawn = bars(phases(a_long_night()))

    assert drawn[0].x == 0
    assert drawn[-1].x + drawn[-1].width == WIDTH
    assert all(b.x - a.x - a.width == SPACE for a, b in pairwise(drawn))
    assert min(bar.width for bar in drawn) >= NARROWEST


def test_the_longest_wait_is_the_widest_bar():
    drawn = bars(phases(a_long_night()))

    assert max(drawn, key=lambda bar: bar.width).phase.label == "Broken, nobody knew"


def test_too_many_phases_do_not_stand_side_by_side():
    found = phases(a_long_night())

    assert bars(found * 2) == ()
    assert bars(found[:1] * MOST) != ()
    assert bars(()) == ()


@pytest.mark.parametrize(
    ("label", "width", "lines"),
    [
        ("Fixing", 88, ("Fixing",)),
        ("Thought it was over", 88, ("Thought it", "was over")),
        ("Thought it was over", 300, ("Thought it was over",)),
        ("Investigating", 20, ("Investigating",)),
    ],
)
def test_a_label_takes_two_lines_where_one_is_too_narrow(label, width, lines):
    assert broken(label, width) == lines
