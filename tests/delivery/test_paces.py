"""Slack is asked for no more than it takes, in the order in which it was promised."""

from datetime import timedelta

import pytest

from incident.delivery import housekeeping
from incident.delivery.catch_up import CatchUp
from incident.integrations.notifier import Delivered, TryAgain
from incident.rules.outcome import Notice
from incident.services import pages, slack_health
from incident.storage import claims, paces, proofs
from incident.storage.db import reading, transaction
from tests.conftest import START, TOM, connect_target
from tests.delivery.conftest import a_post, deliver, promise, rows
from tests.delivery.notifiers import Told

INTENT = "ic/testtest/1/{}/g1/post"
TOO_MANY = TryAgain("Slack takes no more posts just now", crowded=True)


class Poster(Told):
    """Takes everything, once it has said what it was told to say. Notes who, and when."""

    def __init__(self, clock, *answers):
        super().__init__(*answers)
        self._clock, self._start = clock, clock()

    def send(self, message):
        self.sent.append(message)
        answer = self.answers.pop(0) if self.answers else None
        return answer or Delivered({"channel": channel_of(message), "ts": "1.1"})

    @property
    def went(self):
        return [message.intent_key.split("/")[3] for message in self.sent]


def channel_of(message):
    return {"#support": "C0SUPPORT"}.get(message.target, message.target)


def an_edit(number, of="post-1", *, channel="C0A"):
    return a_post(
        f"edit-{number}",
        action="update",
        channel=channel,
        update_of=INTENT.format(of),
        text=f"Wording {number}",
    )


def deliver_all(poster, clock):
    """Whatever may go just now."""
    count = 0
    while deliver(poster, clock, integration="slack"):
        count += 1
    return count


def in_steps(poster, clock, *, seconds, step=0.5):
    """How many went in each step of time."""
    counts = []
    for _ in range(int(seconds / step)):
        counts.append(deliver_all(poster, clock))
        clock.forward(seconds=step)
    return counts


def next_at(clock):
    with reading() as session:
        return claims.next_due_at(session, "slack", clock())


@pytest.fixture
def key(database, an_incident):
    return an_incident()


def test_a_channel_gets_one_post_a_second(key, clock):
    promise(key, *(a_post(f"post-{n}", channel="C0A") for n in range(3)), at=clock())
    poster = Poster(clock)

    counts = in_steps(poster, clock, seconds=3)

    assert counts == [1, 0, 1, 0, 1, 0]
    assert poster.went == ["post-0", "post-1", "post-2"]


def test_two_channels_do_not_wait_for_each_other(key, clock):
    channels = ("C0A", "C0A", "C0B", "C0B")
    promise(key, *(a_post(f"post-{n}", channel=c) for n, c in enumerate(channels)), at=clock())
    poster = Poster(clock)

    assert deliver_all(poster, clock) == 2
    assert poster.went == ["post-0", "post-2"]


def test_a_channel_is_the_same_by_its_name(key, clock):
    promise(key, a_post("post-1", channel="#support"), at=clock())
    poster = Poster(clock)
    deliver_all(poster, clock)

    promise(key, *_by_id_and_name(), at=clock())
    counts = in_steps(poster, clock, seconds=3)

    assert counts == [0, 0, 1, 0, 1, 0]
    assert poster.went == ["post-1", "post-2", "post-3"]


def _by_id_and_name():
    return a_post("post-2", channel="C0SUPPORT"), a_post("post-3", channel="#support")


def test_several_workers_keep_one_pace(key, clock):
    promise(key, *(a_post(f"post-{n}", channel="C0A") for n in range(3)), at=clock())
    poster = Poster(clock)

    went = [deliver(poster, clock, integration="slack", owner=f"worker-{n}") for n in range(3)]

    assert went == [True, False, False]


def test_who_waits_for_its_turn_knows_when_it_comes(key, clock):
    promise(key, *(a_post(f"post-{n}", channel="C0A") for n in range(2)), at=clock())
    assert next_at(clock) == clock()

    deliver_all(Poster(clock), clock)

    assert next_at(clock) == clock() + timedelta(seconds=1)


def test_an_edit_does_not_wait_behind_the_posts_of_its_channel(key, clock):
    promise(key, a_post("post-1", channel="C0A"), at=clock())
    poster = Poster(clock)
    deliver_all(poster, clock)
    promise(key, *(a_post(f"more-{n}", channel="C0A") for n in range(50)), at=clock())
    promise(key, an_edit(1), at=clock())

    assert deliver_all(poster, clock) == 1
    assert poster.went == ["post-1", "edit-1"]


def test_an_edit_waits_until_there_is_something_to_edit(key, clock):
    promise(key, a_post("post-1", channel="C0A"), an_edit(1), at=clock())
    poster = Poster(clock, TryAgain("Slack could not be reached"))

    assert (deliver_all(poster, clock), rows(key)[1].attempts) == (1, 0)
    clock.forward(seconds=1)

    assert deliver_all(poster, clock) == 2
    assert poster.went == ["post-1", "post-1", "edit-1"]


