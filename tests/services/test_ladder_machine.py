"""Whatever happens in whatever order: nobody is paged twice for one thing, and nobody is forgotten.

The machine presses, hears, lets time pass and sends, as it likes. After each move it looks at the
rows; at the end it lets the night go on until nothing is due any more.
"""

import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from incident.delivery.scheduler import Scheduler
from incident.integrations.notifier import Delivered, Refused, TryAgain
from incident.rules.ladder import base_of
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import deliveries, incidents, ladder, pages, runs, steps
from incident.services.incidents import Opening
from incident.storage import db, outbox
from incident.storage import incidents as incident_rows
from incident.storage import pages as page_rows
from incident.storage.pages import LIVE, RINGING
from incident.storage.timers import Timer
from tests.conftest import MAYA, TOM, Clock, _fresh_sqlite, _prepare, a_checklist, connect_target

ITEMS = ("Look at the graph", "Page the on-call {page=primary}", "Write it down")
PEOPLE = st.sampled_from([MAYA, TOM])
RESULTS = st.sampled_from(
    [Delivered(), Delivered(), TryAgain("PagerDuty answered 503", ambiguous=True), Refused("no")]
)
PLACES = st.integers(min_value=0, max_value=5)
WAITS = st.sampled_from([1, 30, 61, 180, 300, 301, 600, 1200, 2 * 3600])
WAITS_FOR_AN_ANSWER = (*RINGING, "refused", "not_sent")


def of_cause(asked, cause):
    return [page for page in asked if base_of(page.cause) == base_of(cause)]


