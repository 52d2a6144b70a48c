"""Checklists by script."""

import pytest

SOURCE = """---
title: Purge a runaway queue
slug: runaway-queue
owner: mobile
---

# Purge a runaway queue

Users receive notifications that nobody meant to send.

## Stop the bleeding

- [ ] Confirm that users still receive pushes {expect="yes" within=5m}
- [ ]   Page the mobile on-call   {page=primary ack=10m}
"""


@pytest.fixture
def app(app_on_sqlite):
    """On SQLite alone: nothing here depends on the database."""
    return app_on_sqlite


def send(script, source: str = SOURCE, query: str = ""):
    how = {"data": source.encode(), "content_type": "text/markdown; charset=utf-8"}
    return script.call("POST", f"/checklists{query}", **how)


def test_markdown_makes_a_draft_that_does_not_run(script):
    drafted = send(script)

    assert drafted.status_code == 201
    assert drafted.headers["Location"] == "/api/checklists/runaway-queue?revision=1"
    assert (drafted.json["revision"], drafted.json["published"]) == (1, None)
    assert drafted.json["slug"] == "runaway-queue"
    assert drafted.json["problems"] == []
    refused = script.post("/incidents", {"title": "Pushes", "checklists": ["runaway-queue"]})
    assert refused.status_code == 409


def test_an_admin_publishes_in_the_same_call(script, script_of):
    refused = send(script, query="?publish=1")
    published = send(script_of("Ada", "admin"), query="?publish=1")

    assert refused.status_code == 403
    assert published.json["published"] == 1


def test_what_cannot_be_published_is_not_kept_either(script_of):
    ada = script_of("Ada", "admin")

    refused = send(ada, SOURCE.replace("page=primary", "page=nobody"), query="?publish=1")

    assert refused.status_code == 409
    assert "nobody" in refused.json["detail"]
    assert ada.get("/checklists").json == {"checklists": []}


def test_a_dry_run_says_what_it_would_be_and_keeps_nothing(script):
    looked = send(script, SOURCE.replace("page=primary", "page=nobody"), query="?dry_run=1")

    assert looked.status_code == 200
    assert looked.json["revision"] is None
    assert looked.json["problems"][0]["blocks"]
    assert script.get("/checklists").json == {"checklists": []}


def test_what_was_written_comes_back_byte_for_byte(script):
    source = SOURCE.replace("\n", "\r\n")
    send(script, source)

    markdown = script.get("/checklists/runaway-queue.md")

    assert markdown.mimetype == "text/markdown"
    assert markdown.data == source.encode()


def test_its_json_can_be_sent_back_changed(script):
    shown = send(script).json
    shown["sections"][0]["steps"][0]["text"] = "Look whether users still receive pushes"

    changed = script.post("/checklists", shown)

    assert (changed.status_code, changed.json["revision"]) == (201, 2)
    was = "Confirm that users"
    assert changed.json["source"] == SOURCE.replace(was, "Look whether users")


def test_json_sent_back_unchanged_is_the_same_revision(script):
    shown = send(script).json

    assert script.post("/checklists", shown).json == shown


def test_a_checklist_is_made_of_json_alone(script):
    made = script.post(
        "/checklists",
        {
            "title": "Restart the queue",
            "sections": [{"title": "Do it", "steps": [{"text": "Restart it", "checked": False}]}],
        },
    )

    assert made.status_code == 201
    assert "- [ ] Restart it" in made.json["source"]


def test_the_list_names_every_checklist(script):
    send(script)

    (only,) = script.get("/checklists").json["checklists"]

    assert (only["slug"], only["title"], only["owner"]) == (
        "runaway-queue",
        "Purge a runaway queue",
        "mobile",
    )


def test_an_older_revision_can_be_asked_for(script):
    send(script)
    send(script, SOURCE.replace("bleeding", "flood"))

    old = script.get("/checklists/runaway-queue?revision=1").json
    new = script.get("/checklists/runaway-queue").json

    assert [old["sections"][0]["title"], new["sections"][0]["title"]] == [
        "Stop the bleeding",
        "Stop the flood",
    ]
    assert script.get("/checklists/runaway-queue?revision=3").status_code == 404


@pytest.mark.parametrize("address", ["/checklists/nowhere", "/checklists/nowhere.md"])
def test_a_checklist_that_is_not_there_is_missing(script, address):
    assert script.get(address).status_code == 404


def test_bytes_that_are_no_text_are_unreadable(quick_script):
    how = {"data": b"# \xff", "content_type": "text/markdown"}

    assert quick_script.call("POST", "/checklists", **how).status_code == 400


def test_a_list_of_the_wrong_kind_is_named(quick_script):
    refused = quick_script.post("/checklists", {"title": "x", "sections": [{"steps": [{}]}]})

    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "sections.0.steps.0.text"
