"""A second message in #emergency is never swallowed."""

from datetime import timedelta

import pytest

from incident.services import incidents
from incident.storage import slack_rules
from incident.storage.db import transaction
from tests.conftest import MAYA
from tests.fakes.slack_events import a_message_event
from tests.services.looks import the
from tests.slack.conftest import button, labels, text_of


def test_a_new_message_joins_the_untriaged_incident_and_may_page_anyway(desk, clock):
    sam = desk()
    sam.says("Uploads are failing")
    clock.forward(seconds=10)

    ts = sam.says("Payments are down too")

    assert sam.incidents() == ["INC-1 triage"]
    answer = sam.said("INC-1", "/signal-2/")[0]
    assert text_of(answer) == "Joined INC-1. Paging primary in 20 s.\nSomething else?"
    assert (answer.settings["thread_ts"], labels(answer)) == (ts, ["Page anyway"])
    assert text_of(sam.receipt()).endswith("1 more message joined it.")
    assert "also says: Payments are down too" in sam.lines()[-1]


def test_page_anyway_opens_another_incident_and_pages_at_once(desk, clock):
    sam = desk()
    sam.says("Uploads are failing")
    clock.forward(seconds=10)
    ts = sam.says("Payments are down too")
    anyway = button(sam.said("INC-1", "/signal-2/")[0], "Page anyway")

    sam.presses(anyway)
    sam.presses(anyway, user="U0TOM")

    assert sam.incidents() == ["INC-1 triage", "INC-2 triage"]
    assert sam.pages("INC-2") == [("primary", "promised", 1)]
    assert sam.pages("INC-1") == []
    assert sam.receipt("INC-2").settings["thread_ts"] == ts
    assert text_of(sam.said("INC-1", "/signal-2/")[-1]) == "Opened INC-2, asked for by sam."


def test_a_storm_is_one_incident_one_page_and_at_most_one_post_a_second(desk, clock):
    sam = desk(grace_seconds=0)

    for number in range(60):
        sam.says(f"Everything is down {number}", user=f"U0{number % 10}AUTHOR")
        clock.forward(seconds=0.25)

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.pages() == [("primary", "promised", 1)]
    posts = [d for d in sam.said("INC-1") if d.action == "post"]
    assert len(posts) <= 16
    assert "More than 50 messages joined it." in text_of(sam.receipt())
    assert len(sam.said("INC-1", "/receipt/")) < 12


@pytest.fixture
def accepted(desk, clock):
    """Somebody looks at INC-1 already; it was paged and acknowledged."""
    sam = desk(grace_seconds=0)
    sam.says("Uploads are failing")
    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")
    with transaction() as session:
        incidents.move(session, incident_key="INC-1", action="accept", actor=MAYA, at=clock())
    clock.forward(minutes=10)
    return sam


def test_a_second_cry_is_asked_about(accepted):
    sam = accepted

    ts = sam.says("Payments are down")

    question = sam.said("INC-1", "/signal-2/")[0]
    assert text_of(question) == (
        "Same as INC-1, or new?\nINC-1 is investigating: Uploads are failing\n"
        "Unless somebody answers by 02:12:00 UTC, it is new and primary is paged."
    )
    assert labels(question) == ["Same as INC-1", "New emergency"]
    assert question.settings["thread_ts"] == ts
    assert sam.states()[-1] == "asked"


def test_an_unanswered_second_cry_pages_after_two_minutes(accepted):
    sam = accepted
    sam.says("Payments are down")

    sam.wait(seconds=119)
    assert sam.incidents() == ["INC-1 investigating"]
    sam.wait(seconds=1)

    assert sam.incidents() == ["INC-1 investigating", "INC-2 triage"]
    assert sam.pages("INC-2") == [("primary", "promised", 1)]
    assert "Opened INC-2" in text_of(sam.said("INC-1", "/signal-2/")[-1])


