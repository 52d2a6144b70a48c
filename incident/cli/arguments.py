"""What may be asked for at the terminal, and which function answers."""

import argparse
from collections.abc import Sequence

ROLES = ("viewer", "responder", "admin")
FORMATS = ("md", "json")


def read(argv: Sequence[str]) -> argparse.Namespace:
    """The command, its arguments, and in `module` and `function` who carries it out."""
    parser = argparse.ArgumentParser(
        prog="incident", description="Live incident checklists, and the pages they send."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _serving(commands)
    _people(commands)
    _documents(commands)
    return parser.parse_args(argv)


def _serving(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, function, words in (
        ("run", "run", "migrate, then serve with a worker"),
        ("web", "web", "serve on HOST and PORT"),
    ):
        parser = _command(commands, name, "web", function, words)
        parser.add_argument("--no-worker", action="store_true", help="only answer the doors")
        parser.add_argument("--workers", type=int, default=1, help="processes (PostgreSQL only)")
        parser.add_argument("--threads", type=int, default=256, help="threads of each process")
    _command(commands, "worker", "worker", "worker", "send what is due, without a door")
    _command(commands, "migrate", "migrations", "migrate", "bring the database up to date")
    demo = _command(commands, "demo", "demo", "demo", "the whole loop, with stand-ins")
    demo.add_argument("--folder", default="", help="keep the demo's database here")


def _people(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    invite = _command(commands, "invite", "people", "invite", "print a link to make an account")
    invite.add_argument("email")
    invite.add_argument("--role", choices=ROLES, default="responder")
    token = _command(commands, "token", "people", "token", "print an API token, once")
    token.add_argument("name")
    token.add_argument("--role", choices=ROLES, default="responder")


def _documents(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    checklist = commands.add_parser("checklist", help="read, write, lint, import, export")
    verbs = checklist.add_subparsers(metavar="VERB", required=True)
    _command(verbs, "read", "checklists", "read", "Markdown on stdin, JSON on stdout")
    _command(verbs, "write", "checklists", "write", "JSON on stdin, Markdown on stdout")
    lint = _command(verbs, "lint", "checklists", "lint", "say what is wrong with documents")
    lint.add_argument("paths", nargs="+")
    taken = _command(verbs, "import", "checklists", "take_in", "make drafts of documents")
    taken.add_argument("paths", nargs="+")
    export = _command(verbs, "export", "checklists", "export", "write every checklist to a folder")
    export.add_argument("folder")
    retro = commands.add_parser("retro", help="export")
    verbs = retro.add_subparsers(metavar="VERB", required=True)
    export = _command(verbs, "export", "retros", "export", "a retro on stdout")
    export.add_argument("incident", metavar="INC-42")
    export.add_argument("--format", choices=FORMATS, default="md")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    module: str,
    function: str,
    words: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(module=module, function=function)
    return parser
