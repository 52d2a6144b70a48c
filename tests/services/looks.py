"""What a test looks at after a command: the timeline, the steps, the outbox."""

from incident.storage import incidents, outbox, pages, steps, timeline
from incident.storage.db import reading


def the(key):
    with reading() as session:
        return incidents.get(session, key)


def events(key, after=0):
    with reading() as session:
        return timeline.since(session, incidents.id_of(key), after)


def kinds(key):
    return [event.kind for event in events(key)]


def last_line(key):
    return events(key)[-1].text


def states(key):
    with reading() as session:
        return [step.state for step in steps.of_incident(session, incidents.id_of(key))]


def step(key, number):
    with reading() as session:
        found = steps.of_incident(session, incidents.id_of(key))
        return next(step for step in found if step.number == number)


def deliveries(key):
    with reading() as session:
        return outbox.of_incident(session, incidents.id_of(key))


def the_pages(key):
    with reading() as session:
        return pages.of_incident(session, incidents.id_of(key))
