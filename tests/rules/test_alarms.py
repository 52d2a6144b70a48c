import pytest

from incident.rules import alarms as rules

SENTENCES = [
    rules.unaccepted("primary", "PagerDuty answered 503."),
    rules.unseen("primary"),
    rules.unnotified("primary"),
    rules.exhausted("primary"),
    rules.refused("no such key"),
    rules.stale("10 Jul 2021, 02:10 UTC"),
    rules.stuck("primary"),
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_begins_with_what_happened_in_capitals(sentence):
    heading, _, reason = sentence.partition(": ")

    assert heading.isupper()
    assert reason
    assert not reason.isupper()


def test_a_page_that_was_taken_and_woke_nobody_is_not_called_unpaged():
    assert rules.unseen("primary") == (
        "PAGERDUTY TOOK IT BUT NOBODY WAS WOKEN: "
        "PagerDuty shows no incident for the page to primary after 60 s"
    )


def test_a_delay_says_why_if_anybody_knows():
    assert rules.unaccepted("primary", "PagerDuty answered 503.").endswith(
        "has not taken the page to primary in 60 s (PagerDuty answered 503)"
    )
    assert rules.unaccepted("primary").endswith("in 60 s")


def test_the_reason_alone_begins_the_sentence_about_who_is_next():
    assert rules.reason_of(rules.refused("no such key")) == "Nobody was paged"
    assert rules.reason_of(rules.unseen("primary")) == "PagerDuty took it but nobody was woken"
    assert rules.reason_of(rules.unaccepted("primary")) == "Nobody was paged yet"
    assert rules.reason_of("Nobody answered") == "Nobody answered"


def test_no_line_ends_in_telephone_where_no_numbers_follow():
    sentence = rules.exhausted("primary")

    told = rules.told(sentence)

    assert sentence.endswith(". Telephone")
    assert told == "NOBODY HAS ANSWERED: there is nobody left to page after primary"


def test_a_mail_carries_the_telephones_in_their_order():
    text = rules.mail_text(
        sentence=rules.refused("no such key"),
        title="INC-1 Uploads fail",
        phones=(("Maya", "+49 30 1"), ("Tom", "+49 30 2")),
    )

    assert text.splitlines() == [
        "NOBODY WAS PAGED: no such key.",
        "",
        "INC-1 Uploads fail",
        "",
        "Telephone, in this order:",
        "  Maya  +49 30 1",
        "  Tom  +49 30 2",
    ]


def test_the_subject_of_a_mail_says_how_bad_it_is():
    subject = rules.mail_subject(
        severity="sev1", key="INC-1", title="Uploads fail", sentence=rules.refused("no such key")
    )

    assert subject == "[SEV1] INC-1 Uploads fail: NOBODY WAS PAGED"


def test_the_line_says_where_the_alarm_goes():
    assert rules.goes_to(["#ops", "1 person"]) == "The alarm goes to #ops and to 1 person"
    assert rules.goes_to([]) == "The alarm is on the screen"
    assert (rules.people(1), rules.people(4)) == ("1 person", "4 people")
