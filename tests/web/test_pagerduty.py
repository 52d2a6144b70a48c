"""Connecting PagerDuty on one page, from a token to a proven path."""

import pytest

from incident.services import connections, proofs, proving
from incident.storage import proofs as proof_rows
from incident.storage import sealed, targets
from incident.storage.db import reading, transaction
from tests.conftest import START, connect_target
from tests.fakes import server
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.pagerduty_catalog import A_TOKEN, ACCOUNT_TOKEN, READ_ONLY_TOKEN
from tests.web.browsers import Browser, a_person, words

PAGE = "/settings/pagerduty"
HTTPS = "https://desk.example.com"


@pytest.fixture(scope="module")
def vendor():
    with FakePagerDuty() as fake:
        yield fake
    assert fake.breaches == []


@pytest.fixture
def pagerduty(vendor):
    """The same server for every test, with an account that is as new."""
    vendor.script.clear()
    vendor.furnish()
    return vendor


@pytest.fixture
def ada(sqlite, build_app, pagerduty):
    return an_admin(sqlite, build_app, pagerduty)


def an_admin(sqlite, build_app, pagerduty, **settings):
    app = build_app(sqlite, pagerduty_api_url=pagerduty.url, **settings)
    return Browser(app, a_person("Ada", "admin"))


def give_token(ada, token=A_TOKEN, sender=""):
    return ada.post(f"{PAGE}/token", {"token": token, "sender": sender})


def kept():
    with reading() as session:
        return connections.settings_of(session)


def target(name="primary"):
    with reading() as session:
        return targets.find(session, name)


def key_of(row):
    with reading() as session:
        return sealed.unseal(targets.secret_of(session, row.routing_key_id))


def page(ada):
    return words(ada.get(PAGE))


def test_a_fresh_desk_shows_five_steps_and_begins_with_the_token(ada):
    answer = ada.get(PAGE)

    for step in ("1. Token", "2. Targets", "3. Hear who answers", "4. Test service", "5. Prove it"):
        assert step in words(answer)
    assert answer.text.count("connect__step--now") == 1
    assert 'connect__step--now" aria-labelledby="step-token"' in answer.text


def test_a_good_token_is_kept_sealed_and_the_account_answers_in_words(ada):
    answer = give_token(ada)

    assert (answer.status_code, answer.location) == (303, f"{PAGE}#step-targets")
    assert "PagerDuty knows the token. It sees 3 services." in page(ada)
    assert "The token of Maya , admin, in desk.pagerduty.com. The desk acts as" in page(ada)
    assert "The desk acts as maya@example.com." in page(ada)
    assert A_TOKEN not in ada.get(PAGE).text
    assert A_TOKEN not in str(kept())


def test_a_token_of_the_whole_account_says_that_an_address_is_missing(ada):
    give_token(ada, ACCOUNT_TOKEN)

    assert "A token of the whole account." in page(ada)
    assert "Without an address the desk cannot acknowledge" in page(ada)


def test_an_address_of_somebody_else_in_the_account_is_taken(ada):
    give_token(ada, ACCOUNT_TOKEN, "tom@example.com")

    assert "The desk acts as tom@example.com." in page(ada)


@pytest.mark.parametrize(
    ("token", "sender", "field", "sentence"),
    [
        ("", "", "token", "Paste the token"),
        ("R" * 32, "", "token", "That is a routing key"),
        ("u+wrong", "", "token", "PagerDuty does not know this token (401)"),
        ("u+wrong", "", "token", "set PAGERDUTY_API_URL to https://api.eu.pagerduty.com"),
        (A_TOKEN, "Maya", "sender", "The email address of somebody in PagerDuty"),
        (A_TOKEN, "sam@example.com", "sender", "Nobody in this account has the address"),
    ],
)
def test_a_wrong_entry_is_explained_at_its_field_and_nothing_is_kept(
    ada, token, sender, field, sentence
):
    answer = give_token(ada, token, sender)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert f'id="{field}-error"' in answer.text
    assert not token or f'"{token}"' not in answer.text
    assert kept() == {}


def test_a_pagerduty_that_does_not_answer_is_told_and_can_be_tried_again(ada, pagerduty):
    pagerduty.script.append(server.status(503))

    answer = give_token(ada)

    assert answer.status_code == 422
    assert "PagerDuty could not be asked" in words(answer)
    assert "try again in a minute" in words(answer)