def test_an_urgent_second_cry_that_comes_due_hours_late_asks_a_human(desk, clock):
    sam = desk(grace_seconds=0, urgent_words=["outage"])
    sam.says("Uploads are failing")
    clock.forward(minutes=31)
    sam.says("Outage of payments")

    sam.wait(hours=5)
    sam.wait(seconds=1)

    assert sam.incidents() == ["INC-1 triage", "INC-2 triage"]
    assert sam.pages("INC-2") == []
    assert "NOBODY WAS PAGED" in text_of(sam.receipt("INC-2"))


def test_an_unanswered_second_cry_pages_even_when_the_first_is_over(accepted, clock):
    sam = accepted
    sam.says("Payments are down")
    with transaction() as session:
        incidents.move(session, incident_key="INC-1", action="resolve", actor=MAYA, at=clock())

    sam.wait(minutes=2)

    assert sam.pages("INC-2") == [("primary", "promised", 1)]


def test_its_author_may_say_that_it_is_the_same(accepted):
    sam = accepted
    sam.says("Uploads still failing", user="U0SAM")

    sam.presses(button(sam.said("INC-1", "/signal-2/")[0], "Same as INC-1"), user="U0SAM")
    sam.wait(minutes=5)

    assert sam.incidents() == ["INC-1 investigating"]
    told = sam.said("INC-1", "/signal-2/")[-1]
    assert text_of(told) == "Same as INC-1, said sam."
    assert labels(told) == ["Page anyway"]


def test_somebody_else_may_not_say_that_it_is_the_same(accepted):
    sam = accepted
    sam.says("Payments are down", user="U0SAM")

    sam.presses(button(sam.said("INC-1", "/signal-2/")[0], "Same as INC-1"), user="U0EVE")
    sam.wait(minutes=2)

    assert sam.incidents()[-1] == "INC-2 triage"


def test_anybody_may_say_that_it_is_new(accepted):
    sam = accepted
    sam.says("Payments are down", user="U0SAM")

    sam.presses(button(sam.said("INC-1", "/signal-2/")[0], "New emergency"), user="U0EVE")
    sam.wait(minutes=5)

    assert sam.incidents() == ["INC-1 investigating", "INC-2 triage"]
    assert sam.pages("INC-2") == [("primary", "exhausted", 1)]


def test_several_unanswered_cries_are_one_new_incident(accepted, clock):
    sam = accepted
    sam.says("Payments are down", user="U0SAM")
    clock.forward(seconds=20)
    sam.says("I cannot pay either", user="U0EVE")

    sam.wait(minutes=2)

    assert sam.incidents() == ["INC-1 investigating", "INC-2 triage"]
    assert text_of(sam.said("INC-1", "/signal-3/")[-1]) == "Joined INC-2."


def test_a_cry_that_joins_what_was_found_too_late_pages_all_the_same(accepted, clock):
    sam = accepted
    sam.says("Payments are down")
    old = f"{(clock() - timedelta(hours=3)).timestamp():.6f}"
    sam.send(a_message_event("Login fails", ts=old) | {"event_id": f"sweep:C0EMERGENCY:{old}"})
    assert sam.pages("INC-2") == []

    sam.wait(minutes=2)
    sam.wait(seconds=1)

    assert sam.states() == ["opened", "joined", "opened"]
    assert sam.pages("INC-2") == [("primary", "promised", 1)]


def test_two_cries_in_one_second_are_both_asked_about(accepted):
    sam = accepted

    sam.says("Payments are down")
    sam.says("Logins, too", user="U0EVE")

    assert labels(sam.said("INC-1", "/signal-3/")[0]) == ["Same as INC-1", "New emergency"]


def test_a_responder_answers_for_every_message_in_question(accepted, clock):
    sam = accepted
    sam.says("Uploads again", user="U0SAM")
    clock.forward(seconds=20)
    sam.says("Mine too", user="U0EVE")

    sam.presses(button(sam.said("INC-1", "/signal-2/")[0], "Same as INC-1"), user="U0MAYA")
    sam.wait(minutes=5)

    assert sam.incidents() == ["INC-1 investigating"]


