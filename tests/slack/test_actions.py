import json
import threading
import urllib.parse

from tests.fakes.slack_events import a_button_press, signed
from tests.slack.conftest import button

FORM = "application/x-www-form-urlencoded"


def press(desk, payload):
    body = urllib.parse.urlencode({"payload": payload}).encode()
    return desk.post("/slack/actions", body, content_type=FORM)


def test_a_press_that_slack_did_not_sign_does_nothing(desk, clock):
    sam = desk()
    sam.says()
    payload = json.dumps(a_button_press("page_now", "INC-1"))
    body = urllib.parse.urlencode({"payload": payload}).encode()
    headers = signed(body, "somebody else's", clock())

    answer = sam.app.test_client().post(
        "/slack/actions", data=body, headers=headers, content_type=FORM
    )

    assert answer.status_code == 401
    assert sam.pages() == []


def test_a_press_is_answered_with_nothing(desk):
    sam = desk()
    sam.says()

    answer = press(sam, json.dumps(a_button_press("page_now", "INC-1")))

    assert (answer.status_code, answer.data) == (200, b"")


def test_what_is_no_press_of_ours_is_answered_all_the_same(desk):
    sam = desk()
    payloads = [
        "",
        "not json",
        "[]",
        json.dumps({"type": "view_submission"}),
        json.dumps(a_button_press("page_now", "INC-99")),
        json.dumps(a_button_press("page_now", "lunch")),
        json.dumps(a_button_press("dance", "INC-1")),
        json.dumps(a_button_press("new_emergency", "INC-1:99")),
    ]

    answers = [press(sam, payload) for payload in payloads]

    assert {answer.status_code for answer in answers} == {200}
    assert sam.incidents() == []


def test_two_people_who_press_at_once_are_one_page(desk):
    sam = desk()
    sam.says()
    now = button(sam.receipt(), "Page now")
    start = threading.Barrier(4)

    def press_it(user):
        start.wait()
        sam.presses(now, user=user)

    pressing = [threading.Thread(target=press_it, args=(f"U0{n}AAA",)) for n in range(4)]
    for person in pressing:
        person.start()
    for person in pressing:
        person.join()

    assert sam.pages() == [("primary", "promised", 1)]


def test_a_button_of_one_incident_reaches_no_message_of_another(desk, clock):
    sam = desk(grace_seconds=0)
    sam.says("Uploads are failing")
    clock.forward(seconds=5)
    sam.says("Payments too")
    sam.presses(button(sam.receipt(), "False alarm"), user="U0MAYA")
    sam.says("Something else")

    sam.presses({"action": "page_anyway", "value": "INC-2:2"})

    assert sam.incidents() == ["INC-1 declined", "INC-2 triage"]