def test_an_account_without_any_service_is_told_to_make_one(ada, pagerduty):
    pagerduty.services.clear()

    give_token(ada)

    assert "it sees no service. Make one in PagerDuty" in page(ada)


def test_the_desk_makes_a_key_in_the_service_that_was_chosen(ada, pagerduty):
    give_token(ada)

    answer = ada.post(f"{PAGE}/targets/primary", {"service_id": "PAPP00"})

    row = target()
    assert answer.status_code == 303
    assert (row.service_id, pagerduty.keys) == ("PAPP00", {key_of(row): "PAPP00"})
    assert "Pages The app ." in page(ada)
    assert key_of(row) not in ada.get(PAGE).text


def test_a_key_can_be_pasted_by_hand_without_any_token(ada, pagerduty):
    ada.post(f"{PAGE}/targets/primary", {"routing_key": "K" * 32})

    assert key_of(target()) == "K" * 32
    assert pagerduty.keys == {}


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"routing_key": "K" * 31}, "this has 31 characters"),
        ({"service_id": ""}, "Choose a service."),
        ({"service_id": "PGONE0"}, "The token does not see this service"),
    ],
)
def test_what_is_wrong_with_a_service_or_key_is_said_there(ada, form, sentence):
    give_token(ada)

    answer = ada.post(f"{PAGE}/targets/primary", form)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert not target().connected


def test_a_token_that_may_only_look_makes_no_integration_and_says_why(ada):
    give_token(ada, READ_ONLY_TOKEN, "maya@example.com")

    answer = ada.post(f"{PAGE}/targets/primary", {"service_id": "PAPP00"})

    assert "The token may not make an integration in that service (403)" in words(answer)
    assert 'id="service-primary-error"' in answer.text


def test_without_a_token_no_service_can_be_chosen(ada):
    answer = ada.post(f"{PAGE}/targets/primary", {"service_id": "PAPP00"})

    assert "Give the token first: step 1." in words(answer)


def test_on_this_machine_alone_it_says_plainly_that_it_asks_instead(ada):
    give_token(ada)

    assert "PagerDuty cannot reach http://127.0.0.1:8000: only this machine can" in page(ada)
    answer = ada.post(f"{PAGE}/webhook")
    assert answer.status_code == 422


def test_a_webhook_is_made_for_our_address_and_its_secret_kept_sealed(sqlite, build_app, pagerduty):
    ada = an_admin(sqlite, build_app, pagerduty, base_url=HTTPS)
    give_token(ada)

    ada.post(f"{PAGE}/webhook")

    made = next(iter(pagerduty.webhooks.values()))
    with reading() as session:
        access = connections.pagerduty(session, ada.app.config["DESK"])
    assert made.url == f"{HTTPS}/api/triggers/pagerduty"
    assert access.webhook_secrets == (made.secret,)
    assert made.secret not in str(kept())


def test_a_new_webhook_takes_the_place_of_the_old_one(sqlite, build_app, pagerduty):
    ada = an_admin(sqlite, build_app, pagerduty, base_url=HTTPS)
    give_token(ada)

    ada.post(f"{PAGE}/webhook")
    ada.post(f"{PAGE}/webhook")

    assert [webhook.active for webhook in pagerduty.webhooks.values()] == [False, True]


def test_the_test_service_becomes_a_target_that_only_proves(ada):
    give_token(ada)

    ada.post(f"{PAGE}/test-service", {"service_id": "PPROOF"})

    assert (target("test-events").proving, target("test-events").connected) == (True, True)
    assert "Test events go to Test events , as the target test-events." in page(ada)


def test_a_service_that_pages_people_is_no_test_service(ada):
    give_token(ada)
    ada.post(f"{PAGE}/targets/primary", {"service_id": "PAPP00"})

    answer = ada.post(f"{PAGE}/test-service", {"service_id": "PAPP00"})

    assert "That is the service of primary: the daily test would wake people" in words(answer)
    assert target("test-events") is None


@pytest.mark.parametrize("name", ["primary", "No Good Name!"])
def test_a_name_that_the_test_service_cannot_have_is_refused_at_its_field(ada, name):
    give_token(ada)

    answer = ada.post(f"{PAGE}/test-service", {"service_id": "PPROOF", "proving_name": name})

    assert answer.status_code == 422
    assert 'id="proving_name-error"' in answer.text


