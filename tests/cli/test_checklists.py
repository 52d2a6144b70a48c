import io
import json
import sys

import pytest

DOCUMENT = (
    "---\ntitle: Full disk\nslug: full-disk\n---\n\n# Full disk\n\n- [ ] Look\r\n- [x]  Wait\n"
)


@pytest.fixture
def given(monkeypatch):
    """Puts bytes on stdin."""

    def put(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return put


@pytest.fixture
def written(tmp_path):
    """Writes a document to a folder; returns its path."""

    def put(name, text=DOCUMENT):
        path = tmp_path / "lists" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        return str(path)

    return put


def test_reading_and_writing_back_changes_no_byte(terminal, given):
    given(DOCUMENT.encode())
    _, shown, _ = terminal("checklist", "read")
    given(shown.encode())

    _, back, _ = terminal("checklist", "write")

    assert back == DOCUMENT


def test_a_document_is_shown_as_json(terminal, given):
    given(DOCUMENT.encode())

    _, shown, _ = terminal("checklist", "read")

    assert json.loads(shown)["title"] == "Full disk"


def test_what_is_not_json_is_refused(terminal, given):
    given(b"{")

    status, _, error = terminal("checklist", "write")

    assert status == 2
    assert error.startswith("incident: stdin is not JSON")


def test_what_is_not_a_checklist_is_refused(terminal, given):
    given(b'{"sections": 3}')

    status, _, error = terminal("checklist", "write")

    assert status == 2
    assert error.count("\n") == 1


def test_what_is_not_text_is_refused(terminal, given):
    given(b"\xff\xfe")

    assert terminal("checklist", "read")[0] == 2


def test_a_good_document_has_nothing_to_say(terminal, written):
    status, said, _ = terminal("checklist", "lint", written("a.md"))

    assert status == 0
    assert said.endswith("a.md: nothing to say\n")


def test_what_blocks_publishing_is_named_with_its_line(terminal, written):
    path = written("a.md", DOCUMENT + '- [ ] Post {post="" colour=red}\n')

    status, said, _ = terminal("checklist", "lint", path)

    assert status == 1
    assert f"{path}:10: " in said


def test_a_target_is_known_only_where_it_is_published(terminal, written):
    path = written("a.md", DOCUMENT + "- [ ] Page {page=nobody then=somebody late=else}\n")

    assert terminal("checklist", "lint", path)[0] == 0


def test_a_whole_folder_becomes_drafts(desk, written):
    written("a.md")
    path = written("b.md", DOCUMENT.replace("Full disk", "No disk").replace("full-disk", "no-disk"))

    status, said, _ = desk("checklist", "import", str(path).rpartition("/")[0])

    assert status == 0
    assert "1/2 full-disk, draft 1: ready" in said
    assert "2/2 no-disk, draft 1: ready" in said


def test_what_was_taken_in_comes_out_again(desk, written, tmp_path):
    desk("checklist", "import", written("a.md"))

    desk("checklist", "export", str(tmp_path / "out"))

    assert (tmp_path / "out" / "full-disk.md").read_bytes() == DOCUMENT.encode()
    assert (tmp_path / "out" / "general-incident.md").exists()


def test_a_path_that_leads_nowhere_is_refused(desk):
    status, _, error = desk("checklist", "import", "/nowhere")

    assert (status, error) == (2, "incident: There is no /nowhere.\n")
