"""Time that is up, without a clock that could be wrong about it."""

import threading
import time


def once_heard(fake, act):
    """Act as soon as `fake` has heard a request: the attempt is under way then."""

    def wait():
        while not fake.requests and not fake.stopping.is_set():
            time.sleep(0.005)
        time.sleep(0.05)
        act()

    threading.Thread(target=wait, daemon=True).start()
