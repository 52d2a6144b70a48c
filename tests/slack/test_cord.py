"""What happens in #emergency, message by message and press by press."""

import pytest

from tests.slack.conftest import PHONES, button, general_checklist, labels, text_of


def test_a_message_opens_an_incident_in_triage_and_says_whom_it_will_page(desk, clock):
    sam = desk()

    ts = sam.says("Uploads are failing\nsince the deploy")

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.pages() == []
    receipt = sam.receipt()
    assert text_of(receipt).startswith("INC-1: Paging primary in 30 s, at 02:00:30 UTC.")
    assert labels(receipt) == ["Page now", "Not an emergency"]
    assert (receipt.action, receipt.settings["thread_ts"]) == ("post", ts)


def test_the_incident_remembers_who_said_what_when_and_where(desk, clock):
    from tests.services.looks import events, the

    sam = desk()

    sam.says("Uploads are failing\nsince the deploy", user_profile={"display_name": "Sam"})

    incident = the("INC-1")
    assert (incident.title, incident.source) == ("Uploads are failing", "slack")
    assert incident.summary == "Uploads are failing\nsince the deploy"
    assert incident.reporter == "Sam"
    assert incident.first_signal_at.replace(microsecond=0) == clock()
    assert incident.slack_link.startswith("https://slack.com/archives/C0EMERGENCY/p")
    assert events("INC-1")[1].occurred_at == incident.first_signal_at


def test_silence_pages(desk):
    sam = desk()
    sam.says()

    sam.wait(seconds=29)
    assert sam.pages() == []
    sam.wait(seconds=1)

    assert sam.pages() == [("primary", "promised", 1)]
    assert text_of(sam.receipt()) == "INC-1: Paging primary now."
    assert labels(sam.receipt()) == ["I have it", "Page again", "False alarm"]
    assert sam.receipt().settings["update_of"] == sam.said("INC-1", "/receipt/")[0].intent_key
    assert sam.lines()[-1] == "Incident desk paged primary: nobody called it off within 30 s"


def test_the_page_itself_carries_the_report(desk, database):
    from tests.services.looks import deliveries

    sam = desk(grace_seconds=0, checklist=general_checklist())

    sam.says("Uploads are failing\nfor everybody", user_profile={"display_name": "Sam"})

    page = next(d for d in deliveries("INC-1") if d.integration == "pagerduty")
    assert page.subject == "[SEV?] INC-1 Uploads are failing: reported by Sam in Slack"
    assert page.dedup_key == "ic/testtest/1/rule-C0EMERGENCY/g1"
    assert page.settings["path"] == "/incidents/INC-1"
    assert page.settings["details"] == {
        "first report": "Uploads are failing\nfor everybody",
        "reported by": "Sam",
        "slack": page.settings["details"]["slack"],
        "first step": "Say that you have it",
    }


def test_a_rule_without_grace_pages_at_once(desk):
    sam = desk(grace_seconds=0)

    sam.says()

    assert sam.pages() == [("primary", "promised", 1)]
    assert text_of(sam.receipt()) == "INC-1: Paging primary now."


def test_the_checklist_of_the_rule_is_attached(desk, database):
    from tests.services.looks import states

    sam = desk(checklist=general_checklist())

    sam.says()

    assert states("INC-1") == ["current", "pending"]


def test_a_missing_checklist_does_not_hold_up_the_page(desk):
    sam = desk(checklist="no-such-list", grace_seconds=0)

    sam.says()

    assert sam.pages() == [("primary", "promised", 1)]
    assert "“no-such-list” was not attached" in sam.lines()[2]


def test_a_checklist_that_would_page_by_itself_waits_for_a_human(desk, database):
    from incident.storage.db import transaction
    from tests.conftest import a_checklist

    with transaction() as session:
        slug = a_checklist(session, "Page them {page=primary}")
    sam = desk(checklist=slug)

    sam.says()

    assert sam.pages() == []
    assert "would page primary at once" in sam.lines()[2]


def test_page_now_does_not_wait_and_two_presses_are_one_page(desk):
    sam = desk()
    sam.says()
    first = button(sam.receipt(), "Page now")

    sam.presses(first)
    sam.presses(first, user="U0TOM", name="tom")
    sam.wait(seconds=60)

    assert sam.pages() == [("primary", "promised", 1)]
    assert "sam paged primary: pressed “Page now” in Slack" in sam.lines()


def test_the_author_may_call_it_off_before_the_page(desk):
    sam = desk()
    sam.says(user="U0SAM")

    sam.presses(button(sam.receipt(), "Not an emergency"), user="U0SAM")
    sam.wait(seconds=60)

    assert sam.incidents() == ["INC-1 declined"]
    assert sam.pages() == []
    assert "Not an emergency, pressed in Slack" in text_of(sam.receipt())
    assert labels(sam.receipt()) == []


def test_a_responder_may_call_it_off_before_the_page(desk):
    sam = desk()
    sam.says()

    sam.presses(button(sam.receipt(), "Not an emergency"), user="U0MAYA")

    assert sam.incidents() == ["INC-1 declined"]
    assert "Maya declined the incident" in sam.lines()[-1]


