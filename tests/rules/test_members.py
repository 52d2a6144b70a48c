"""Whose account a member of Slack has here, and whose it only looks like."""

from dataclasses import replace

import pytest

from incident.rules import members as rules
from incident.rules.members import Member

ANA = Member(id="U0ANA", team="T0DESK", name="Ana", email="Ana@Example.com")


def test_a_colleague_is_known_by_the_address_as_we_keep_it():
    assert rules.proven_email(ANA, "T0DESK") == "ana@example.com"


@pytest.mark.parametrize(
    "doubt",
    [
        {"bot": True},
        {"guest": True},
        {"stranger": True},
        {"gone": True},
        {"confirmed": False},
        {"team": "T0ELSEWHERE"},
        {"team": ""},
        {"email": ""},
        {"email": "Ana, of course"},
    ],
)
def test_whatever_is_doubtful_proves_nothing(doubt):
    assert rules.proven_email(replace(ANA, **doubt), "T0DESK") == ""


def test_while_our_own_workspace_is_not_known_nobody_is():
    assert rules.proven_email(ANA, "") == ""
    assert not rules.is_stranger(ANA, "")


def test_somebody_of_another_workspace_is_a_stranger():
    assert rules.is_stranger(ANA, "T0ELSEWHERE")
    assert rules.is_stranger(replace(ANA, stranger=True), "T0DESK")
    assert not rules.is_stranger(ANA, "T0DESK")


def test_the_first_name_that_says_anything_counts():
    assert rules.name_of("", " \n", "ana.w") == "ana.w"
    assert rules.name_of() == ""
    assert rules.name_of("Ana\u202e\nWeber") == "AnaWeber"
