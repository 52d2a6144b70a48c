from datetime import UTC, datetime, timedelta

import pytest

from incident.rules import cord
from incident.rules.cord import Heard, Memory, Reply
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.rules.signals import Signal

AT = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)
TS = f"{int(AT.timestamp())}.000100"
NEW = Memory(told=False, ours=False)
SAM = Actor("Sam", role="reporter", source="slack")
MAYA = Actor("Maya", role="responder", person_id=1, source="slack")


def said(kind="call", **fields):
    given = {"source": "slack", "key": "T:C:1", "event_id": "Ev1", "title": "Down", "ts": TS}
    return Signal(kind=kind, **given | fields)


def heard(signal, memory=NEW, at=AT):
    return cord.heard(signal, memory, at=at)[0]


def test_a_message_for_the_channel_is_a_cry():
    assert heard(said()) == Heard.CRY


def test_a_message_is_one_cry_however_often_it_is_told():
    assert heard(said(), Memory(told=True, ours=True)) == Heard.NOTHING


def test_a_reply_is_a_cry_only_where_the_rule_listens_to_threads():
    reply = said("reply", thread_ts="1.1")

    assert heard(reply) == Heard.NOTHING
    assert heard(reply, Memory(told=False, ours=False, listens_to_threads=True)) == Heard.CRY


def test_a_reply_below_our_receipt_is_more_about_the_incident():
    ours = Memory(told=False, ours=True, listens_to_threads=True)

    assert heard(said("reply", thread_ts="1.1"), ours) == Heard.MORE


def test_what_is_sent_to_the_channel_from_our_own_thread_is_no_second_cry():
    assert heard(said(thread_ts="1.1"), Memory(told=False, ours=True)) == Heard.MORE


@pytest.mark.parametrize(
    ("kind", "aloud", "threads", "becomes"),
    [
        ("call", True, False, Heard.CRY),
        ("reply", False, True, Heard.CRY),
        ("reply", False, False, Heard.MORE),
        ("edit", True, False, Heard.CRY),
        ("edit", False, False, Heard.MORE),
        ("deletion", True, True, Heard.MORE),
    ],
)
def test_below_an_incident_that_is_over_what_counts_is_a_cry(kind, aloud, threads, becomes):
    ended = Memory(told=False, ours=True, listens_to_threads=threads, over=True)

    assert heard(said(kind, thread_ts="1.1", aloud=aloud), ended) == becomes


def test_what_was_only_noted_below_it_may_be_a_cry_by_another_telling():
    aloud = said(thread_ts="1.1", aloud=True)
    told = {"told": True, "ours": True, "over": True}

    assert heard(aloud, Memory(noted=True, **told)) == Heard.CRY
    assert heard(aloud, Memory(**told)) == Heard.NOTHING


@pytest.mark.parametrize("more", [{"over": False}, {"counts": False}])
def test_what_does_not_count_below_an_incident_is_more_about_it(more):
    ended = {"told": False, "ours": True, "over": True} | more

    assert heard(said(thread_ts="1.1", aloud=True), Memory(**ended)) == Heard.MORE


@pytest.mark.parametrize(
    ("minutes", "becomes"), [(0, Heard.CRY), (29, Heard.CRY), (30, Heard.NOTHING)]
)
def test_an_edit_of_a_message_we_never_saw_counts_while_it_is_young(minutes, becomes):
    assert heard(said("edit"), at=AT + timedelta(minutes=minutes)) == becomes


@pytest.mark.parametrize(("seconds", "becomes"), [(-1, Heard.CRY), (1, Heard.NOTHING)])
def test_an_edit_of_what_was_written_before_the_rule_was_armed_is_no_cry(seconds, becomes):
    armed = Memory(told=False, ours=False, armed_at=AT + timedelta(seconds=seconds))

    assert heard(said("edit"), armed, at=AT + timedelta(minutes=5)) == becomes


def test_a_word_added_since_the_rule_was_armed_is_a_cry_in_an_older_message_too():
    changed_at = AT + timedelta(hours=3)
    added = Memory(told=False, ours=False, added=True, armed_at=AT + timedelta(hours=1))

    assert heard(said("edit", occurred_at=changed_at), added, at=changed_at) == Heard.CRY


def test_an_edit_of_a_message_that_led_somewhere_is_no_cry():
    assert heard(said("edit"), Memory(told=True, ours=True)) == Heard.MORE
    assert heard(said("edit"), Memory(told=True, ours=False)) == Heard.NOTHING


def test_a_deletion_is_at_most_a_line():
    assert heard(said("deletion"), Memory(told=True, ours=True)) == Heard.MORE
    assert heard(said("deletion")) == Heard.NOTHING


def test_an_edit_without_a_time_is_no_cry():
    assert heard(said("edit", ts="yesterday")) == Heard.NOTHING


@pytest.mark.parametrize(
    ("status", "minutes", "reply"),
    [
        (None, 0, Reply.OPEN),
        ("triage", 0, Reply.JOIN),
        ("triage", 29, Reply.JOIN),
        ("triage", 30, Reply.ASK),
        ("investigating", 1, Reply.ASK),
        ("mitigated", 1, Reply.ASK),
    ],
)
def test_what_a_cry_leads_to_depends_on_what_is_open(status, minutes, reply):
    opened_at = AT if status else None

    assert cord.reply_to(status, opened_at, at=AT + timedelta(minutes=minutes)) == reply


def test_a_page_is_stale_after_an_hour():
    assert not cord.is_stale(AT, AT + timedelta(minutes=60))
    assert cord.is_stale(AT, AT + timedelta(minutes=61))


@pytest.mark.parametrize(
    ("actor", "is_author", "paged", "has_it"),
    [
        (MAYA, False, False, False),
        (MAYA, False, True, False),
        (SAM, True, False, False),
        (SAM, False, True, True),
    ],
)
def test_who_may_stand_down(actor, is_author, paged, has_it):
    cord.require_may_stand_down(
        actor, member="U0SAM", is_author=is_author, paged=paged, has_it=has_it
    )


@pytest.mark.parametrize(
    ("is_author", "paged", "sentence"),
    [(False, False, "Only whoever wrote the message"), (True, True, "The page is out")],
)
def test_who_may_not_hears_why_and_how_to_be_known(is_author, paged, sentence):
    with pytest.raises(NotAllowed, match=f"{sentence}.*U0SAM on your profile"):
        cord.require_may_stand_down(
            SAM, member="U0SAM", is_author=is_author, paged=paged, has_it=False
        )


def test_the_page_says_who_reported_what():
    notice = cord.page_notice(
        key="INC-42",
        title="Uploads fail",
        severity="sev2",
        target="primary",
        channel="C0EMERGENCY",
        generation=2,
        reporter="Sam",
        details={"slack": "https://slack.com/x", "first step": ""},
    )

    assert notice.subject == "[SEV2] INC-42 Uploads fail: reported by Sam in Slack"
    assert (notice.cause, notice.generation) == ("rule-C0EMERGENCY", 2)
    assert notice.settings["details"] == {"slack": "https://slack.com/x"}
