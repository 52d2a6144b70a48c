"""Pages and posts by script."""

from incident.delivery.worker import deliver_one
from incident.integrations.notifier import Delivered
from tests.browser.story import Told
from tests.conftest import START, connect_target

PAGE = "Page the mobile on-call {page=primary ack=5m}"


def test_somebody_is_paged_by_target(script, an_incident):
    connect_target()
    key = an_incident(severity="sev2")

    paged = script.post(f"/incidents/{key}/pages", {"target": "primary", "text": "Come quickly"})

    assert paged.status_code == 201
    assert (paged.json["state"], paged.json["requested_by"]) == ("promised", "Maya")
    (delivery,) = script.get(f"/incidents/{key}").json["deliveries"]
    assert delivery["action"] == "trigger"
    assert delivery["dedup_key"] == paged.json["dedup_key"]


def test_a_page_that_cannot_go_out_says_so(script, an_incident):
    paged = script.post(f"/incidents/{an_incident()}/pages", {"target": "primary"})

    assert paged.json["state"] == "not_sent"
    assert paged.json["reason"] == "primary is not connected to PagerDuty"


def test_i_have_it_on_a_page_of_no_step(script, an_incident):
    connect_target()
    key = an_incident()
    page = script.post(f"/incidents/{key}/pages", {"target": "primary"}).json["id"]

    taken = script.post(f"/incidents/{key}/pages/{page}/acknowledgement")
    elsewhere = script.post(f"/incidents/{an_incident()}/pages/{page}/acknowledgement")

    assert (taken.json["state"], taken.json["acknowledged_by"]) == ("acknowledged", "Maya")
    assert elsewhere.status_code == 404


def test_not_me_pages_the_next_and_then_there_is_nobody(script, an_incident):
    connect_target(backup="mobile")
    connect_target("mobile")
    key = an_incident()
    page = script.post(f"/incidents/{key}/pages", {"target": "primary"}).json
    followed = script.post(f"/incidents/{key}/pages/{page['id']}/not-me")

    exhausted = script.post(f"/incidents/{key}/pages/{followed.json['id']}/not-me")

    assert (page["rung"], page["ack_due_at"]) == (1, "2021-07-10T02:05:00Z")
    assert (followed.json["target"], followed.json["rung"]) == ("mobile", 2)
    assert followed.json["follows_id"] == page["id"]
    assert (exhausted.json["target"], exhausted.json["state"]) == ("mobile", "exhausted")


def test_not_me_when_nobody_is_paged_is_refused_in_words(script, an_incident):
    connect_target()
    key = an_incident()
    page = script.post(f"/incidents/{key}/pages", {"target": "primary"}).json["id"]
    script.post(f"/incidents/{key}/pages/{page}/acknowledgement")

    refused = script.post(f"/incidents/{key}/pages/{page}/not-me")

    assert refused.status_code == 409
    assert "Maya has it" in refused.json["detail"]


def test_pagerduty_is_told_a_note_and_asked_to_escalate(script, an_incident):
    connect_target()
    key = an_incident()
    page = f"/incidents/{key}/pages/" + str(
        script.post(f"/incidents/{key}/pages", {"target": "primary"}).json["id"]
    )
    early = script.post(f"{page}/notes", {"text": "The disk is full"})
    deliver_one(Told(Delivered()), integration="pagerduty", owner="test", clock=lambda: START)

    note = script.post(f"{page}/notes", {"text": "The disk is full"})
    escalation = script.post(f"{page}/escalation", {"level": 2})

    assert early.status_code == 409
    assert (note.status_code, escalation.status_code) == (200, 200)
    assert script.post(f"{page}/escalation", {"level": 0}).status_code == 422
    sent = script.get(f"/incidents/{key}").json["deliveries"]
    assert [delivery["action"] for delivery in sent] == ["trigger", "note", "escalate"]


def test_a_step_pages_again_as_a_new_generation(script, an_incident):
    connect_target()
    key = an_incident(PAGE)

    again = script.post(f"/incidents/{key}/pages", {"step": 1})

    assert again.json["dedup_key"] == "ic/testtest/1/step-1/g2"


def test_a_page_names_either_a_target_or_a_step(script, an_incident):
    key = an_incident(PAGE)

    neither = script.post(f"/incidents/{key}/pages")
    both = script.post(f"/incidents/{key}/pages", {"target": "primary", "step": 1})

    assert (neither.status_code, both.status_code) == (422, 422)
    assert neither.json["errors"][0]["field"] == "target"


def test_a_key_pages_once(script, an_incident):
    connect_target()
    key = an_incident()

    script.post(f"/incidents/{key}/pages", {"target": "primary"}, key="k")
    script.post(f"/incidents/{key}/pages", {"target": "primary"}, key="k")

    assert len(script.get(f"/incidents/{key}").json["pages"]) == 1


def test_a_post_is_promised_and_on_the_record(script, an_incident):
    key = an_incident()

    posted = script.post(f"/incidents/{key}/posts", {"channel": "#support", "text": "We are on it"})

    assert posted.status_code == 201
    assert (posted.json["integration"], posted.json["state"]) == ("slack", "due")
    last = script.get(f"/incidents/{key}/events").json["events"][-1]
    assert last["text"] == "Maya posts to #support: We are on it"


def test_two_posts_are_two(script, an_incident):
    key = an_incident()
    script.post(f"/incidents/{key}/posts", {"channel": "#support", "text": "We are on it"})
    script.post(f"/incidents/{key}/posts", {"channel": "#support", "text": "We are on it"})

    assert len(script.get(f"/incidents/{key}").json["deliveries"]) == 2