def test_proving_before_there_is_a_test_service_says_so(ada):
    answer = ada.post(f"{PAGE}/proof")

    assert "Choose a test service first" in words(answer)


def ready(ada):
    give_token(ada)
    ada.post(f"{PAGE}/targets/primary", {"service_id": "PAPP00"})
    ada.post(f"{PAGE}/test-service", {"service_id": "PPROOF"})
    ada.post(f"{PAGE}/proof")
    with reading() as session:
        return proof_rows.last_test(session).id


def test_a_test_under_way_shows_each_stage_and_the_page_comes_again(ada):
    number = ready(ada)
    with transaction() as session:
        proving.accepted(session, number, at=START)

    answer = ada.get(PAGE)

    assert answer.headers["Refresh"] == f"2; url={PAGE}?look=1#step-proof"
    assert "Sent" in words(answer)
    assert answer.text.count("proof__stage--done") == 2
    assert answer.text.count("proof__stage--now") == 1
    assert "No worker is running, so nothing is sent." in words(answer)


def test_a_path_that_is_proven_says_so_and_rests(ada, wall_clock):
    number = ready(ada)
    with transaction() as session:
        proving.accepted(session, number, at=START)
        proofs.heard(session, proof_rows.get_test(session, number, lock=True), None, at=START)
        proving.settled(session, number, at=START, webhook_expected=False)
    wall_clock.forward(minutes=3)

    answer = ada.get(PAGE)

    assert "Proven. A test event went to PagerDuty and came back 3 min ago." in words(answer)
    assert "Refresh" not in answer.headers
    assert answer.text.count("connect__step--done") == 5


def test_a_test_that_failed_says_why_and_can_be_tried_again(ada):
    number = ready(ada)
    with transaction() as session:
        proving.failed(session, number, "It was refused.", at=START, is_open=False)

    answer = ada.get(PAGE)

    assert "It was refused." in words(answer)
    assert "Prove it again now" in words(answer)


def test_disconnecting_forgets_the_token_and_leaves_the_keys(sqlite, build_app, pagerduty):
    ada = an_admin(sqlite, build_app, pagerduty, base_url=HTTPS)
    give_token(ada)
    ada.post(f"{PAGE}/targets/primary", {"service_id": "PAPP00"})
    ada.post(f"{PAGE}/webhook")

    ada.post(f"{PAGE}/disconnection")

    with reading() as session:
        access = connections.pagerduty(session, ada.app.config["DESK"])
    assert not access.can_hear
    assert [webhook.active for webhook in pagerduty.webhooks.values()] == [False]
    assert target().connected


def test_a_token_of_the_environment_is_not_asked_for(sqlite, build_app, pagerduty):
    ada = an_admin(sqlite, build_app, pagerduty, pagerduty_api_token=A_TOKEN)

    give_token(ada, "")

    assert "The token comes from PAGERDUTY_API_TOKEN" in page(ada)
    assert "The token of Maya" in page(ada)
    assert 'name="token"' not in ada.get(PAGE).text


def test_somebody_with_more_services_than_fit_one_answer_sees_them_all(ada, pagerduty):
    one = pagerduty.services["PAPP00"]
    for n in range(150):
        pagerduty.services[f"PN{n:04}"] = type(one)(f"PN{n:04}", f"Service {n}", one.policy)

    give_token(ada)

    assert "It sees 153 services." in page(ada)


def test_what_was_found_wrong_with_a_target_stands_beside_it(ada):
    connect_target()
    with transaction() as session:
        shut = proofs.Finding("target primary", "service", False, "It is disabled.", grave=True)
        proofs.keep(session, [shut], at=START)

    assert "It is disabled." in page(ada)


def test_what_was_found_before_the_last_step_is_no_longer_said(ada, wall_clock):
    missing = proofs.Finding("pagerduty", "token", False, "There is no REST token.")
    with transaction() as session:
        proofs.keep(session, [missing], at=START)
        proofs.round_done(session, at=START, looked=True)
    before = page(ada)
    wall_clock.forward(seconds=5)

    give_token(ada)

    assert "There is no REST token." in before
    assert "There is no REST token." not in page(ada).partition("Connect PagerDuty")[2]
