"""Places where a test may ask the process to die, as if the power had gone, or to stand still."""

import signal
import threading

_armed = ""
_passes_left = 0
_signal = signal.SIGKILL


def arm(spec: str) -> None:
    """`claim-committed` dies at the first pass there, `claim-committed:3` at the third, and
    `claim-committed:3:stop` only stands still, until it is told to go on."""
    global _armed, _passes_left, _signal
    _armed, passes, how, *_ = [*spec.split(":"), "", ""]
    _passes_left = int(passes or 1)
    _signal = signal.SIGSTOP if how == "stop" else signal.SIGKILL


def failpoint(name: str) -> None:
    """Nothing at all, unless a test armed exactly this place."""
    global _passes_left
    if name != _armed:
        return
    _passes_left -= 1
    if _passes_left == 0:
        # To this very thread: another one might be a moment late to stop us all.
        signal.pthread_kill(threading.get_ident(), _signal)
