"""Every address, held against every role. A new address must be given a line in the table."""

import pytest
from sqlalchemy import text

from incident.storage.db import Base, reading, transaction
from incident.web.guard import SAFE
from tests.conftest import a_checklist
from tests.web.browsers import Browser, a_person

ANYBODY, VIEWER, RESPONDER, ADMIN = "anybody", "viewer", "responder", "admin"
ROLES = (VIEWER, RESPONDER, ADMIN)

NEEDS = {
    "static": ANYBODY,
    "assets.send": ANYBODY,
    "links.first": ANYBODY,
    "links.setup": ANYBODY,
    "links.set_up": ANYBODY,
    "links.invitation": ANYBODY,
    "links.join": ANYBODY,
    "links.new_password": ANYBODY,
    "links.reset": ANYBODY,
    "logins.new": ANYBODY,
    "logins.create": ANYBODY,
    "logins.end": VIEWER,
    "logins.end_one": VIEWER,
    "logins.end_others": VIEWER,
    "profile.show": VIEWER,
    "profile.save": VIEWER,
    "profile.unlink": VIEWER,
    "profile.change_password": VIEWER,
    "settings.index": VIEWER,
    "pagerduty.index": ADMIN,
    "pagerduty.keep_token": ADMIN,
    "pagerduty.connect": ADMIN,
    "pagerduty.subscribe": ADMIN,
    "pagerduty.choose_test_service": ADMIN,
    "pagerduty.prove": ADMIN,
    "pagerduty.disconnect": ADMIN,
    "slack.index": ADMIN,
    "slack.choose_transport": ADMIN,
    "slack.keep_tokens": ADMIN,
    "slack.add_secret": ADMIN,
    "slack.drop_secret": ADMIN,
    "slack.drop_app_token": ADMIN,
    "slack.check": ADMIN,
    "slack.send_test": ADMIN,
    "slack.disconnect": ADMIN,
    "slack_wishes.keep_audiences": ADMIN,
    "slack_wishes.keep_channels": ADMIN,
    "targets.index": RESPONDER,
    "targets.new": ADMIN,
    "targets.create": ADMIN,
    "targets.edit": ADMIN,
    "targets.save": ADMIN,
    "targets.disconnect": ADMIN,
    "slack_rules.index": RESPONDER,
    "slack_rules.new": ADMIN,
    "slack_rules.create": ADMIN,
    "slack_rules.edit": ADMIN,
    "slack_rules.save": ADMIN,
    "slack_rules.arm": ADMIN,
    "slack_rules.disarm": ADMIN,
    "slack_rules.rehearse": ADMIN,
    "slack_rules.pin": ADMIN,
    "slack_rules.remove": ADMIN,
    "tokens.index": ADMIN,
    "tokens.create": ADMIN,
    "tokens.revoke": ADMIN,
    "accounts.index": ADMIN,
    "accounts.invite": ADMIN,
    "accounts.withdraw": ADMIN,
    "accounts.reset": ADMIN,
    "accounts.change_role": ADMIN,
    "accounts.disable": ADMIN,
    "accounts.enable": ADMIN,
    "accounts.end_logins": ADMIN,
    "incidents.index": VIEWER,
    "incidents.every": VIEWER,
    "standing.describe": RESPONDER,
    "incidents.show": VIEWER,
    "incidents.since": VIEWER,
    "incidents.new": RESPONDER,
    "incidents.create": RESPONDER,
    "bell.listen": VIEWER,
    "channels.want": RESPONDER,
    "channels.choose_end": RESPONDER,
    "members.show": VIEWER,
    "members.add": RESPONDER,
    "members.remove": RESPONDER,
    "members.hide": RESPONDER,
    "members.open_up": RESPONDER,
    "timeline.show": VIEWER,
    "timeline.tell": RESPONDER,
    "standing.move": RESPONDER,
    "standing.rate": RESPONDER,
    "roles.change": RESPONDER,
    "effects.begin": RESPONDER,
    "effects.end": RESPONDER,
    "visits.show": VIEWER,
    "visits.mark": VIEWER,
    "updates.show": VIEWER,
    "updates.send": RESPONDER,
    "updates.postpone": RESPONDER,
    "updates.repeat": RESPONDER,
    "pages.page": RESPONDER,
    "pages.acknowledge": RESPONDER,
    "pages.not_me": RESPONDER,
    "pages.note": RESPONDER,
    "pages.escalate": RESPONDER,
    "runs.choose": VIEWER,
    "runs.attach": RESPONDER,
    "runs.abandon": RESPONDER,
    "steps.complete": RESPONDER,
    "steps.answer": RESPONDER,
    "steps.override": RESPONDER,
    "steps.defer": RESPONDER,
    "steps.fail": RESPONDER,
    "steps.not_applicable": RESPONDER,
    "steps.reopen": RESPONDER,
    "steps.note": RESPONDER,
    "steps.claim": RESPONDER,
    "steps.release": RESPONDER,
    "steps.acknowledge": RESPONDER,
    "steps.page_again": RESPONDER,
    "checklists.index": VIEWER,
    "checklists.show": VIEWER,
    "checklists.source": VIEWER,
    "checklists.new": RESPONDER,
    "checklists.edit": RESPONDER,
    "checklists.draft": RESPONDER,
    "checklists.publish": RESPONDER,
    "retros.index": VIEWER,
    "retros.show": VIEWER,
    "retros.export": VIEWER,
    "retros.event": VIEWER,
    "retros.history": VIEWER,
    "retros.correct": RESPONDER,
    "retros.add_item": RESPONDER,
    "retros.change_item": RESPONDER,
    "retros.record_figure": RESPONDER,
    "retros.publish": RESPONDER,
    "retros.say_when_it_began": RESPONDER,
    "retros.save_section": RESPONDER,
    "retros.waive": RESPONDER,
    "retros.link": RESPONDER,
}
# The metrics answer whoever asks from this very machine, while no METRICS_TOKEN is set.
OPEN_TO_MACHINES = {
    "api.health_alive",
    "api.health_ready",
    "api.metrics_show",
    "api.openapi_show",
}


