"""What may be said about a page target."""

import pytest

from incident.rules import targets


@pytest.mark.parametrize("name", ["primary", "mobile", "db-2", "team_a"])
def test_a_name_is_a_word_that_a_checklist_can_write(name):
    assert targets.name_problem(name) == ""


@pytest.mark.parametrize("name", ["", "Mobile", "my team", "-x", "a" * 41, "new", "a/b"])
def test_any_other_name_is_refused(name):
    assert "Small letters" in targets.name_problem(name)


def test_a_routing_key_that_was_cut_short_is_refused_with_its_length():
    assert "this has 31 characters" in targets.key_problem("R" * 31)


def test_no_routing_key_means_to_keep_what_there_is():
    assert targets.key_problem("") == ""
    assert targets.key_problem("a1" * 16) == ""


def test_a_backup_must_exist():
    assert targets.backup_problem("mobile", "web", {"mobile": ""}) == "There is no target web."


@pytest.mark.parametrize("backups", [{"a": ""}, {"a": "", "b": "a"}, {"a": "", "b": "c", "c": "a"}])
def test_backups_that_lead_back_to_their_start_are_refused(backups):
    backup = "b" if "b" in backups else "a"

    assert "in a ring" in targets.backup_problem("a", backup, backups)


def test_a_chain_of_backups_is_fine():
    assert targets.backup_problem("a", "b", {"a": "", "b": "c", "c": ""}) == ""


def test_telephones_are_read_a_line_each_in_order():
    text = "Maya +49 30 1234567\n\n  Tom Berg: (555) 123-4567 \n"

    assert targets.read_phones(text) == [
        {"name": "Maya", "phone": "+49 30 1234567"},
        {"name": "Tom Berg", "phone": "(555) 123-4567"},
    ]


def test_the_list_is_written_as_it_was_read():
    text = "Maya +49 30 1234567\nTom +1 555 1234567"

    assert targets.written_phones(targets.read_phones(text)) == text


def test_a_line_without_a_number_is_named():
    assert "“Maya”" in targets.phones_problem("Tom +1 555 1234567\nMaya")


def test_more_numbers_than_anybody_reads_at_night_are_refused():
    assert "At most 20" in targets.phones_problem("Maya +49 30 1234567\n" * 21)
