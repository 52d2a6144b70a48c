"""Page targets and Slack rules by script."""

import pytest

from tests.api.test_incidents import published

KEY = "R" * 32
CHANNEL = "C024BE91L"


@pytest.fixture
def app(app_on_sqlite):
    """On SQLite alone: nothing here depends on the database."""
    return app_on_sqlite


def test_an_admin_gives_a_target_its_key_which_never_comes_out(script_of):
    ada = script_of("Ada", "admin")

    put = ada.put("/targets/mobile", {"routing_key": KEY, "service_id": "P1A2B3C"})

    assert put.status_code == 200
    assert put.json["connected"]
    assert KEY not in put.text + ada.get("/targets").text
    assert [target["name"] for target in ada.get("/targets").json["targets"]] == [
        "mobile",
        "primary",
    ]


def test_what_is_not_mentioned_stays(script_of):
    ada = script_of("Ada", "admin")
    phones = [{"name": "Maya 2", "phone": "+49 30 1234567"}, {"name": "", "phone": "112 112"}]
    ada.put("/targets/mobile", {"routing_key": KEY, "phones": phones})

    put = ada.put("/targets/mobile", {"backup": "primary", "urgency": "low"})

    assert put.json["connected"]
    assert (put.json["backup"], put.json["urgency"]) == ("primary", "low")
    assert put.json["phones"] == phones


def test_a_target_is_told_as_it_was_put(script_of):
    asked = {
        "urgencies": [
            {"severities": ["sev3"], "from": "22:00", "until": "07:00", "urgency": "low"}
        ],
        "everyone": True,
        "awake_seconds": 0,
        "stale_seconds": 1800,
        "slack_channel": "#mobile",
        "zone": "Europe/Berlin",
    }

    put = script_of("Ada", "admin").put("/targets/mobile", asked)

    assert put.status_code == 200
    assert {name: put.json[name] for name in asked} == asked
    assert (put.json["proving"], put.json["on_call"], put.json["on_call_at"]) == (False, [], None)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"urgencies": [{"severities": ["sev1"], "urgency": "low"}]}, "urgencies"),
        (
            {"urgencies": [{"severities": ["sev2"], "from": "22:00", "urgency": "low"}]},
            "urgencies",
        ),
        ({"awake_seconds": 99999}, "awake_seconds"),
        ({"stale_seconds": 1}, "stale_seconds"),
        ({"slack_channel": "two words"}, "slack_channel"),
        ({"zone": "Middle/Earth"}, "zone"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(script_of, asked, field):
    refused = script_of("Ada", "admin").put("/targets/mobile", asked)

    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"].startswith(field)


def test_a_key_of_the_wrong_length_is_refused_by_name(script_of):
    refused = script_of("Ada", "admin").put("/targets/mobile", {"routing_key": "short"})

    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "routing_key"


def test_a_name_that_no_checklist_could_write_is_refused(script_of):
    refused = script_of("Ada", "admin").put("/targets/Not%20a%20name", {})

    assert refused.status_code == 422


def test_only_an_admin_changes_targets_and_rules(script):
    assert script.get("/targets").status_code == 200
    assert script.put("/targets/mobile", {}).status_code == 403
    assert script.put(f"/slack-rules/{CHANNEL}", {"target": "primary"}).status_code == 403


def test_a_new_slack_rule_is_a_dry_run(script_of):
    ada, slug = script_of("Ada", "admin"), published("Look at the dashboard")

    put = ada.put(f"/slack-rules/{CHANNEL}", {"target": "primary", "checklist": slug})

    assert put.status_code == 200
    assert (put.json["armed"], put.json["grace_seconds"], put.json["threads"]) == (False, 30, False)
    assert ada.get("/slack-rules").json["rules"] == [put.json]


def test_putting_a_rule_again_replaces_it(script_of):
    ada, slug = script_of("Ada", "admin"), published("Look at the dashboard")
    rule = {"target": "primary", "checklist": slug}
    ada.put(f"/slack-rules/{CHANNEL}", {**rule, "armed": True, "grace_seconds": 60})

    put = ada.put(f"/slack-rules/{CHANNEL}", rule)

    assert (put.json["armed"], put.json["grace_seconds"]) == (False, 30)


def test_what_a_rule_listens_for_is_part_of_it(script_of):
    ada, slug = script_of("Ada", "admin"), published("Look at the dashboard")
    hours = {"days": [1, 2], "from": "09:00", "until": "18:00", "zone": "Europe/Berlin"}
    heard = {"words": ["sos"], "urgent_words": ["breach"], "bots": ["B0ALARMS"], "strangers": True}
    hours_too = {"work_hours": hours, "work_grace_seconds": 300}

    put = ada.put(
        f"/slack-rules/{CHANNEL}",
        {"target": "primary", "checklist": slug, **heard, **hours_too},
    )
    without = ada.put(f"/slack-rules/{CHANNEL}", {"target": "primary", "checklist": slug})

    assert {name: put.json[name] for name in (*heard, *hours_too)} == {**heard, **hours_too}
    assert (without.json["words"], without.json["work_hours"]) == ([], {})
    assert without.json["work_grace_seconds"] is None


def test_hours_without_a_grace_of_their_own_are_refused(script_of):
    ada, slug = script_of("Ada", "admin"), published("Look at the dashboard")
    hours = {"days": [1], "from": "9", "until": "18:00", "zone": "Mars"}
    rule = {"target": "primary", "checklist": slug, "work_hours": hours}

    refused = ada.put(f"/slack-rules/{CHANNEL}", rule)

    assert refused.status_code == 422
    assert {one["field"] for one in refused.json["errors"]} == {"work_hours", "work_grace_seconds"}


def test_a_rule_names_targets_and_checklists_that_exist(script_of):
    ada = script_of("Ada", "admin")

    refused = ada.put(f"/slack-rules/{CHANNEL}", {"target": "nobody", "checklist": "nowhere"})

    assert refused.status_code == 422
    assert {error["field"] for error in refused.json["errors"]} == {"target", "checklist"}
