"""Which passwords are good enough."""

import pytest

from incident.rules.passwords import COMMON, problem


@pytest.mark.parametrize(
    "password",
    [
        "tall green horses run",
        "x7#qLm2!vR9z",
        "a" * 64 + "bcdefgh",
        "пароль из слов",
        "  blanks  count  ",
    ],
)
def test_a_long_password_of_any_kind_is_good(password):
    assert problem(password) == ""


def test_eleven_characters_are_too_few():
    assert problem("horses run!").startswith("At least 12 characters")


def test_the_longest_may_have_a_hundred_and_twenty_eight_characters():
    assert problem("horse " * 21 + "ab") == ""
    assert problem("horse " * 21 + "abc") == "At most 128 characters."


@pytest.mark.parametrize("password", sorted(COMMON)[:20])
def test_what_everybody_tries_first_is_refused(password):
    assert "everybody tries first" in problem(password)


@pytest.mark.parametrize("password", ["Password-1234", "QWERTY 123456", "aaaaaaaaaaaab"])
def test_case_and_signs_do_not_hide_a_common_password(password):
    assert "everybody tries first" in problem(password)


@pytest.mark.parametrize("password", ["maya@example.com", "Maya-Example-2021", "pagerduty 2026!"])
def test_what_anybody_knows_of_its_owner_is_refused(password):
    assert "too close" in problem(password, known=("Maya", "maya@example.com", "example"))


def test_a_name_within_a_longer_password_is_fine():
    assert problem("maya keeps eleven geese", known=("Maya",)) == ""


def test_every_common_password_is_long_enough_to_matter():
    assert [word for word in COMMON if len(word) < 12 or word != word.casefold()] == []
