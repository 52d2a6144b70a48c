"""Time that is up, without a clock that could be wrong about it.

`SHORT` is how long a test waits for an answer that never comes. A busy machine may take longer
than that over one that does come: whoever expects one waits as long as the desk would.
`IN_TIME` is far more than being cut off takes, and less than the desk waits by itself.
`AT_ONCE` is for a silence in which the other side need not have done anything.
"""

import threading
import time

AT_ONCE, SHORT, IN_TIME, ENDLESS = 0.3, 2, 3.5, 60


def once_heard(fake, act):
    """Act as soon as `fake` has heard a request: the attempt is under way then."""

    def wait():
        while not fake.requests and not fake.stopping.is_set():
            time.sleep(0.005)
        time.sleep(0.05)
        act()

    threading.Thread(target=wait, daemon=True).start()
