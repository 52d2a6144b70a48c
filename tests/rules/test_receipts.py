from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incident.rules import receipts
from incident.rules.receipts import PageSeen, Story

AT = datetime(2021, 7, 10, 2, 0, 30, tzinfo=UTC)
PHONES = (("Maya", "+1 555 0100"), ("Tom", "+1 555 0101"))
OPEN = Story(key="INC-42", status="triage", target="primary", phones=PHONES)
GRACE = replace(OPEN, due_at=AT, grace_seconds=30, waiting=True)


def paged(state, **more):
    return replace(OPEN, generation=1, page=PageSeen("primary", state, **more))


def labels(story):
    return [button["label"] for button in receipts.words(story).buttons]


def test_the_grace_names_whom_it_will_page_and_when():
    assert receipts.words(GRACE).text == (
        "INC-42: Paging primary in 30 s, at 02:00:30 UTC. Nobody has to do anything for that."
    )
    assert labels(GRACE) == ["Page now", "Not an emergency"]


@pytest.mark.parametrize(
    ("story", "phase", "said"),
    [
        (paged("promised"), "paging", "Paging primary now."),
        (paged("accepted", accepted_at=AT), "paged", "PagerDuty took the page at 02:00:30 UTC"),
        (paged("notified"), "paged", "nobody has answered yet"),
        (
            replace(paged("seen"), on_call=("Maya", "Tom")),
            "paged",
            "Paging primary (Maya and Tom) now",
        ),
        (
            paged("accepted", due_at=AT, then="platform"),
            "paged",
            "Unless somebody answers by 02:00:30 UTC, platform is paged.",
        ),
        (
            paged("promised", due_at=AT),
            "paging",
            "Unless somebody answers by 02:00:30 UTC, it is time to telephone.",
        ),
        (
            replace(paged("refused", reason="invalid key"), tried=("first", "second")),
            "exhausted",
            "NOBODY ANSWERED the page to first and second, and primary was NOT paged: invalid key.",
        ),
        (
            paged("exhausted", reason="Ana has it, but nothing was done for 10 min", asleep=True),
            "exhausted",
            "NOBODY IS AT WORK: Ana has it, but nothing was done for 10 min.\n"
            "Telephone, in this order:\n1. Maya",
        ),
        (paged("refused", reason="invalid key"), "nobody", "NOBODY WAS PAGED: invalid key."),
        (paged("not_sent", reason="no key"), "nobody", "1. Maya +1 555 0100\n2. Tom +1 555 0101"),
        (paged("exhausted"), "exhausted", "NOBODY ANSWERED the page to primary"),
        (replace(OPEN, due_at=AT), "late", "NOBODY WAS PAGED. It was due at 02:00:30 UTC"),
        (OPEN, "unpaged", "nobody is being paged"),
        (paged("superseded", reason="called off"), "unpaged", "(called off)"),
        (
            paged("acknowledged", acknowledged_by="Ana", acknowledged_at=AT),
            "awake",
            "Ana is awake since 02:00:30 UTC, and has it.",
        ),
        (replace(paged("refused"), taken_by="Ana"), "awake", "Ana is awake, and has it."),
        (replace(GRACE, status="resolved"), "over", "It is resolved."),
        (replace(OPEN, status="merged", last_word="Merged into INC-1."), "over", "Merged into"),
    ],
)
def test_every_state_of_a_page_has_its_words(story, phase, said):
    words = receipts.words(story)

    assert words.phase == phase
    assert said in words.text


def test_without_phones_it_says_so():
    story = replace(paged("refused"), phones=())

    assert "No telephone numbers are kept for primary" in receipts.words(story).text


def test_an_answer_elsewhere_counts_down():
    assert receipts.now_words(GRACE, AT - timedelta(seconds=12)) == "Paging primary in 12 s."
    assert receipts.now_words(GRACE, AT + timedelta(seconds=12)) == "Paging primary in 0 s."


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 more message joined it."),
        (5, "5 more messages joined it."),
        (6, "More than 5 messages joined it."),
        (999, "More than 500 messages joined it."),
    ],
)
def test_further_messages_are_counted_in_coarse_steps(count, said):
    assert receipts.words(replace(GRACE, joined=count)).text.endswith(said)


def test_the_same_story_has_the_same_words():
    assert receipts.words(GRACE) == receipts.words(replace(GRACE))


@pytest.mark.parametrize("state", ["accepted", "acknowledged", "exhausted", "refused"])
@pytest.mark.parametrize("status", ["identified", "mitigated"])
def test_what_can_be_called_off_no_more_offers_no_way_to(state, status):
    assert {"False alarm", "Not an emergency"} & set(labels(paged(state)))

    shown = labels(replace(paged(state), status=status))

    assert shown
    assert not {"False alarm", "Not an emergency"} & set(shown)


def test_page_again_names_the_page_that_it_repeats():
    again = receipts.words(paged("accepted")).buttons[1]

    assert (again["label"], again["value"]) == ("Page again", "INC-42:1")


def test_only_what_the_reporter_must_hear_is_said_aloud():
    assert receipts.is_loud("paged", "awake")
    assert receipts.is_loud("grace", "nobody")
    assert not receipts.is_loud("awake", "awake")
    assert not receipts.is_loud("grace", "paging")