def wordings(key, clock, numbers):
    """Edits as the desk makes them: each is the same message's next generation."""
    edits = [
        Notice(
            "slack",
            "update",
            "C0A",
            "We are on it",
            "receipt",
            settings={
                "channel": "C0A",
                "text": f"{n} more messages",
                "update_of": INTENT.format("receipt"),
            },
            generation=n + 1,
        )
        for n in numbers
    ]
    promise(key, *edits, at=clock())


def test_of_many_wordings_one_goes_out_in_three_seconds_and_the_last_for_certain(key, clock):
    promise(key, a_post("receipt", channel="C0A"), at=clock())
    poster = Poster(clock)
    deliver_all(poster, clock)

    wordings(key, clock, range(1, 30))
    deliver_all(poster, clock)
    clock.forward(seconds=1)
    wordings(key, clock, range(30, 60))
    deliver_all(poster, clock)
    clock.forward(seconds=2)
    deliver_all(poster, clock)

    said = [message.settings["text"] for message in poster.sent[1:]]
    assert said == ["29 more messages", "59 more messages"]
    assert {row.state for row in rows(key)} == {"sent", "superseded"}


def test_after_an_outage_only_the_last_wording_goes_out(key, clock):
    promise(key, a_post("receipt", channel="C0A"), at=clock())
    poster = Poster(clock, None, *[TryAgain("Slack could not be reached")] * 2)
    deliver_all(poster, clock)
    wordings(key, clock, [1])
    deliver_all(poster, clock)
    clock.forward(seconds=3)
    wordings(key, clock, [2])
    deliver_all(poster, clock)

    clock.forward(minutes=60)
    wordings(key, clock, [3, 4])
    deliver_all(poster, clock)

    assert [message.settings["text"] for message in poster.sent[2:]] == [
        "2 more messages",
        "4 more messages",
    ]


def test_no_more_than_fifty_edits_go_out_in_a_minute(key, clock):
    messages = [a_post(f"post-{n}", channel=f"C0{n:03}") for n in range(80)]
    edits = [an_edit(n, f"post-{n}", channel=f"C0{n:03}") for n in range(80)]
    promise(key, *messages, at=clock())
    poster = Poster(clock)
    deliver_all(poster, clock)
    promise(key, *edits, at=clock())

    counts = in_steps(poster, clock, seconds=60)

    assert (counts[0], sum(counts)) == (9, 48)


def test_too_many_holds_exactly_that_channel(key, clock):
    promise(key, *(a_post(f"a-{n}", channel="C0A") for n in range(2)), at=clock())
    promise(key, *(a_post(f"b-{n}", channel="C0B") for n in range(2)), at=clock())
    too_many = TryAgain(TOO_MANY.reason, after=timedelta(seconds=30), crowded=True)
    poster = Poster(clock, too_many)

    in_steps(poster, clock, seconds=29.5)
    before = poster.went
    in_steps(poster, clock, seconds=5)

    assert before == ["a-0", "b-0", "b-1"]
    assert poster.went == ["a-0", "b-0", "b-1", "a-0", "a-1"]


def test_too_many_in_two_channels_holds_every_post_but_no_edit(key, clock):
    promise(key, a_post("post-1", channel="C0A"), at=clock())
    deliver_all(Poster(clock), clock)
    clock.forward(seconds=5)
    promise(key, *(a_post(f"{c}-1", channel=f"C0{c}") for c in "BCD"), an_edit(1), at=clock())
    too_many = TryAgain(TOO_MANY.reason, after=timedelta(seconds=30), crowded=True)
    poster = Poster(clock, too_many, too_many)

    deliver_all(poster, clock)

    assert poster.went == ["B-1", "C-1", "edit-1"]
    assert next_at(clock) == clock() + timedelta(seconds=30)


def test_too_many_edits_hold_no_post(key, clock):
    promise(key, a_post("post-1", channel="C0A"), at=clock())
    deliver_all(Poster(clock), clock)
    clock.forward(seconds=5)
    promise(key, an_edit(1), a_post("post-2", channel="C0A"), at=clock())
    too_many = TryAgain(TOO_MANY.reason, after=timedelta(seconds=30), crowded=True)
    poster = Poster(clock, too_many)

    in_steps(poster, clock, seconds=29.5)
    before = poster.went
    deliver_all(poster, clock)
    clock.forward(seconds=1)
    deliver_all(poster, clock)

    assert before == ["edit-1", "post-2"]
    assert poster.went == ["edit-1", "post-2", "edit-1"]