def test_after_half_an_hour_an_untriaged_incident_is_asked_about(desk, clock):
    sam = desk(grace_seconds=0)
    sam.says("Uploads are failing")
    clock.forward(minutes=31)

    sam.says("Payments are down")

    assert sam.states() == ["opened", "asked"]


def test_after_the_incident_is_over_a_message_opens_the_next(desk, clock):
    sam = desk(grace_seconds=0)
    sam.says("Uploads are failing")
    sam.presses(button(sam.receipt(), "False alarm"), user="U0MAYA")

    sam.says("Payments are down")

    assert sam.incidents() == ["INC-1 declined", "INC-2 triage"]


def test_anyone_there_shows_the_countdown(desk, clock):
    sam = desk()
    ts = sam.says("Uploads are failing")
    clock.forward(seconds=12)

    sam.says("anyone there?", thread_ts=ts)

    answer = sam.said("INC-1", "/signal-2/")[0]
    assert text_of(answer) == "Nobody has answered yet. Paging primary in 18 s."
    assert labels(answer) == ["Page now"]
    assert "says in the thread: anyone there?" in sam.lines()[-1]


def test_anyone_there_offers_to_page_again(desk, clock):
    sam = desk(grace_seconds=0)
    ts = sam.says("Uploads are failing")
    clock.forward(minutes=4)

    sam.says("anyone there?", thread_ts=ts)
    sam.presses(button(sam.said("INC-1", "/signal-2/")[0], "Page again"))

    assert [generation for _, _, generation in sam.pages()] == [1, 2]


def test_anyone_there_is_answered_until_somebody_answered_the_page(desk, clock):
    sam = desk(grace_seconds=0)
    ts = sam.says("Uploads are failing")
    for action in ("accept", "identify"):
        with transaction() as session:
            incidents.move(session, incident_key="INC-1", action=action, actor=MAYA, at=clock())
    clock.forward(minutes=1)

    sam.says("anyone there?", thread_ts=ts)

    answer = sam.said("INC-1", "/signal-2/")[0]
    assert text_of(answer).startswith("Nobody has answered yet. Paging primary now. Unless")
    assert labels(answer) == ["Page again"]


def test_where_nobody_was_to_be_woken_replies_are_only_lines(desk, clock):
    sam = desk()
    ts = sam.says("Uploads are failing")
    sam.presses(button(sam.receipt(), "Not an emergency"), user="U0MAYA")
    with transaction() as session:
        incidents.move(session, incident_key="INC-1", action="reopen", actor=MAYA, at=clock())

    sam.says("it is the disk", thread_ts=ts)

    assert sam.said("INC-1", "/signal-2/") == []
    assert sam.lines()[-1].endswith("says in the thread: it is the disk")


def test_once_somebody_is_awake_replies_are_only_lines(accepted):
    sam = accepted
    before = len(sam.said("INC-1"))

    sam.says("it is the disk", thread_ts=the("INC-1").slack_thread)

    assert len(sam.said("INC-1")) == before
    assert sam.lines()[-1].endswith("says in the thread: it is the disk")


@pytest.fixture
def ended(desk, clock):
    """INC-1 was resolved some minutes ago; `thread` is where it was worked on."""

    def end(**rule):
        sam = desk(grace_seconds=0, **rule)
        sam.thread = sam.says("SOS, uploads are failing")
        with transaction() as session:
            incidents.move(session, incident_key="INC-1", action="resolve", actor=MAYA, at=clock())
        clock.forward(minutes=5)
        return sam

    return end


def test_a_reply_below_an_incident_that_is_over_is_not_swallowed(ended):
    sam = ended()

    sam.says("it is back!", thread_ts=sam.thread)
    sam.says("really", thread_ts=sam.thread)
    (question,) = [d for d in sam.said("INC-1", "/signal-") if d.action == "post"]
    sam.presses(button(question, "New emergency"))

    assert text_of(question) == "INC-1 is resolved. Is it back, or is it something else?"
    assert sam.pages("INC-2") == [("primary", "promised", 1)]
    assert sam.receipt("INC-2").settings["thread_ts"] == sam.thread
    assert text_of(sam.said("INC-1", "/signal-2/")[-1]) == "Opened INC-2, asked for by sam."


