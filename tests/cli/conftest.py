"""The terminal, asked inside this process, on a database of its own."""

import pytest

from incident.cli import main


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsysbinary):
    """Runs a command; returns its status, and what it said on stdout and on stderr."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/incident.db")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret_key"))

    def ask(*arguments):
        status = main(arguments)
        said = capsysbinary.readouterr()
        return status, said.out.decode(), said.err.decode()

    return ask


@pytest.fixture
def desk(terminal):
    """The same, where a database has been made."""
    terminal("migrate")
    return terminal