def test_too_many_edits_and_too_many_posts_in_one_channel_hold_no_other_channel(key, clock):
    promise(key, a_post("post-1", channel="C0A"), at=clock())
    deliver_all(Poster(clock), clock)
    clock.forward(seconds=5)
    others = (a_post("post-2", channel="C0B"), a_post("post-3", channel="C0C"))
    promise(key, an_edit(1), *others, at=clock())
    too_many = TryAgain(TOO_MANY.reason, after=timedelta(seconds=30), crowded=True)
    poster = Poster(clock, too_many, too_many)

    deliver_all(poster, clock)

    assert poster.went == ["edit-1", "post-2", "post-3"]


def test_too_many_for_a_channel_by_its_name_is_too_many_by_its_id(key, clock):
    promise(key, a_post("post-1", channel="#support"), at=clock())
    deliver_all(Poster(clock), clock)
    clock.forward(seconds=5)
    names = ("#support", "C0SUPPORT", "C0B")
    promise(key, *(a_post(f"to-{name}", channel=name) for name in names), at=clock())
    too_many = TryAgain(TOO_MANY.reason, after=timedelta(seconds=30), crowded=True)
    poster = Poster(clock, too_many)

    in_steps(poster, clock, seconds=29)

    assert poster.went == ["to-#support", "to-C0B"]


def test_ten_minutes_of_too_many_leave_the_order_as_it_was(key, clock):
    promise(key, *(a_post(f"post-{n}", channel="C0A") for n in range(4)), at=clock())
    too_many = TryAgain(TOO_MANY.reason, after=timedelta(seconds=30), crowded=True)
    poster = Poster(clock, *[too_many] * 20)

    in_steps(poster, clock, seconds=620)

    assert poster.went[:20] == ["post-0"] * 20
    assert poster.went[20:] == ["post-0", "post-1", "post-2", "post-3"]


def test_more_than_a_minute_of_too_many_is_said_to_everybody(key, clock):
    promise(key, a_post("post-1", channel="C0A"), a_post("post-2", channel="C0B"), at=clock())
    too_many = TryAgain(TOO_MANY.reason, after=timedelta(seconds=40), crowded=True)
    poster = Poster(clock, *[too_many] * 4)

    in_steps(poster, clock, seconds=39)
    before = degraded()
    in_steps(poster, clock, seconds=5)

    assert before == ""
    assert degraded().startswith(
        "Slack degraded since 02:00 UTC: it takes no more from this workspace and asks the desk "
        "to wait until"
    )


def test_once_slack_takes_a_post_there_it_is_well_again(key, clock):
    promise(key, a_post("post-1", channel="C0A"), at=clock())
    too_many = TryAgain(TOO_MANY.reason, after=timedelta(seconds=70), crowded=True)
    poster = Poster(clock, too_many)
    deliver_all(poster, clock)
    while_crowded = degraded()

    in_steps(poster, clock, seconds=75)

    assert "it takes no more in one channel" in while_crowded
    assert degraded() == ""


def test_a_crowd_that_nobody_asks_about_again_is_over_after_a_while(key, clock):
    with transaction() as session:
        slack_health.crowded(session, "slack/C0A", wait=timedelta(seconds=70), at=clock())
    clock.forward(seconds=140)

    CatchUp(clock=clock).turn()

    assert degraded() == ""


def degraded():
    with reading() as session:
        row = proofs.find(session, "slack", "degraded")
        return row.sentence if row is not None else ""


def test_no_page_waits_for_slack(key, clock):
    connect_target("primary")
    promise(key, *(a_post(f"post-{n}", channel="C0A") for n in range(3)), at=clock())
    deliver_all(Poster(clock, TOO_MANY), clock)
    with transaction() as session:
        paces.hold(session, "slack/*", until=clock.now + timedelta(hours=1), now=clock(), reason="")
        pages.page(session, incident_key=key, target="primary", actor=TOM, at=clock())

    assert deliver(Told(Delivered()), clock)
    assert not deliver(Poster(clock), clock, integration="slack")


def test_places_where_nothing_happens_any_more_are_forgotten(key, clock):
    promise(key, a_post("post-1", channel="#support"), a_post("post-2", channel="C0A"), at=clock())
    deliver_all(Poster(clock), clock)

    housekeeping.tidy(clock.forward(hours=2))

    with reading() as session:
        assert [row.place for row in session.query(paces.Pace)] == ["slack/#support"]


def test_whoever_looks_for_a_post_looks_back_a_minute_before_it_was_promised(key, clock):
    promise(key, a_post("post-1", channel="C0A"), at=clock())
    poster = Poster(clock, TryAgain("Slack did not answer", ambiguous=True))
    deliver_all(poster, clock)
    clock.forward(minutes=20)
    deliver_all(poster, clock)

    assert [message.maybe_sent for message in poster.sent] == [False, True]
    assert poster.sent[1].settings["since"] == f"{START.timestamp() - 60:.6f}"