def test_replies_below_an_incident_that_is_over_are_asked_about_again_later(ended, clock):
    sam = ended()
    sam.says("thanks", thread_ts=sam.thread)
    clock.forward(minutes=2)
    sam.says("thanks from me, too", thread_ts=sam.thread)
    clock.forward(days=1)

    sam.says("it is failing again", thread_ts=sam.thread)

    assert sam.said("INC-1", "/signal-3/") == []
    assert labels(sam.said("INC-1", "/signal-4/")[0]) == ["New emergency"]


def test_what_is_sent_to_the_channel_from_a_thread_that_is_over_is_a_cry(ended, clock):
    sam = ended()
    sam.says("thanks all", thread_ts=sam.thread)
    clock.forward(days=1)

    sam.says("Failing AGAIN, help!", thread_ts=sam.thread, subtype="thread_broadcast")

    assert sam.incidents() == ["INC-1 resolved", "INC-2 triage"]
    assert sam.pages("INC-2") == [("primary", "promised", 1)]
    assert sam.receipt("INC-2").settings["thread_ts"] == sam.thread
    clock.forward(minutes=1)
    sam.says("hello? anyone?", thread_ts=sam.thread, subtype="thread_broadcast")
    assert text_of(sam.said("INC-2", "/signal-4/")[0]).startswith("Nobody has answered yet.")


@pytest.mark.parametrize("mention_first", [True, False])
def test_a_cry_below_what_is_over_that_names_the_desk_is_one_cry(ended, mention_first):
    sam = ended()
    ts, text = sam.stamp(), "<@U0DESK> failing AGAIN"
    tellings = [
        lambda: sam.mentions(text, ts=ts, thread_ts=sam.thread),
        lambda: sam.says(text, ts=ts, thread_ts=sam.thread, subtype="thread_broadcast"),
    ]

    for telling in tellings if mention_first else tellings[::-1]:
        telling()

    assert sam.incidents() == ["INC-1 resolved", "INC-2 triage"]
    assert sam.pages("INC-2") == [("primary", "promised", 1)]


def test_where_threads_count_any_reply_to_what_is_over_is_a_cry(ended):
    sam = ended(threads=True)

    sam.says("it is down again", thread_ts=sam.thread)

    assert sam.pages("INC-2") == [("primary", "promised", 1)]


def test_without_a_word_of_the_rule_what_the_channel_sees_is_asked_about(ended, clock):
    sam = ended(words=["sos"])
    sam.says("thanks", thread_ts=sam.thread)
    clock.forward(minutes=1)

    sam.says("failing again", thread_ts=sam.thread, subtype="thread_broadcast")

    assert sam.incidents() == ["INC-1 resolved"]
    assert labels(sam.said("INC-1", "/signal-3/")[0]) == ["New emergency"]


def test_a_rule_that_was_disarmed_only_asks(ended):
    sam = ended()
    with transaction() as session:
        slack_rules.find(session, "C0EMERGENCY").armed = False

    sam.says("failing again", thread_ts=sam.thread, subtype="thread_broadcast")

    assert sam.states() == ["opened", "noted"]
    assert labels(sam.said("INC-1", "/signal-2/")[0]) == ["New emergency"]


def test_a_reply_somewhere_else_is_nobody_calling(desk):
    sam = desk()

    sam.says("we should look at uploads", thread_ts="1625000000.000001")

    assert sam.incidents() == []


def test_a_rule_may_listen_to_threads(desk):
    sam = desk(threads=True)

    sam.says("uploads are failing", thread_ts="1625000000.000001")

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.receipt().settings["thread_ts"] == "1625000000.000001"
