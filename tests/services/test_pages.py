import pytest
from sqlalchemy.exc import NoResultFound

from incident.integrations.notifier import Delivered, TryAgain
from incident.rules.outcome import NotAllowed
from incident.services import incidents, pages, runs, steps
from incident.storage import claims, outbox, timeline
from incident.storage import incidents as incident_rows
from incident.storage import pages as page_rows
from incident.storage.db import reading, transaction
from incident.storage.runs import Run
from tests.conftest import MAYA, SAM, TOM, connect_target
from tests.services.test_deliveries import attempt, reached, step  # noqa: F401

PAGE = "Page the on-call {page=primary}"


@pytest.fixture
def paged(reached):  # noqa: F811
    """The key of an incident whose second step is paging primary."""
    return reached(PAGE)


def of(key):
    with reading() as session:
        number = incident_rows.id_of(key)
        return page_rows.of_incident(session, number), outbox.of_incident(session, number)


def told(key):
    """What was sent, or is to be sent: the actions, oldest first, without what was withdrawn."""
    return [row.action for row in of(key)[1] if row.state != "superseded"]


def do(command, clock, **asked):
    with transaction() as session:
        return command(session, actor=asked.pop("actor", MAYA), at=clock(), **asked)


def last_line(key):
    with reading() as session:
        return timeline.newest(session, incident_rows.id_of(key), limit=1)[0].text


def test_a_person_may_page_any_target_at_any_time(database, an_incident, clock):
    connect_target("platform")
    key = an_incident(title="Uploads fail", severity="sev2")

    page = do(pages.page, clock, incident_key=key, target="platform", text="Disk full")

    assert page.summary == f"[SEV2] {key} Uploads fail: Disk full"
    assert last_line(key) == "Maya paged platform: Disk full"


def test_asking_twice_pages_twice(database, an_incident, clock):
    connect_target("primary")
    key = an_incident()
    do(pages.page, clock, incident_key=key, target="primary")
    do(pages.page, clock, incident_key=key, target="primary")

    keys = {page.dedup_key for page in of(key)[0]}
    assert len(keys) == 2


def test_a_page_without_a_key_says_that_nobody_was_paged(database, an_incident, clock):
    key = an_incident()
    page = do(pages.page, clock, incident_key=key, target="primary")

    assert page.state == "not_sent"
    assert last_line(key) == "NOBODY WAS PAGED: primary is not connected to PagerDuty."


def test_an_unknown_target_cannot_be_paged(database, an_incident, clock):
    key = an_incident()

    with pytest.raises(NotAllowed, match="no page target “nobody”"):
        do(pages.page, clock, incident_key=key, target="nobody")


def test_a_viewer_pages_nobody(database, an_incident, clock):
    key = an_incident()

    with pytest.raises(NotAllowed, match="responder"):
        do(pages.page, clock, incident_key=key, target="primary", actor=SAM)


def test_an_incident_that_is_over_pages_nobody(paged, clock):
    do(incidents.move, clock, incident_key=paged, action="resolve")

    with pytest.raises(NotAllowed, match="is resolved"):
        do(pages.page, clock, incident_key=paged, target="primary")


def test_paging_again_is_a_new_alert(paged, clock):
    attempt(clock, Delivered(), integration="pagerduty")
    again = do(pages.page_again, clock, incident_key=paged, number=2)

    first, second = of(paged)[0]
    assert (first.generation, second.generation) == (1, 2)
    assert again.dedup_key != first.dedup_key


def test_paging_again_replaces_a_page_that_has_not_gone_out(paged, clock):
    do(pages.page_again, clock, incident_key=paged, number=2)

    first, second = of(paged)[1]
    assert (first.state, second.state) == ("superseded", "due")


def test_a_step_that_was_not_reached_cannot_be_paged_again(database, an_incident, clock):
    key = an_incident("Look at the graph", PAGE)

    with pytest.raises(NotAllowed, match="has not been reached"):
        do(pages.page_again, clock, incident_key=key, number=2)


def test_i_have_it_completes_the_step_and_tells_pagerduty(paged, clock):
    attempt(clock, Delivered(), integration="pagerduty")
    do(pages.acknowledge, clock, incident_key=paged, number=2, actor=TOM)

    (page,) = of(paged)[0]
    assert (page.state, page.acknowledged_by) == ("acknowledged", "Tom")
    assert step(paged, 2).state == "done"
    assert told(paged) == ["trigger", "acknowledge"]


def test_i_have_it_before_pagerduty_took_it_wakes_nobody(paged, clock):
    do(pages.acknowledge, clock, incident_key=paged, number=2)

    assert told(paged) == []
    assert of(paged)[0][0].state == "acknowledged"


def test_i_have_it_is_remembered_as_the_first_answer(paged, clock):
    at = clock.forward(minutes=3)
    do(pages.acknowledge, clock, incident_key=paged, number=2)

    with reading() as session:
        assert incident_rows.get(session, paged).acked_at == at