@pytest.fixture
def key(an_incident):
    return an_incident("Look at the dashboard")


def routes(app):
    """Each way of asking: endpoint, method, and an address that leads nowhere real."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, address(app, rule)


def address(app, rule, **known):
    values = {name: known.get(name, _made_up(name, rule)) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def _made_up(name, rule):
    if name == "noun":
        return "acceptance"
    is_number = type(rule._converters[name]).__name__ == "RowNumber"
    return 999 if is_number else "INC-999" if name == "key" else "nowhere"


def web_routes(app):
    return [route for route in routes(app) if route[0] not in app.extensions["own_doors"]]


def own_routes(app):
    return [route for route in routes(app) if route[0] in app.extensions["own_doors"]]


def asked(browser, method, address, *, signed=True):
    """What the browser gets: a class of answers, not the very number."""
    if method in SAFE:
        answer = browser.get(address)
    elif signed:
        answer = browser.post(address)
    else:
        answer = browser.client.open(address, method=method)
    answer.close()
    return _kind(answer)


def _kind(answer):
    to_log_in = answer.status_code == 303 and answer.location.startswith("/login")
    if to_log_in or answer.status_code == 401:
        return "who are you"
    if answer.status_code == 403:
        return "not you"
    return "broken" if answer.status_code >= 500 else "come in"


def expected(endpoint, role):
    least = NEEDS[endpoint]
    if least == ANYBODY:
        return "come in"
    if role is None:
        return "who are you"
    return "come in" if ROLES.index(role) >= ROLES.index(least) else "not you"


def test_every_address_has_a_line_in_the_table_and_every_line_an_address(app):
    endpoints = {endpoint for endpoint, _, _ in web_routes(app)}

    assert endpoints == set(NEEDS)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_every_role_gets_in_where_the_table_says_and_nowhere_else(role, app, key):
    browser = somebody(app, role)
    wanted = {(e, m): expected(e, role) for e, m, _ in web_routes(app)}
    # Nobody there has this address and password, so the log-in page says 401 once more.
    wanted["logins.create", "POST"] = "who are you"
    # Whoever logs out is led to the log-in page: asked last, for it is the end of the visit.
    wanted["logins.end", "POST"] = "who are you"
    visits = sorted(web_routes(app), key=lambda route: route[0] == "logins.end")

    found = {(e, m): asked(browser, m, where) for e, m, where in visits}

    assert found == wanted


@pytest.mark.parametrize("role", [None, *ROLES])
def test_no_form_is_taken_without_its_token(role, app, key):
    browser = somebody(app, role)
    unsafe = [route for route in web_routes(app) if route[1] not in SAFE]

    found = {(e, m): asked(browser, m, where, signed=False) for e, m, where in unsafe}

    assert set(found.values()) <= {"not you", "who are you"}


@pytest.mark.parametrize("role", [None, "admin"])
def test_a_cookie_opens_no_machines_door(role, app, key):
    browser = somebody(app, role)
    guarded = [route for route in own_routes(app) if route[0] not in OPEN_TO_MACHINES]

    found = {(e, m): asked(browser, m, where, signed=False) for e, m, where in guarded}

    assert set(found.values()) == {"who are you"}


def test_looking_changes_nothing(app, key):
    browser = somebody(app, "admin")
    with transaction() as session:
        slug = a_checklist(session, "Look at the dashboard")
    known = {"key": key, "slug": slug, "name": "primary", "seq": 1, "number": 1}
    looks = [
        address(app, rule, **known)
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and rule.endpoint not in app.extensions["own_doors"]
    ]
    before = everything()

    found = {look: asked(browser, "GET", look) for look in looks}

    assert [look for look, kind in found.items() if kind == "broken"] == []
    assert everything() == before


def somebody(app, role):
    """A browser of this role, or of nobody; there is an admin in any case."""
    a_person("Ada", "admin")
    return Browser(app, a_person("Sam", role) if role else None)


def everything():
    """All rows of all tables."""
    with reading() as session:
        return {
            table.name: sorted(map(str, session.execute(text(f'SELECT * FROM "{table.name}"'))))
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize(
    "nonsense",
    ["/settings/targets/%00", "/profile?x=%00", "/settings/people/99999999999999999999/reset"],
)
def test_what_no_table_could_hold_is_refused_not_broken(nonsense, app):
    ada = Browser(app, a_person("Ada", "admin"))

    assert ada.get(nonsense).status_code in {400, 404, 405}
