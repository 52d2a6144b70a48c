"""Secrets at rest, and the key that opens them."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from incident.storage import sealed
from incident.storage.sealed import Unreadable

OLD = "an old key that nobody could ever guess"
NEW = "a new key which is as hard to guess too"


def test_a_sealed_secret_opens_again_and_does_not_show_itself():
    sealed.use(OLD)

    box = sealed.seal("R" * 32)

    assert "R" * 8 not in box
    assert sealed.unseal(box) == "R" * 32


def test_while_a_key_is_replaced_the_old_one_still_opens():
    sealed.use(OLD)
    box = sealed.seal("secret")

    sealed.use(f"{NEW},{OLD}")

    assert sealed.unseal(box) == "secret"


def test_what_was_sealed_with_a_lost_key_says_what_to_do():
    sealed.use(OLD)
    box = sealed.seal("secret")

    sealed.use(NEW)

    with pytest.raises(Unreadable, match="Put the old key back"):
        sealed.unseal(box)


def test_the_first_run_makes_a_key_that_only_its_owner_can_read(tmp_path):
    file = tmp_path / "var" / "secret_key"

    key = sealed.find_key("", file)

    assert len(key) >= 43
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_the_next_run_finds_the_same_key(tmp_path):
    file = tmp_path / "secret_key"

    assert sealed.find_key("", file) == sealed.find_key("", file)


def test_a_given_key_wins_and_no_file_is_made(tmp_path):
    file = tmp_path / "secret_key"

    assert sealed.find_key(OLD, file) == OLD
    assert not file.exists()


@pytest.mark.parametrize("key", ["changeme", "secret", "x" * 64, f"{NEW},dev"])
def test_a_key_that_could_be_guessed_is_refused(key, tmp_path):
    with pytest.raises(Unreadable, match="SECRET_KEY must be"):
        sealed.find_key(key, tmp_path / "secret_key")


def test_a_key_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(Unreadable, match="cannot be read or made"):
        sealed.find_key("", tmp_path)


def test_each_purpose_has_a_key_of_its_own():
    assert sealed.derived(OLD, "cookies") != sealed.derived(OLD, "seal")


def test_two_that_start_together_agree_on_one_key(tmp_path):
    file = tmp_path / "secret_key"

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: sealed.find_key("", file), range(8)))

    assert len(keys) == 1