def test_somebody_else_may_not_and_is_told_how_to(desk):
    sam = desk()
    sam.says(user="U0SAM")
    off = button(sam.receipt(), "Not an emergency")

    sam.presses(off, user="U0EVE", name="eve")
    sam.presses(off, user="U0EVE", name="eve")
    sam.wait(seconds=30)

    refusals = sam.said("INC-1", "/refusal-")
    assert [text_of(one) for one in refusals] == [
        "Only whoever wrote the message, or a responder, may call it off. If you are a responder "
        "here, write your Slack member id U0EVE on your profile in the incident desk."
    ]
    assert refusals[0].settings["mentions"] == ["U0EVE"]
    assert sum("refused" in line for line in sam.lines()) == 1
    assert sam.pages() == [("primary", "promised", 1)]


def test_deleting_the_message_cancels_nothing(desk):
    sam = desk()
    ts = sam.says("Uploads are failing")

    sam.deletes("Uploads are failing", ts=ts)
    sam.wait(seconds=30)

    assert sam.pages() == [("primary", "promised", 1)]
    assert any("deleted the message, which changes nothing here" in line for line in sam.lines())


def test_an_edit_is_a_line_once_and_no_second_incident(desk):
    sam = desk()
    ts = sam.says("Uploads are failing")

    sam.edits("Uploads and logins are failing", ts=ts)

    assert sam.incidents() == ["INC-1 triage"]
    changed = [line for line in sam.lines() if "changed the message to" in line]
    assert len(changed) == 1
    assert "Uploads and logins are failing" in changed[0]


def test_the_edit_of_a_message_that_never_reached_us_is_a_cry(desk, clock):
    sam = desk()
    ts = sam.stamp()
    clock.forward(minutes=3)

    sam.edits("Uploads are failing", ts=ts, before="Uplaods")
    sam.says("Uplaods", ts=ts)

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.states() == ["opened", "ignored"]


def test_the_edit_of_an_old_message_wakes_nobody(desk, clock):
    sam = desk()
    ts = sam.stamp()
    clock.forward(hours=3)

    sam.edits("Lunch at one", ts=ts, before="Lunch at noon")

    assert sam.incidents() == []


def test_the_same_message_told_as_a_mention_is_one_incident(desk):
    sam = desk()
    ts = sam.says("<@U0DESK> uploads are failing")

    sam.mentions("<@U0DESK> uploads are failing", ts=ts)

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.reasons()[1] == "it was told before"


def test_a_target_that_is_not_connected_is_told_at_once_with_the_phones(desk):
    from incident.storage import targets
    from incident.storage.db import transaction

    sam = desk(connected=False)
    with transaction() as session:
        targets.get(session, "primary").phones = PHONES

    sam.says()

    assert sam.pages() == [("primary", "not_sent", 1)]
    assert text_of(sam.receipt()) == (
        "INC-1: NOBODY WAS PAGED: primary is not connected to PagerDuty.\n"
        "Telephone, in this order:\n1. Maya +1 555 0100\n2. Tom +1 555 0101"
    )
    assert labels(sam.receipt()) == ["I have it", "Page again", "Not an emergency"]


def test_a_target_that_is_gone_is_told_too(desk):
    sam = desk(target="platform")

    sam.says()

    assert "NOBODY WAS PAGED: platform is not connected" in text_of(sam.receipt())
    assert "No telephone numbers are kept for platform" in text_of(sam.receipt())


def test_a_responder_takes_what_nobody_was_paged_for(desk):
    sam = desk(connected=False)
    sam.says()

    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")

    assert text_of(sam.receipt()) == "INC-1: Maya is awake, and has it."
    assert "Maya has it, although nobody was paged" in sam.lines()


def test_only_a_responder_can_have_it(desk):
    sam = desk(grace_seconds=0)
    sam.says()

    sam.presses(button(sam.receipt(), "I have it"), user="U0SAM")

    assert sam.pages() == [("primary", "promised", 1)]
    assert "Only a responder can have it" in text_of(sam.said("INC-1", "/refusal-")[0])


def test_i_have_it_acknowledges_and_the_reporter_hears_it(desk):
    sam = desk(grace_seconds=0)
    sam.says(user="U0SAM")
    take = button(sam.receipt(), "I have it")

    sam.presses(take, user="U0MAYA")
    sam.presses(take, user="U0MAYA")

    assert sam.pages() == [("primary", "acknowledged", 1)]
    assert text_of(sam.receipt()) == "INC-1: Maya is awake since 02:00:00 UTC, and has it."
    aloud = sam.said("INC-1", "/news-")
    assert [text_of(one) for one in aloud] == [text_of(sam.receipt())]
    assert aloud[0].settings["mentions"] == ["U0SAM"]
    assert sam.said("INC-1", "/refusal-") == []


