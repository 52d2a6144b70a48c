"""What a PagerDuty account holds, read in our words; and every refusal as a sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from incident.integrations.pagerduty import account
from incident.integrations.pagerduty.rest import Rest, RestRefused, RestUnreachable
from incident.integrations.pagerduty.words import why
from incident.rules.proofs import Ways
from tests.fakes import server
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.pagerduty_catalog import A_TOKEN, ACCOUNT_TOKEN, READ_ONLY_TOKEN, Turn

NOW = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def pagerduty():
    with FakePagerDuty() as fake:
        yield fake
    assert fake.breaches == []


@pytest.fixture
def rest(pagerduty):
    return Rest(pagerduty.url, A_TOKEN)


class Answers:
    """Says the same thing to every question."""

    def __init__(self, said):
        self.said = said

    def get(self, path, **params):
        return self.said


def test_a_token_tells_whose_it_is_and_one_of_the_account_tells_nobody(pagerduty, rest):
    of_maya, of_all = account.owner(rest), account.owner(Rest(pagerduty.url, ACCOUNT_TOKEN))

    assert (of_maya.name, of_maya.email, of_maya.account) == (
        "Maya",
        "maya@example.com",
        "desk.pagerduty.com",
    )
    assert of_all == account.Owner()


def test_a_token_that_is_not_known_is_refused(pagerduty):
    with pytest.raises(RestRefused) as refused:
        account.owner(Rest(pagerduty.url, "u+wrong"))

    assert refused.value.status == 401


def test_an_address_is_somebodys_or_nobodys(rest):
    assert account.has_person(rest, "TOM@example.com")
    assert not account.has_person(rest, "sam@example.com")
    assert not account.has_person(rest, "maya@example.co")


def test_more_services_than_fit_one_answer_are_all_there(pagerduty, rest):
    one = pagerduty.services["PAPP00"]
    for n in range(230):
        pagerduty.services[f"PN{n:04}"] = type(one)(f"PN{n:04}", f"Service {n}", one.policy)

    assert len(account.services(rest)) == 233


def test_a_service_that_is_gone_is_none(rest):
    assert account.service(rest, "PAPP00").policy_name == "Core"
    assert account.service(rest, "PGONE0") is None


def test_a_key_is_made_for_the_service_that_was_asked_for(pagerduty, rest):
    key = account.make_key(rest, "PDATA0", "mobile")

    assert len(key) == 32
    assert pagerduty.keys == {key: "PDATA0"}


def test_whose_turn_it_is_comes_with_zone_level_and_end(pagerduty, rest):
    end = NOW + timedelta(hours=6)
    pagerduty.turns = [Turn("PCORE0", "PMAYA0", level=2, end=end), Turn("PTEST0", "PTOM00")]

    (shift,) = account.shifts(rest, "PCORE0", since=NOW, until=NOW + timedelta(hours=24))

    assert (shift.name, shift.zone, shift.level) == ("Maya", "Europe/Berlin", 2)
    assert (shift.start, shift.end) == (None, end)


@pytest.mark.parametrize(
    ("kinds", "wakes", "phone"),
    [
        (["phone", "email"], True, "+1 5550100"),
        (["sms"], True, "+1 5550100"),
        (["push_notification"], True, ""),
        (["email"], False, ""),
        ([], False, ""),
    ],
)
def test_an_app_a_telephone_or_sms_wakes_and_an_address_does_not(
    pagerduty, rest, kinds, wakes, phone
):
    pagerduty.users["PMAYA0"].ways = kinds

    assert account.ways(rest, "PMAYA0") == Ways(wakes=wakes, phone=phone)


@pytest.mark.parametrize("spoilt", [{"enabled": False}, {"blacklisted": True}])
def test_a_way_that_is_switched_off_or_barred_wakes_nobody(spoilt):
    way = {"type": "phone_contact_method", "address": "5550100", "country_code": 49} | spoilt

    assert account.ways(Answers({"contact_methods": [way]}), "PMAYA0") == Ways(wakes=False)


def test_a_telephone_is_written_with_its_country():
    ways = [
        {"type": "sms_contact_method", "address": "1", "country_code": 44},
        {"type": "phone_contact_method", "address": "301234567", "country_code": 49},
    ]

    assert account.ways(Answers({"contact_methods": ways}), "PMAYA0").phone == "+49 301234567"


def test_a_webhook_is_made_found_switched_off_and_on(pagerduty, rest):
    made = account.subscribe(rest, "https://desk.example.com/api/triggers/pagerduty")
    assert made.secret
    assert account.subscription(rest, made.id).secret == ""

    account.switch_off(rest, made.id)
    assert not account.subscription(rest, made.id).is_on

    pagerduty.webhooks[made.id].active = True
    pagerduty.webhooks[made.id].temporarily_disabled = True
    account.switch_on(rest, made.id)
    assert account.subscription(rest, made.id).is_on
    assert account.subscription(rest, "PGONE0") is None


def test_a_token_that_may_only_look_makes_nothing(pagerduty):
    with pytest.raises(RestRefused) as refused:
        account.make_key(Rest(pagerduty.url, READ_ONLY_TOKEN), "PAPP00", "primary")

    said = why(refused.value, doing="make an integration in that service")
    assert said.startswith("The token may not make an integration in that service (403).")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "does not know this token"),
        (401, "https://api.eu.pagerduty.com"),
        (402, "Your PagerDuty plan does not allow"),
        (404, "Refresh the list"),
        (429, "Try again in a minute"),
        (400, "PagerDuty would not do it (400)"),
        (503, "could not be asked"),
    ],
)
def test_every_refusal_is_a_sentence_that_says_what_to_do(pagerduty, rest, status, words):
    pagerduty.script.append(server.status(status))

    with pytest.raises((RestRefused, RestUnreachable)) as refused:
        account.service(rest, "PAPP00") if status != 404 else rest.get("/services/PGONE0")

    assert words in why(refused.value, doing="do it")
