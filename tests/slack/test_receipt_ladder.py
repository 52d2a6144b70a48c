"""The receipt as the ladder of its page is climbed: it never says less than the truth."""

import pytest

from incident.delivery.worker import deliver_one
from incident.integrations.notifier import Delivered, Refused
from incident.rules import alarms
from incident.rules.heard import Heard
from incident.services import hearing, page_alarms, pages, privacy
from incident.services import incidents as incident_services
from incident.services.messages import objection_to
from incident.storage import incidents as incident_rows
from incident.storage import pages as page_rows
from incident.storage import targets
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA, connect_target
from tests.slack.conftest import button, labels, text_of

ZOE = [{"name": "Zoe", "phone": "+1 555 0109"}]


class Pagers:
    """PagerDuty takes every page but those to whom it does not know."""

    def __init__(self, *unknown):
        self.unknown = unknown

    def send(self, message):
        if message.target in self.unknown:
            return Refused("PagerDuty does not know this key")
        return Delivered({"dedup_key": message.dedup_key})

    def close(self):
        pass


@pytest.fixture
def pass_time(clock):
    """Minutes go by one after the other, and PagerDuty is told what there is to tell."""

    def go_by(desk, pagers, minutes, seconds=0):
        for _ in range(minutes):
            desk.wait(minutes=1)
            while deliver_one(pagers, integration="pagerduty", owner="w", clock=clock):
                pass
        desk.wait(seconds=seconds)

    return go_by


@pytest.fixture
def ladder(desk):
    """A desk whose primary has secondary behind it, and maybe somebody behind that."""

    def build(*behind):
        built = desk()
        names = ["primary", "secondary", *behind]
        connect_target("secondary", key="S" * 32, phones=ZOE)
        for name in behind:
            connect_target(name, key="T" * 32)
        with transaction() as session:
            for name, backup in zip(names, names[1:], strict=False):
                targets.find(session, name).backup = backup
        return built

    return build


def alarm_posts(desk):
    return [text_of(post) for post in desk.said("INC-1", "/alarm-")]


def outcries(desk):
    return [text_of(post) for post in desk.said("INC-1", "/outcry-")]


def acknowledge(clock):
    with transaction() as session:
        newest = page_rows.of_incident(session, 1)[-1]
        newest.state = "notified"
        pages.acknowledge(session, incident_key="INC-1", page_id=newest.id, actor=MAYA, at=clock())


def test_it_says_who_is_behind_the_target_by_when_and_who_follows(ladder):
    sam = ladder()
    with transaction() as session:
        targets.find(session, "primary").on_call = [{"name": "Maya", "email": "m@example.org"}]
    sam.says()
    sam.wait(seconds=30)

    assert text_of(sam.receipt()) == (
        "INC-1: Paging primary (Maya) now. Unless somebody answers by 02:05:30 UTC, secondary is "
        "paged."
    )


def test_another_severity_is_another_time_by_which_to_answer(ladder, clock):
    sam = ladder()
    sam.says()
    with transaction() as session:
        incident_services.set_severity(
            session, incident_key="INC-1", severity="sev4", actor=MAYA, at=clock()
        )
    sam.wait(seconds=30)
    assert text_of(sam.receipt()) == "INC-1: Paging primary now."

    with transaction() as session:
        incident_services.set_severity(
            session, incident_key="INC-1", severity="sev1", actor=MAYA, at=clock()
        )

    assert "by 02:05:30 UTC, secondary is paged" in text_of(sam.receipt())


def test_when_nobody_answers_any_rung_it_says_so_aloud_with_all_telephones(ladder, pass_time):
    sam = ladder()
    sam.says()

    pass_time(sam, Pagers(), minutes=15)

    last = text_of(sam.receipt())
    assert last == (
        "INC-1: NOBODY ANSWERED the page to primary and secondary.\nTelephone, in this order:\n"
        "1. Maya +1 555 0100\n2. Tom +1 555 0101\n3. Zoe +1 555 0109"
    )
    assert labels(sam.receipt()) == ["I have it", "Page again", "False alarm"]
    assert outcries(sam) == [last]
    assert alarm_posts(sam) == []


@pytest.mark.parametrize("behind", [(), ("third",)])
def test_a_rung_that_is_refused_does_not_hide_that_nobody_answers(ladder, pass_time, behind):
    sam = ladder(*behind)
    sam.says()

    pass_time(sam, Pagers("secondary", *behind), minutes=15)

    tip = behind[-1] if behind else "secondary"
    why = "PagerDuty does not know this key"
    said = f"INC-1: NOBODY ANSWERED the page to primary, and {tip} was NOT paged: {why}."
    assert text_of(sam.receipt()).startswith(said)
    assert any(said in outcry for outcry in outcries(sam))


def test_while_another_rung_is_being_paged_it_tells_of_that_one(ladder, pass_time):
    sam = ladder("third")
    sam.says()

    pass_time(sam, Pagers("secondary"), minutes=7)

    assert text_of(sam.receipt()).startswith("INC-1: Paging third now. PagerDuty took the page")


def test_whoever_answers_an_earlier_rung_is_awake_all_the_same(ladder, pass_time):
    sam = ladder()
    sam.says()
    pass_time(sam, Pagers(), minutes=15)

    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA", name="maya")

    assert "Maya is awake since" in text_of(sam.receipt())
    assert "Maya is awake since" in text_of(sam.said("INC-1", "/news-")[-1])