def test_who_comes_second_hears_who_has_it(desk):
    from tests.slack.conftest import a_responder

    sam = desk(grace_seconds=0)
    a_responder("Tom", "U0TOM")
    sam.says()
    take = button(sam.receipt(), "I have it")

    sam.presses(take, user="U0MAYA")
    sam.presses(take, user="U0TOM")

    assert text_of(sam.said("INC-1", "/refusal-")[0]) == "Maya has it already."


def test_after_the_page_the_author_may_no_longer_call_it_off(desk):
    sam = desk()
    sam.says(user="U0SAM")
    off = button(sam.receipt(), "Not an emergency")
    sam.wait(seconds=30)

    sam.presses(off, user="U0SAM")

    assert sam.incidents() == ["INC-1 triage"]
    assert "The page is out." in text_of(sam.said("INC-1", "/refusal-")[0])


def test_a_false_alarm_takes_back_the_page(desk):
    sam = desk(grace_seconds=0)
    sam.says()

    sam.presses(button(sam.receipt(), "False alarm"), user="U0MAYA")

    assert sam.incidents() == ["INC-1 declined"]
    assert sam.pages()[0][1] in ("resolved", "superseded")
    assert "False alarm, pressed in Slack" in text_of(sam.receipt())


def test_page_again_is_a_new_page_once_for_each_time_it_is_shown(desk):
    sam = desk(grace_seconds=0)
    sam.says()
    again = button(sam.receipt(), "Page again")

    sam.presses(again)
    sam.presses(again, user="U0TOM")
    sam.presses(button(sam.receipt(), "Page again"))

    assert [generation for _, _, generation in sam.pages()] == [1, 2, 3]


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
    from incident.services import incidents
    from incident.storage.db import transaction
    from tests.conftest import MAYA

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


def test_an_unanswered_second_cry_pages_even_when_the_first_is_over(accepted, clock):
    from incident.services import incidents
    from incident.storage.db import transaction
    from tests.conftest import MAYA

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
    assert sam.pages("INC-2") == [("primary", "promised", 1)]


def test_several_unanswered_cries_are_one_new_incident(accepted, clock):
    sam = accepted
    sam.says("Payments are down", user="U0SAM")
    clock.forward(seconds=20)
    sam.says("I cannot pay either", user="U0EVE")

    sam.wait(minutes=2)

    assert sam.incidents() == ["INC-1 investigating", "INC-2 triage"]
    assert text_of(sam.said("INC-1", "/signal-3/")[-1]) == "Joined INC-2."


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


def test_once_somebody_is_awake_replies_are_only_lines(accepted):
    from tests.services.looks import the

    sam = accepted
    before = len(sam.said("INC-1"))

    sam.says("it is the disk", thread_ts=the("INC-1").slack_thread)

    assert len(sam.said("INC-1")) == before
    assert sam.lines()[-1].endswith("says in the thread: it is the disk")


def test_a_reply_below_an_incident_that_is_over_is_not_swallowed(desk, clock):
    sam = desk(grace_seconds=0)
    ts = sam.says("Uploads are failing")
    sam.presses(button(sam.receipt(), "False alarm"), user="U0MAYA")
    clock.forward(minutes=5)

    sam.says("it is back!", thread_ts=ts)
    sam.says("really", thread_ts=ts)
    answers = sam.said("INC-1", "/signal-after/")
    sam.presses(button(answers[0], "New emergency"))

    assert len(answers) == 1
    assert sam.pages("INC-2") == [("primary", "promised", 1)]
    assert sam.receipt("INC-2").settings["thread_ts"] == ts


def test_a_reply_somewhere_else_is_nobody_calling(desk):
    sam = desk()

    sam.says("we should look at uploads", thread_ts="1625000000.000001")

    assert sam.incidents() == []


def test_a_rule_may_listen_to_threads(desk):
    sam = desk(threads=True)

    sam.says("uploads are failing", thread_ts="1625000000.000001")

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.receipt().settings["thread_ts"] == "1625000000.000001"


def test_a_page_that_is_late_still_goes_out(desk):
    sam = desk()
    sam.says()

    sam.wait(minutes=60)

    assert sam.pages() == [("primary", "promised", 1)]


def test_a_page_that_is_hours_late_asks_first(desk):
    sam = desk()
    sam.says(user="U0SAM")

    sam.wait(hours=5)

    assert sam.pages() == []
    assert text_of(sam.receipt()).startswith("INC-1: NOBODY WAS PAGED. It was due at 02:00:30 UTC")
    assert sam.said("INC-1", "/news-")[0].settings["mentions"] == ["U0SAM"]
    sam.presses(button(sam.receipt(), "Page now"))
    assert sam.pages() == [("primary", "promised", 1)]


def test_a_declined_incident_is_not_paged_when_its_grace_ends(desk, clock):
    from incident.services import incidents
    from incident.storage.db import transaction
    from tests.conftest import MAYA

    sam = desk()
    sam.says()
    with transaction() as session:
        incidents.move(
            session, incident_key="INC-1", action="decline", reason="a test", actor=MAYA, at=clock()
        )

    sam.wait(seconds=30)

    assert sam.pages() == []