def test_a_page_is_taken_once(database, an_incident, clock):
    connect_target("primary")
    key = an_incident()
    page = do(pages.page, clock, incident_key=key, target="primary")
    do(pages.acknowledge, clock, incident_key=key, page_id=page.id, actor=TOM)

    with pytest.raises(NotAllowed, match="Tom has it already"):
        do(pages.acknowledge, clock, incident_key=key, page_id=page.id)


def test_a_page_of_another_incident_is_no_page_here(paged, an_incident, clock):
    other = an_incident()

    with pytest.raises(NoResultFound):
        do(pages.acknowledge, clock, incident_key=other, page_id=of(paged)[0][0].id)


@pytest.mark.parametrize(
    ("action", "named"), [("resolve", {}), ("decline", {"reason": "a test"}), ("merge", {})]
)
def test_the_end_of_an_incident_resolves_what_pagerduty_has(
    paged, an_incident, clock, action, named
):
    attempt(clock, Delivered(), integration="pagerduty")
    into = {"into": an_incident()} if action == "merge" else {}
    do(incidents.move, clock, incident_key=paged, action=action, **named, **into)

    page, rows = of(paged)[0][0], of(paged)[1]
    assert page.state == "resolved"
    assert [row.action for row in rows] == ["trigger", "resolve"]
    assert rows[0].dedup_key == rows[1].dedup_key


def test_the_end_of_an_incident_withdraws_what_has_not_gone_out(paged, clock):
    attempt(clock, TryAgain("PagerDuty answered 503"), integration="pagerduty")
    do(incidents.move, clock, incident_key=paged, action="resolve")

    assert told(paged) == []
    assert last_line(paged) == f"The page to primary was not sent any more: {paged} is resolved"


def test_what_may_have_arrived_is_resolved_too(paged, clock):
    attempt(clock, TryAgain("No answer", ambiguous=True), integration="pagerduty")
    do(incidents.move, clock, incident_key=paged, action="resolve")

    assert told(paged) == ["resolve"]


def test_an_attempt_under_way_is_followed_by_its_resolve(paged, clock):
    with transaction() as session:
        claims.claim(session, integration="pagerduty", owner="w", now=clock())
    do(incidents.move, clock, incident_key=paged, action="resolve")

    assert [row.state for row in of(paged)[1]] == ["sending", "due"]
    with transaction() as session:
        assert not claims.claim(session, integration="pagerduty", owner="w", now=clock())


def test_a_page_acknowledged_is_resolved_at_the_end(paged, clock):
    attempt(clock, Delivered(), integration="pagerduty")
    do(pages.acknowledge, clock, incident_key=paged, number=2)
    do(incidents.move, clock, incident_key=paged, action="resolve")

    assert told(paged) == ["trigger", "acknowledge", "resolve"]


def test_resolving_twice_tells_pagerduty_once(paged, clock):
    attempt(clock, Delivered(), integration="pagerduty")
    for action in ("resolve", "reopen", "resolve"):
        do(incidents.move, clock, incident_key=paged, action=action)

    assert told(paged) == ["trigger", "resolve"]


def test_the_step_stays_with_whoever_settled_it(paged, clock):
    attempt(clock, Delivered(), integration="pagerduty")
    do(steps.override, clock, incident_key=paged, number=2, reason="no answer")

    do(pages.acknowledge, clock, incident_key=paged, number=2, actor=TOM)

    assert (step(paged, 2).state, step(paged, 2).settled_by) == ("overridden", "Maya")
    assert told(paged) == ["trigger", "acknowledge"]


def test_whoever_is_paged_again_after_an_answer_can_have_it_too(paged, clock):
    attempt(clock, Delivered(), integration="pagerduty")
    do(pages.acknowledge, clock, incident_key=paged, number=2)
    do(pages.page_again, clock, incident_key=paged, number=2)

    do(pages.acknowledge, clock, incident_key=paged, number=2, actor=TOM)

    assert [page.acknowledged_by for page in of(paged)[0]] == ["Maya", "Tom"]
    assert step(paged, 2).settled_by == "Maya"
    with pytest.raises(NotAllowed, match="nobody is being paged"):
        do(pages.acknowledge, clock, incident_key=paged, number=2)


def test_a_page_of_a_checklist_given_up_can_still_be_taken(paged, clock):
    attempt(clock, Delivered(), integration="pagerduty")
    do(runs.abandon, clock, incident_key=paged, run_id=1, reason="It does not fit")

    do(pages.acknowledge, clock, incident_key=paged, number=2)

    assert told(paged) == ["trigger", "acknowledge"]
    with reading() as session:
        assert session.get_one(Run, 1).state == "abandoned"


@pytest.mark.parametrize(("severity", "urgency"), [("sev3", "low"), ("sev1", "high")])
def test_a_page_is_as_urgent_as_its_target_says_for_the_severity_and_the_hour(
    database, an_incident, clock, severity, urgency
):
    night = {"severities": ["sev3"], "from": "22:00", "until": "07:00", "urgency": "low"}
    connect_target(zone="UTC", urgencies=[night])
    key = an_incident(severity=severity)

    do(pages.page, clock, incident_key=key, target="primary")

    assert of(key)[1][0].settings["urgency"] == urgency