def test_anyone_there_is_answered_with_the_truth(ladder, pass_time):
    sam = ladder()
    thread = sam.says()
    pass_time(sam, Pagers(), minutes=15)

    sam.says("anyone there??", thread_ts=thread)

    reply = text_of(sam.said("INC-1", "/signal-")[-1])
    assert "NOBODY ANSWERED the page to primary and secondary." in reply
    assert "3. Zoe +1 555 0109" in reply


def test_whoever_has_it_and_does_nothing_twice_is_awake_no_more(desk, clock):
    sam = desk()
    sam.says()
    sam.wait(seconds=31)
    acknowledge(clock)
    sam.wait(minutes=10, seconds=5)
    acknowledge(clock)

    sam.wait(minutes=10, seconds=5)

    last = text_of(sam.receipt())
    assert last.startswith(
        "INC-1: NOBODY IS AT WORK: Maya has it, but nothing was done for 10 min."
    )
    assert "1. Maya +1 555 0100" in last
    assert outcries(sam) == [last]
    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA", name="maya")
    assert "Maya is awake since 02:20:41 UTC, and has it." in text_of(sam.receipt())


def test_nor_is_whoever_had_a_page_that_somebody_asked_for_by_hand(ladder, pass_time, clock):
    connect_target("lead", key="L" * 32, phones=[{"name": "Lea", "phone": "+1 555 0108"}])
    sam = ladder()
    sam.says()
    pass_time(sam, Pagers(), minutes=15)
    with transaction() as session:
        pages.page(
            session, incident_key="INC-1", target="lead", text="Help", actor=MAYA, at=clock()
        )
    acknowledge(clock)
    assert "Maya is awake since" in text_of(sam.receipt())
    pass_time(sam, Pagers(), minutes=11)
    assert text_of(sam.receipt()).startswith("INC-1: Paging lead now.")
    acknowledge(clock)

    pass_time(sam, Pagers(), minutes=11)

    assert "NOBODY IS AT WORK: Maya has it, but nothing was done" in text_of(sam.receipt())
    assert "1. Lea +1 555 0108" in text_of(sam.receipt())


def test_an_answer_that_led_to_nothing_is_not_heard_a_second_time(desk, clock):
    """PagerDuty's log is read again from its beginning after every restart."""
    sam = desk()
    sam.says()
    sam.wait(seconds=31)
    acknowledge(clock)
    sam.wait(minutes=10, seconds=5)
    answered_at = clock()
    acknowledge(clock)
    sam.wait(minutes=10, seconds=5)
    said = len(sam.said("INC-1"))

    for later in (1, 70):
        clock.forward(minutes=later)
        hear_it_again(clock, answered_at)

    assert sam.pages()[-1] == ("primary", "exhausted", 2)
    assert text_of(sam.receipt()).startswith("INC-1: NOBODY IS AT WORK")
    assert len(sam.said("INC-1")) == said
    hear_it_again(clock, clock())
    assert sam.pages()[-1] == ("primary", "acknowledged", 2)


def hear_it_again(clock, answered_at):
    with transaction() as session:
        key = page_rows.of_incident(session, 1)[-1].dedup_key
        heard = Heard("acknowledged", key, who="Maya", occurred_at=answered_at)
        hearing.hear(session, heard, at=clock())


def test_where_the_receipt_does_not_say_it_the_alarm_is_posted(ladder, clock):
    """PagerDuty has nobody left on its own levels; ours still waits until its time is over."""
    sam = ladder()
    with transaction() as session:
        targets.find(session, "primary").backup = ""
    sam.says()
    sam.wait(seconds=31)
    sentence = alarms.exhausted("primary")
    with transaction() as session:
        page = page_rows.of_incident(session, 1)[-1]
        page.state = "notified"
        incident = incident_rows.lock(session, "INC-1")
        page_alarms.raise_alarm(
            session, incident, page, kind=alarms.EXHAUSTED, sentence=sentence, at=clock()
        )

    assert text_of(sam.receipt()).startswith("INC-1: Paging primary now.")
    assert sentence in alarm_posts(sam)[-1]


def test_an_outcry_that_waited_out_an_outage_is_told_only_while_it_is_true(
    ladder, pass_time, clock
):
    sam = ladder()
    sam.says()
    pass_time(sam, Pagers(), minutes=15)
    outcry = sam.said("INC-1", "/outcry-")[0]
    assert objection(outcry, clock) is None

    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA", name="maya")

    assert objection(outcry, clock) == "it is so no longer"


def objection(delivery, clock):
    with reading() as session:
        found = objection_to(session, delivery, None, now=clock(), owed_at=lambda due: due)
        return found.reason if found else None


def test_what_it_was_merged_into_is_not_named_where_that_is_private(desk, clock):
    sam = desk()
    sam.says()
    with transaction() as session:
        other = incident_services.open_incident(
            session, incident_services.Opening(title="A secret"), actor=MAYA, at=clock()
        ).key
        privacy.hide(session, incident_key=other, actor=ADA, at=clock())
        incident_services.move(
            session, incident_key="INC-1", action="merge", into=other, actor=ADA, at=clock()
        )

    assert text_of(sam.receipt()) == "INC-1: It is merged."
