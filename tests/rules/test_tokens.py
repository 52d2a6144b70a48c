"""How a token is written and read."""

import pytest

from incident.rules import tokens

SECRET = "A" * 42 + "_"


def test_a_token_is_read_as_it_was_written():
    assert tokens.read(tokens.written(7, SECRET)) == (7, SECRET)


@pytest.mark.parametrize(
    "text",
    ["", "ic_7_", f"ic_7_{SECRET}x", f"ic_x_{SECRET}", f" ic_7_{SECRET}", f"ic_٣_{SECRET}", SECRET],
)
def test_anything_else_is_no_token(text):
    assert tokens.read(text) is None


def test_only_the_secret_itself_matches_its_hash():
    kept = tokens.hashed(SECRET)

    assert tokens.matches(SECRET, kept)
    assert not tokens.matches("B" * 43, kept)
    assert SECRET not in kept
