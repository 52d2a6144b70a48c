"""The timeline by script, and its bell."""

import pytest

from incident.delivery import bell


def test_a_line_is_written_about_a_moment_that_has_passed(script, an_incident):
    key = an_incident()

    told = script.post(
        f"/incidents/{key}/events",
        {"text": "Deploy 512 went out", "occurred_at": "2021-07-10T03:41:00+02:00"},
    )

    assert told.status_code == 201
    assert told.json["occurred_at"] == "2021-07-10T01:41:00Z"
    assert told.json["recorded_at"] == "2021-07-10T02:00:00Z"
    assert (told.json["seq"], told.json["actor"], told.json["source"]) == (2, "Maya", "api")
    assert script.get(told.headers["Location"]).json["events"] == [told.json]


def test_a_line_about_the_future_is_refused(script, an_incident):
    refused = script.post(
        f"/incidents/{an_incident()}/events",
        {"text": "All is well", "occurred_at": "2021-07-10T02:00:01Z"},
    )

    assert refused.status_code == 409


def test_events_come_in_order_after_a_number(script, an_incident):
    key = an_incident()
    for text in ("one", "two", "three"):
        script.post(f"/incidents/{key}/events", {"text": text})

    after = script.get(f"/incidents/{key}/events?after=2").json
    nothing = script.get(f"/incidents/{key}/events?after=4").json

    assert [(event["seq"], event["text"]) for event in after["events"]] == [
        (3, "two"),
        (4, "three"),
    ]
    assert (after["seq"], after["next"]) == (4, None)
    assert (nothing["events"], nothing["seq"]) == ([], 4)


def test_a_long_timeline_comes_in_pieces(script, an_incident):
    key = an_incident()
    for text in ("one", "two", "three"):
        script.post(f"/incidents/{key}/events", {"text": text})

    first = script.get(f"/incidents/{key}/events?limit=3").json
    rest = script.get(first["next"]).json

    assert [event["seq"] for event in first["events"] + rest["events"]] == [1, 2, 3, 4]
    assert rest["next"] is None


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=1_0", "limit=0", "limit=1001"])
def test_a_number_that_is_none_is_refused(quick_script, an_incident, query):
    refused = quick_script.get(f"/incidents/{an_incident()}/events?{query}")

    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == query.partition("=")[0]


def test_the_bell_begins_with_what_was_missed(script, an_incident):
    key = an_incident()
    script.post(f"/incidents/{key}/events", {"text": "one"})

    ringing = script.get(f"/incidents/{key}/bell?after=0", headers={"Last-Event-ID": "1"})
    frames = [next(ringing.response), next(ringing.response)]
    ringing.close()

    assert ringing.mimetype == "text/event-stream"
    assert b"retry: " in frames[0]
    assert frames[1] == b"id: 2\nevent: timeline\ndata: 2\n\n"


def test_a_closed_stream_gives_its_place_away(script, an_incident):
    key = an_incident()
    before = bell.HUB.count()

    ringing = script.get(f"/incidents/{key}/bell")
    during = bell.HUB.count()
    ringing.close()

    assert (during, bell.HUB.count()) == (before + 1, before)


def test_when_all_places_are_taken_the_bell_says_how_long_to_wait(script, an_incident):
    script.app.config["DESK"] = script.app.config["DESK"].model_copy(update={"stream_limit": 0})

    full = script.get(f"/incidents/{an_incident()}/bell")

    assert (full.status_code, full.headers["Retry-After"]) == (503, "5")
    assert full.mimetype == "application/problem+json"


def test_the_bell_of_an_incident_that_is_not_there_is_missing(script):
    assert script.get("/incidents/INC-99/bell").status_code == 404
