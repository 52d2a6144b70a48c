"""What may become a draft at all."""

import pytest

from incident.rules.outcome import NotAllowed
from incident.services import checklists
from incident.storage.db import transaction
from tests.conftest import ADA


@pytest.mark.parametrize("character", ["\0", "\ud800"])
def test_a_document_that_no_database_can_keep_is_refused_in_words(database, clock, character):
    source = f"# Purge\n\n- Count {character}\n"

    with pytest.raises(NotAllowed, match="is not text"), transaction() as session:
        checklists.draft(session, source=source, actor=ADA, at=clock())


def test_a_character_hidden_in_the_front_matter_blocks_publishing_only(database, clock):
    source = '---\nowner: "a\\0b"\n---\n\n# Purge\n\n- Count\n'

    with transaction() as session:
        revision = checklists.draft(session, source=source, actor=ADA, at=clock())

    assert revision.front == {}
    assert ["not text" in problem["sentence"] for problem in revision.problems] == [True]
