"""Places where a test may ask the process to die, as if the power had gone."""

import os
import signal

_armed = ""
_passes_left = 0


def arm(spec: str) -> None:
    """`claim-committed` dies at the first pass there, `claim-committed:3` at the third."""
    global _armed, _passes_left
    _armed, _, passes = spec.partition(":")
    _passes_left = int(passes or 1)


def failpoint(name: str) -> None:
    """Nothing at all, unless a test armed exactly this place."""
    global _passes_left
    if name != _armed:
        return
    _passes_left -= 1
    if _passes_left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
