"""How well those who waited for news were told."""

from datetime import timedelta

from incident.rules.retros import figures
from incident.rules.retros.updates import Discipline, discipline
from tests.rules.records import AnUpdate, a_record, after, an_event

RESOLVED = "incident_resolved"


def test_an_update_in_time_and_one_that_came_late():
    first = AnUpdate(2, after(minutes=9), was_due_at=after(minutes=10))
    late = AnUpdate(3, after(minutes=56), was_due_at=after(minutes=29))
    written = [an_event("update_written", minutes=m) for m in (9, 56)]

    facts = a_record(*written, an_event(RESOLVED, hours=1), updates=[first, late])

    assert discipline(facts) == Discipline(2, due=2, on_time=1, longest=timedelta(minutes=47))


def test_it_stands_among_the_figures():
    late = AnUpdate(2, after(minutes=47), was_due_at=after(minutes=10))
    facts = a_record(an_event("update_written", minutes=47), updates=[late])

    [told] = [one for one in figures.headlines(facts) if one.words.startswith("updates")]

    assert told.value == "0 of 1"
    assert told.words == "updates: 1 due, 0 on time, the longest silence 47 min"


def test_an_update_that_was_asked_for_and_never_came_was_due():
    asked = an_event("update_due", minutes=15)

    kept = discipline(a_record(asked, an_event(RESOLVED, hours=1)))

    assert (kept.due, kept.on_time, kept.longest) == (1, 0, timedelta(hours=1))


def test_one_that_was_put_off_too_late_was_due_too():
    asked, put_off = an_event("update_due", minutes=15), an_event("update_postponed", minutes=16)

    kept = discipline(a_record(asked, put_off, an_event(RESOLVED, minutes=20)))

    assert (kept.due, kept.on_time) == (1, 0)


def test_putting_it_off_before_its_time_counts_as_nothing():
    put_off = an_event("update_postponed", minutes=14)

    assert discipline(a_record(put_off, an_event(RESOLVED, minutes=20))) is None


def test_an_answer_to_the_reminder_is_counted_once():
    asked, written = an_event("update_due", minutes=15), an_event("update_written", minutes=17)
    late = AnUpdate(3, after(minutes=17), was_due_at=after(minutes=15))

    kept = discipline(a_record(asked, written, an_event(RESOLVED, minutes=20), updates=[late]))

    assert (kept.due, kept.on_time) == (1, 0)


def test_nobody_waits_between_the_end_and_a_reopening():
    first = AnUpdate(2, after(minutes=10), was_due_at=after(minutes=15))
    events = (
        an_event("update_written", minutes=10),
        an_event(RESOLVED, minutes=20),
        an_event("incident_reopened", hours=9),
        an_event(RESOLVED, hours=9, recorded_at=after(hours=9)),
    )

    kept = discipline(a_record(*events, updates=[first]))

    assert kept.longest == timedelta(minutes=10)


def test_a_word_that_nobody_was_owed_is_no_figure():
    facts = a_record(an_event("update_written", minutes=5), updates=[AnUpdate(2, after(minutes=5))])

    assert discipline(facts) is None


def test_while_it_goes_on_the_silence_lasts_until_now():
    facts = a_record(an_event("update_due", minutes=15), at=after(minutes=50), status="identified")

    assert discipline(facts).longest == timedelta(minutes=50)
