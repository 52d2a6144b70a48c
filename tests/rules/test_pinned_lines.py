"""What the pinned line says."""

from incident.rules import pinned_lines


def test_it_says_what_silence_means_and_whom_to_telephone():
    text = pinned_lines.text("primary", [("Maya", "+1 555 0100")], armed=True)

    assert text == (
        "Something is broken? Write it here: it wakes primary, whoever you are.\n"
        "No reply within 10 seconds means: telephone.\n"
        "1. Maya +1 555 0100"
    )


def test_a_dry_run_promises_nothing():
    assert "this is still a rehearsal" in pinned_lines.text("primary", [], armed=False)


def test_without_numbers_it_says_so():
    assert "No telephone numbers are kept for primary" in pinned_lines.text(
        "primary", [], armed=True
    )
