"""The chip on every page: whether a page would arrive."""

import re

import pytest

from incident.rules.proofs import Finding
from incident.services import proofs
from incident.storage.db import transaction
from tests.conftest import START, connect_target
from tests.web.browsers import words

GAP = "The policy Core has nobody on call from 18:00 UTC. Fill the gap in PagerDuty before then."


@pytest.fixture
def maya(browser):
    return browser("Maya")


def keep(*findings):
    with transaction() as session:
        for finding in findings:
            proofs.keep_one(session, finding, at=START)
        proofs.round_done(session, at=START, looked=True)


def proven():
    return Finding("pagerduty", "path", data={"proven_at": START.isoformat()})


@pytest.mark.parametrize("address", ["/", "/checklists", "/retros", "/settings", "/profile"])
def test_every_page_says_when_the_path_was_last_proven(maya, address, wall_clock):
    connect_target()
    keep(proven())
    wall_clock.forward(minutes=25)

    page = maya.get(address)

    assert "pager path proven 25 min ago" in words(page)
    assert 'class="chip chip--well"' in page.text


def test_a_path_nobody_proved_is_amber(maya):
    connect_target()
    keep()

    page = maya.get("/checklists")

    assert "pager path never proven" in words(page)
    assert 'class="chip chip--caution"' in page.text


def test_an_old_proof_is_amber(maya, wall_clock):
    connect_target()
    keep(proven())
    wall_clock.forward(hours=27)

    assert "pager path last proven 1 day ago" in words(maya.get("/checklists"))


def test_what_is_broken_stands_below_the_bar_with_a_way_to_it(maya):
    connect_target()
    keep(proven(), Finding("target primary", "next_day", False, GAP, grave=True))

    page = maya.get("/checklists")

    assert f"PAGING DEGRADED: {GAP}" in words(page)
    assert re.search(r'href="/settings[^"]*">Look at all checks', page.text)


def test_it_stands_on_a_live_incident_too(maya, an_incident):
    connect_target()
    key = an_incident("Look at the dashboard")
    keep(Finding("target primary", "next_day", False, GAP, grave=True))

    assert f"PAGING DEGRADED: {GAP}" in words(maya.get(f"/incidents/{key}"))


def test_a_live_incident_says_quietly_that_the_path_is_proven(maya, an_incident):
    connect_target()
    key = an_incident("Look at the dashboard")
    keep(proven())

    assert "pager path proven just now" in words(maya.get(f"/incidents/{key}"))


def test_without_any_connected_target_it_says_that_nobody_can_be_paged(maya):
    assert "Nobody can be paged" in words(maya.get("/checklists"))


def test_whoever_is_not_logged_in_learns_nothing(browser):
    keep(Finding("target primary", "next_day", False, GAP, grave=True))
    browser("Ada", role="admin")

    page = words(browser().get("/login"))

    assert "PAGING DEGRADED" not in page
    assert "pager path" not in page
