"""What the pinned line says."""

from incident.rules import pinned_lines


def test_it_says_what_silence_means_and_whom_to_telephone():
    text = pinned_lines.text("primary", [("Maya", "+1 555 0100")], armed=True)

    assert text == (
        "Something is broken? Write it here: it wakes primary, whoever in our company you are.\n"
        "No reply within 10 seconds means: telephone.\n"
        "1. Maya +1 555 0100"
    )


def test_a_dry_run_promises_nothing():
    text = pinned_lines.text("primary", [("Maya", "+1 555 0100")], armed=False)

    assert text == (
        "Writing here wakes nobody: this is still a rehearsal.\n"
        "Something is broken? Telephone.\n"
        "1. Maya +1 555 0100"
    )


def test_where_only_some_words_count_it_names_them():
    text = pinned_lines.text("primary", [], armed=True, counts="a message with the word “sos”")

    assert text.startswith(
        "Something is broken? Write it here: a message with the word “sos” wakes primary, "
        "whoever in our company you are. Any other wakes nobody."
    )


def test_where_people_of_another_company_may_call_it_is_for_everybody():
    text = pinned_lines.text("primary", [], armed=True, strangers=True)

    assert "it wakes primary, whoever you are." in text


def test_without_numbers_it_says_so():
    assert "No telephone numbers are kept for primary" in pinned_lines.text(
        "primary", [], armed=True
    )
