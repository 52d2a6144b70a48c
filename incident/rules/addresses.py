"""Which addresses we send a browser to after a log-in: our own pages, and nothing else."""

import re

OUR_OWN = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


def our_own(address: str | None) -> str:
    """The address if it is a path on this site, else the front page."""
    return address if address and OUR_OWN.fullmatch(address) else "/"
