"""How many questions a page asks the database: few, and no more when there is more to show."""

import pytest

from incident.services import (
    checklists,
    incidents,
    people,
    retros,
    runs,
    steps,
    targets,
    tokens,
)
from incident.services.incidents import Opening
from incident.services.targets import TargetForm
from incident.storage.db import transaction
from incident.storage.slack_rules import SlackRule
from tests.conftest import ADA, MAYA, START, a_checklist
from tests.sqlcount import counted
from tests.web.browsers import Browser, a_person

LIVE = "/incidents/INC-1"
PAGES = (
    "/",
    "/incidents",
    "/incidents/new",
    LIVE,
    f"{LIVE}?step=3",
    f"{LIVE}/news?after=1",
    f"{LIVE}/visit",
    f"{LIVE}/timeline",
    f"{LIVE}/updates",
    f"{LIVE}/checklists",
    f"{LIVE}/members",
    f"{LIVE}/retro",
    f"{LIVE}/retro.md",
    f"{LIVE}/retro/events/2",
    f"{LIVE}/retro/sections/summary",
    "/checklists",
    "/checklists/new",
    "/checklists/measured",
    "/checklists/measured/draft",
    "/checklists/measured.md",
    "/retros",
    "/settings",
    "/settings/pagerduty",
    "/settings/targets",
    "/settings/targets/primary",
    "/settings/slack",
    "/settings/slack-rules",
    "/settings/people",
    "/settings/tokens",
    "/profile",
)
WITHOUT_A_LOG_IN = {
    "static",
    "assets.send",
    "logins.new",
    "links.first",
    "links.setup",
    "links.invitation",
    "links.new_password",
}
SINGLE_ROWS = {"bell.listen", "slack_rules.edit", "slack_rules.new", "targets.new"}
AT_MOST = {"/": 8, LIVE: 9}
FEW, MANY = 3, 30
NOW = {"actor": ADA, "at": START}


@pytest.fixture
def ada(app_on_both):
    return Browser(app_on_both, a_person("Ada", "admin"))


def test_more_of_everything_asks_no_more_questions(ada):
    add(FEW, length=FEW, key=None)
    few = questions(ada)

    add(MANY, length=100 * FEW, key="INC-1")

    assert questions(ada) == few
    assert {address: few[address] for address in AT_MOST if few[address] > AT_MOST[address]} == {}


@pytest.mark.parametrize("address", ["/healthz", "/static/js/index.js"])
def test_what_needs_no_database_asks_it_nothing(ada, address):
    with counted() as statements, ada.get(address) as answer:
        assert answer.status_code == 200

    assert statements == []


def questions(ada):
    """By address. The first visit is not counted: it may note that Ada was here."""
    found = {}
    for address in PAGES:
        assert ada.get(address).status_code == 200, address
        with counted() as statements:
            ada.get(address)
        found[address] = len(statements)
    return found


def add(n, *, length, key):
    """Steps and lines for the incident of this key, or for the first one; n of all else."""
    with transaction() as session:
        key = key or incidents.open_incident(session, Opening(title="Uploads fail"), **NOW).key
        a_long_run(session, key, length)
        for number in range(n):
            name = f"n{length}-{number}"
            an_incident_that_ended(session, name)
            targets.put(session, name=name, form=TargetForm(phones="Maya +49 30 1234567"), **NOW)
            rule = SlackRule(channel=name, target="primary", created_at=START, updated_at=START)
            session.add(rule)
            tokens.create(session, name=name, role="viewer", **NOW)
            people.invite(session, email=f"{name}@example.com", role="viewer", **NOW)
    for number in range(n):
        a_person(f"n{length}-{number}")


def a_long_run(session, key, length):
    """A checklist of this length, followed, with as many lines on the timeline."""
    items = [f"Look at graph {number} of {length}" for number in range(length)]
    slug = a_checklist(session, *items, "Page them {page=primary}")
    runs.attach(session, incident_key=key, slug=slug, confirmed=True, **NOW)
    for number in range(length):
        incidents.tell(session, incident_key=key, text=f"Line {number}", **NOW)
    source = "---\nslug: measured\n---\n\n# Measured\n\n" + "".join(f"- [ ] {i}\n" for i in items)
    revision = checklists.draft(session, source=source, **NOW)
    checklists.publish(session, slug="measured", number=revision.number, **NOW)


def an_incident_that_ended(session, title):
    """With a checklist of its own, half of it done, and a retro in draft."""
    slug = a_checklist(session, "Look", "Look again")
    key = incidents.open_incident(session, Opening(title=title, severity="sev2"), **NOW).key
    asked = {"incident_key": key, "actor": MAYA, "at": START}
    runs.attach(session, slug=slug, confirmed=True, **asked)
    steps.complete(session, number=1, **asked)
    incidents.move(session, action="resolve", **asked)
    retros.edit_section(session, name="summary", text="It broke.", version=0, **asked)


def test_no_page_is_left_out(app):
    adapter = app.url_map.bind("localhost")
    measured = {adapter.match(address.partition("?")[0])[0] for address in PAGES}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]

    pages = {rule.endpoint for rule in rules} - app.extensions["own_doors"]

    assert pages - measured == WITHOUT_A_LOG_IN | SINGLE_ROWS
