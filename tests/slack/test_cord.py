"""A message in #emergency: what opens, whom it pages, and what silence does."""

import json

from incident.delivery import inbox
from incident.services import incidents, pages, signals
from incident.storage import targets
from incident.storage.db import transaction
from tests.conftest import MAYA, a_checklist
from tests.fakes.slack_events import a_message_event
from tests.services.looks import deliveries, events, states, the
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
    assert text_of(sam.receipt()) == (
        "INC-1: Paging primary now. Unless somebody answers by 02:05:30 UTC, it is time to "
        "telephone."
    )
    assert labels(sam.receipt()) == ["I have it", "Page again", "False alarm"]
    assert sam.receipt().settings["update_of"] == sam.said("INC-1", "/receipt/")[0].intent_key
    assert sam.lines()[-1] == "Incident desk paged primary: nobody called it off within 30 s"


def test_the_page_itself_carries_the_report(desk, database):
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
    assert text_of(sam.receipt()).startswith("INC-1: Paging primary now.")


def test_the_checklist_of_the_rule_is_attached(desk, database):
    sam = desk(checklist=general_checklist())

    sam.says()

    assert states("INC-1") == ["current", "pending"]


def test_a_missing_checklist_does_not_hold_up_the_page(desk):
    sam = desk(checklist="no-such-list", grace_seconds=0)

    sam.says()

    assert sam.pages() == [("primary", "promised", 1)]
    assert "“no-such-list” was not attached" in sam.lines()[2]


def test_a_checklist_that_would_page_by_itself_waits_for_a_human(desk, database):
    with transaction() as session:
        slug = a_checklist(session, "Page them {page=primary}")
    sam = desk(checklist=slug)

    sam.says()

    assert sam.pages() == []
    assert "would page primary at once" in sam.lines()[2]


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


def test_the_edit_of_what_was_written_before_the_rule_wakes_nobody(desk, clock):
    lunch = f"{int(clock().timestamp()) - 300}.000100"
    sam = desk(armed_at=clock())
    clock.forward(minutes=5)

    sam.edits("Lunch at one", ts=lunch, before="Lunch at noon")
    sam.wait(minutes=1)

    assert (sam.incidents(), sam.states()) == ([], ["ignored"])


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
    assert sam.said("INC-1", "/outcry-")[0].settings["mentions"] == ["U0SAM"]
    sam.presses(button(sam.receipt(), "Page now"))
    assert sam.pages() == [("primary", "promised", 1)]


def test_an_urgent_word_that_is_read_hours_late_asks_a_human_too(desk, clock):
    sam = desk(urgent_words=["outage"])
    keep(clock, a_message_event("Outage everywhere", ts=sam.stamp()))
    keep(clock, a_message_event("Outage of payments, too", ts=sam.stamp()))

    clock.forward(hours=5)
    inbox.read_waiting(clock())
    sam.wait(seconds=1)

    assert (sam.incidents(), sam.states()) == (["INC-1 triage"], ["opened", "joined"])
    assert sam.pages() == []
    assert text_of(sam.receipt()).startswith("INC-1: NOBODY WAS PAGED. It was due at 02:00:00")
    sam.says("It is an outage, still")
    assert sam.pages() == [("primary", "promised", 1)]


def test_an_urgent_word_that_is_read_within_the_hour_pages_at_once(desk, clock):
    sam = desk(urgent_words=["outage"])
    keep(clock, a_message_event("Outage everywhere", ts=sam.stamp()))

    clock.forward(minutes=59)
    inbox.read_waiting(clock())

    assert sam.pages() == [("primary", "promised", 1)]


def test_a_declined_incident_is_not_paged_when_its_grace_ends(desk, clock):
    sam = desk()
    sam.says()
    with transaction() as session:
        incidents.move(
            session, incident_key="INC-1", action="decline", reason="a test", actor=MAYA, at=clock()
        )

    sam.wait(seconds=30)

    assert sam.pages() == []


def test_people_whom_somebody_paged_meanwhile_are_not_paged_again(desk, clock):
    sam = desk()
    sam.says()
    with transaction() as session:
        pages.page(session, incident_key="INC-1", target="primary", actor=MAYA, at=clock())

    sam.wait(seconds=30)

    assert len(sam.pages()) == 1
    assert text_of(sam.receipt()).startswith("INC-1: Paging primary now.")


def keep(clock, event):
    """Slack has told us, but nobody has read it yet."""
    with transaction() as session:
        signals.keep(session, json.dumps(event).encode(), event, at=clock())
