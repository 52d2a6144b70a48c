"""Starting and killing the desk's processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


@dataclass(frozen=True)
class Process:
    """One command of the desk, with whatever it forked: they share a process group."""

    pid: int
    born: str
    log: Path

    @property
    def alive(self) -> bool:
        """Numbers come round again: a process of another birth is not ours to signal."""
        return self.born != "" and _born(self.pid) == self.born

    def kill(self) -> None:
        """As if the power had gone. One that was born just now may not lead its group yet."""
        wait_until(self._dies, "a process to die")

    def signal(self, number: int) -> None:
        """To the whole group."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _dies(self) -> bool:
        self.signal(signal.SIGKILL)
        return not self.alive

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


class Template:
    """The process from which all others are forked."""

    def __init__(self) -> None:
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.trials.template"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        *arguments: str,
        environment: dict[str, str],
        folder: Path,
        hurry: float = 1.0,
        pace: float = 1.0,
        bug: str = "",
    ) -> Process:
        self._count += 1
        log = folder / f"{self._count:04}-{arguments[0]}.log"
        asked = {
            "arguments": arguments,
            "environment": environment,
            "log": str(log),
            "hurry": hurry,
            "pace": pace,
            "bug": bug,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        return Process(child, _born(child), log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=PATIENCE)
        self._process.stdout.close()


def _born(pid: int) -> str:
    """When the process was started, in the kernel's ticks; nothing if it is no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_until(happened: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Real processes take real time: look often, and give up loudly."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(0.005)


def is_free(port: int) -> bool:
    """What a killed process has forked may take a moment longer to die."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