class Night(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="desk-ladder-"))
        self.engine = _fresh_sqlite(self.folder)
        self.clock = Clock()
        self.does_without = False

    def teardown(self):
        try:
            if hasattr(self, "key"):
                self.goes_on_until_nothing_is_due()
        finally:
            self.engine.dispose()
            shutil.rmtree(self.folder)

    @initialize(everyone=st.booleans(), backups=st.integers(min_value=0, max_value=2))
    def opens(self, everyone, backups):
        _prepare()
        names = ["primary", "platform", "lead"][: backups + 1]
        for name, backup in zip(names, [*names[1:], ""], strict=True):
            connect_target(name, backup=backup)
        on_call = [{"name": "Maya"}, {"name": "Tom"}]
        connect_target("primary", everyone=everyone, on_call=on_call)
        with db.transaction() as session:
            opened = incidents.open_incident(
                session, Opening(title="Uploads fail"), actor=MAYA, at=self.clock()
            )
            slug = a_checklist(session, *ITEMS, at=self.clock())
            runs.attach_to(session, opened, slug, actor=MAYA, at=self.clock(), confirmed=True)
            self.key = opened.key
        self.presses(steps.complete, MAYA, number=1)

    @rule(who=PEOPLE)
    def pages_primary_too(self, who):
        self.presses(pages.page, who, target="primary")

    @rule(who=PEOPLE)
    def has_the_step(self, who):
        self.presses(pages.acknowledge, who, number=2)

    @rule(who=PEOPLE, place=PLACES)
    def has_a_page(self, who, place):
        self.presses(pages.acknowledge, who, page_id=self.page(place).id)

    @rule(who=PEOPLE, place=PLACES)
    def says_not_me(self, who, place):
        page, before = self.page(place), self.pages()
        head = of_cause(before, page.cause)[-1]
        self.presses(ladder.not_me, who, page_id=page.id)
        if head.id != page.id and head.state in LIVE:
            assert len(self.pages()) == len(before), "two follow the same page"

    @rule(who=PEOPLE)
    def pages_again(self, who):
        if self.presses(pages.page_again, who, number=2):
            self.does_without = False

    @rule(who=PEOPLE)
    def works(self, who):
        self.presses(steps.note, who, number=3, text="Looking at the queue")

    @rule(who=PEOPLE)
    def goes_on_without(self, who):
        if self.presses(steps.override, who, number=2, reason="Everybody is here"):
            self.does_without = True

    @rule(who=PEOPLE)
    def reopens_the_step(self, who):
        self.presses(steps.reopen, who, number=2)

    @rule(who=PEOPLE, action=st.sampled_from(["resolve", "reopen"]))
    def moves(self, who, action):
        self.presses(incidents.move, who, action=action)

    @rule(who=PEOPLE, place=PLACES)
    def answers_in_pagerduty(self, who, place):
        actor = Actor(who.name, role="system", source="pagerduty")
        with db.transaction() as session:
            incident, page = self.locked(session, place)
            ladder.answered(session, incident, page, who=who.name, actor=actor, at=self.clock())

    @rule(place=PLACES)
    def lapses_in_pagerduty(self, place):
        with db.transaction() as session:
            incident, page = self.locked(session, place)
            if any(row.state == "sent" for row in outbox.of_page(session, page.id)):
                ladder.went_stale(session, incident, page, at=self.clock())

    @rule(result=RESULTS)
    def sends(self, result):
        with db.transaction() as session:
            claimed = deliveries.claim(session, integration="pagerduty", owner="w", at=self.clock())
        if claimed is not None:
            with db.transaction() as session:
                deliveries.settle(session, claimed, result, at=self.clock(), spread=0.0)

    @rule(seconds=WAITS)
    def waits(self, seconds):
        self.clock.forward(seconds=seconds)
        self.sweeps()

    @rule(seconds=st.sampled_from([1, 60, 600]))
    def is_set_back(self, seconds):
        self.clock.forward(seconds=-seconds)
        self.sweeps()

    @invariant()
    def wakes_for_one_thing_once(self):
        with db.reading() as session:
            sent = outbox.of_incident(session, 1)
        triggers = [row.dedup_key for row in sent if row.action == "trigger"]
        assert len(triggers) == len(set(triggers)) == len(self.pages())

    @invariant()
    def has_one_ladder_for_a_cause_and_one_head(self):
        for asked in self.ladders():
            assert asked[0].follows_id is None
            assert [later.follows_id for _, later in pairwise(asked)] == [p.id for p in asked[:-1]]

    @invariant()
    def waits_for_whoever_is_at_its_head(self):
        """Nothing that is done with is waited for, and nothing that rings is forgotten."""
        due = self.due()
        for asked in self.ladders():
            for page in asked:
                answered_or_over = page.state in ("acknowledged", "superseded", "resolved")
                assert not (answered_or_over and f"rung-{page.id}" in due)
            head = asked[-1]
            if head.state in LIVE and not self.is_left_to_people(head):
                assert f"rung-{head.id}" in due, f"{head.cause} {head.state}: {head.alarm}"

    def sweeps(self):
        before = self.pages()
        waiting = [page for page in before if page.state in WAITS_FOR_AN_ANSWER]
        asleep = [name for name in self.due(by_now=True) if name.startswith("asleep")]
        Scheduler(clock=self.clock).sweep()
        if not waiting and not asleep:
            assert len(self.pages()) == len(before), "somebody was paged after the answer"

    def goes_on_until_nothing_is_due(self):
        for _ in range(60):
            for _ in range(4):
                self.sends(Delivered())
            self.waits(300)
            if not self.due():
                break
        assert self.due() == []
        if self.is_open():
            heads = [asked[-1] for asked in self.ladders()]
            forgotten = [page for page in heads if page.state in LIVE]
            assert all(self.is_left_to_people(page) for page in forgotten)

    def is_left_to_people(self, page):
        """Somebody has said that the step needs no answer."""
        return page.step == 2 and self.does_without

    def presses(self, command, actor, **asked):
        """Whether it was allowed."""
        with suppress(NotAllowed), db.transaction() as session:
            command(session, incident_key=self.key, actor=actor, at=self.clock(), **asked)
            return True
        return False

    def locked(self, session, place):
        asked = page_rows.of_incident(session, 1)
        return incident_rows.lock(session, self.key), asked[place % len(asked)]

    def page(self, place):
        asked = self.pages()
        return asked[place % len(asked)]

    def pages(self):
        with db.reading() as session:
            return page_rows.of_incident(session, 1)

    def ladders(self):
        by_cause = {}
        for page in self.pages():
            by_cause.setdefault(base_of(page.cause), []).append(page)
        return by_cause.values()

    def is_open(self):
        with db.reading() as session:
            return incident_rows.get(session, self.key).open

    def due(self, *, by_now=False):
        query = select(Timer.name).where(Timer.state == "due")
        if by_now:
            query = query.where(Timer.due_at <= self.clock())
        with db.reading() as session:
            return list(session.scalars(query))


Night.TestCase.settings = settings(
    max_examples=14, stateful_step_count=20, deadline=timedelta(seconds=30)
)
TestNight = Night.TestCase
