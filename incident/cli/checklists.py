"""`incident checklist …`: documents in and out. Reading, writing and linting need no database."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from incident import clock
from incident.cli.desk import CannotDo, configure, open_desk
from incident.cli.people import OPERATOR
from incident.rules import documents
from incident.rules.checklists import Problem, lines, problems
from incident.rules.documents import Document
from incident.services import checklists as services
from incident.storage import checklists
from incident.storage.checklists import Checklist
from incident.storage.db import reading, transaction


def read(_asked: argparse.Namespace) -> None:
    """Markdown on stdin, JSON on stdout."""
    shown = documents.to_json(documents.read(_text(sys.stdin.buffer.read(), "stdin")))
    json.dump(shown, sys.stdout, ensure_ascii=False, indent=2)
    print()


def write(_asked: argparse.Namespace) -> None:
    """JSON on stdin, Markdown on stdout, byte for byte where nothing changed."""
    try:
        given = json.loads(_text(sys.stdin.buffer.read(), "stdin"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise CannotDo(f"stdin is not JSON: {error}.") from None
    sys.stdout.buffer.write(documents.write(given).encode())


def lint(asked: argparse.Namespace) -> int:
    """Exit status 1 if something would stand in the way of publishing."""
    blocked = 0
    for path in _documents(asked.paths):
        found = _problems(documents.read(_text(path.read_bytes(), str(path))))
        for problem in found:
            weight = "" if problem.blocks else "consider: "
            print(f"{path}:{problem.line}: {weight}{problem.sentence}")
        blocked += any(problem.blocks for problem in found)
        if not found:
            print(f"{path}: nothing to say")
    return 1 if blocked else 0


def take_in(asked: argparse.Namespace) -> None:
    """Every document becomes a draft. Nothing is published, and nothing is sent."""
    open_desk(configure())
    paths = list(_documents(asked.paths))
    for number, path in enumerate(paths, start=1):
        source = _text(path.read_bytes(), str(path))
        with transaction() as session:
            revision = services.draft(session, source=source, actor=OPERATOR, at=clock.now())
            slug = session.get_one(Checklist, revision.checklist_id).slug
        blocking = sum(problem["blocks"] for problem in revision.problems)
        state = f"{blocking} things to settle before it can be published" if blocking else "ready"
        print(f"{number}/{len(paths)} {slug}, draft {revision.number}: {state} ({path})")


def export(asked: argparse.Namespace) -> None:
    """The revision that runs, or the newest draft where none does."""
    open_desk(configure())
    folder = Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with reading() as session:
        every = checklists.every(session)
        for checklist in every:
            number = checklist.published or checklists.last_number(session, checklist.id)
            source = checklists.revision(session, checklist.id, number).source
            (folder / f"{checklist.slug}.md").write_bytes(source.encode())
    print(f"{len(every)} checklists are in {folder}.")


def _documents(given: list[str]) -> Iterator[Path]:
    for path in map(Path, given):
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*.md") if found.is_file())
        elif path.is_file():
            yield path
        else:
            raise CannotDo(f"There is no {path}.")


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise CannotDo(f"{name} is not UTF-8 at byte {error.start}.") from None


def _problems(document: Document) -> tuple[Problem, ...]:
    """Whether a target exists is known only where it is published; here any name will do."""
    named = {str(line.settings.get(name)) for line in lines(document) for name in _NAMING}
    return problems(document, named)


_NAMING = ("target", "then", "late")
