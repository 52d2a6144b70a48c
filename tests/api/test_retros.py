"""Retros by script."""

import pytest

from incident.storage import incidents, retros
from incident.storage.db import reading

SUMMARY = {"text": "Users received pushes that nobody meant to send.", "version": 0}


@pytest.fixture
def app(app_on_sqlite):
    """On SQLite alone: nothing here depends on the database."""
    return app_on_sqlite


def test_before_anybody_wrote_a_retro_is_what_the_record_says(script, an_incident):
    key = an_incident(severity="sev1")

    retro = script.get(f"/incidents/{key}/retro")

    assert retro.status_code == 200
    assert (retro.json["key"], retro.json["state"]) == (key, "draft")
    assert "summary" in [section["name"] for section in retro.json["sections"]]
    assert script.get(f"/incidents/{key}/retro.json").json == retro.json


def test_it_is_one_markdown_document(script, an_incident):
    markdown = script.get(f"/incidents/{an_incident()}/retro.md")

    assert markdown.mimetype == "text/markdown"
    assert "Uploads are failing" in markdown.text


def test_how_those_who_waited_were_told_is_a_figure_everywhere(script, an_incident):
    key = an_incident(severity="sev1")
    script.post(f"/incidents/{key}/updates", {"conditions": "Uploads fail for everybody."})

    told = script.get(f"/incidents/{key}/retro").json

    assert told["updates"]["due"] == told["updates"]["on_time"] == 1
    assert "1 of 1" in [figure["value"] for figure in told["figures"]]
    assert "updates: 1 due, 1 on time" in script.get(f"/incidents/{key}/retro.md").text


def test_a_section_is_written(script, an_incident):
    key = an_incident()

    saved = script.patch(f"/incidents/{key}/retro/sections/summary", SUMMARY)

    assert saved.json == {"name": "summary", "text": SUMMARY["text"], "version": 1}
    assert SUMMARY["text"] in script.get(f"/incidents/{key}/retro.md").text


def test_a_text_that_comes_too_late_is_refused_and_kept(script, script_of, an_incident):
    key = an_incident()
    address = f"/incidents/{key}/retro/sections/summary"
    script.patch(address, SUMMARY)

    late = script_of("Ada").patch(address, {"text": "It was the queue.", "version": 0})

    assert (late.status_code, late.mimetype) == (409, "application/problem+json")
    assert late.json["detail"] == "Maya saved this section while you wrote. Both texts are kept."
    assert kept(key) == ["It was the queue."]


def test_there_are_nine_sections_and_no_others(script, an_incident):
    refused = script.patch(f"/incidents/{an_incident()}/retro/sections/blame", SUMMARY)

    assert refused.status_code == 409


def kept(key: str) -> list[str]:
    with reading() as session:
        retro = retros.of_incident(session, incidents.id_of(key))
        return [edit.text for edit in retros.edits(session, retro.id, "summary")]
