"""What may be said about a person."""

import pytest

from incident.rules import people


def test_an_address_is_kept_in_small_letters_without_blanks():
    assert people.email_of("  Maya@Example.COM ") == "maya@example.com"


@pytest.mark.parametrize(
    "email", ["", "maya", "maya@", "@example.com", "a b@c.d", "a@b@c", 'x"@y.z']
)
def test_what_is_no_address_is_refused(email):
    assert "e-mail address" in people.email_problem(email)


@pytest.mark.parametrize("name", ["Maya", "Ada Lovelace", "José", "陳大文"])
def test_names_may_be_written_in_any_letters(name):
    assert people.name_problem(name) == ""


@pytest.mark.parametrize("name", ["", "a" * 81, "Maya\nAda", "Maya\x00"])
def test_a_name_is_one_short_line(name):
    assert people.name_problem(name)


@pytest.mark.parametrize("phone", ["", "+49 30 1234567", "(555) 123-4567", "112 00"])
def test_numbers_that_can_be_dialled_are_taken(phone):
    assert people.phone_problem(phone) == ""


@pytest.mark.parametrize("phone", ["call me", "12", "+49 30 1234567 x"])
def test_numbers_that_cannot_be_dialled_are_refused(phone):
    assert "dialled" in people.phone_problem(phone)


def test_a_slack_member_id_starts_with_u_or_w():
    assert people.slack_problem("U024BE7LH") == ""
    assert "U or W" in people.slack_problem("@maya")


def test_zones_are_those_that_the_clock_knows():
    assert people.zones()[0] == "UTC"
    assert people.zone_problem("America/New_York") == ""
    assert people.zone_problem("Mars/Olympus") == "Choose a zone from the list."


def test_only_the_one_admin_left_is_the_last():
    assert people.is_last_admin(1, [1])
    assert not people.is_last_admin(1, [1, 2])
    assert not people.is_last_admin(3, [1])
