"""Where mail goes out, as SMTP_URL says it."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
MAILBOX = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]+@(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f.:]+\])")
MAILBOX_LENGTH = 254


class NotAnAddress(Exception):
    """SMTP_URL says something else. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Server:
    """`secure`: TLS from the first byte; else STARTTLS wherever the server offers it."""

    host: str
    port: int
    sender: str
    secure: bool = False
    user: str = ""
    password: str = ""

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


def read(url: str) -> Server:
    """`smtp://user:password@host:587?from=desk@example.com`; raises NotAnAddress.

    Without `from` the mail comes from the user if that is an address, else from the host.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotAnAddress("SMTP_URL is no address: the port is no number, or the like") from error
    if parts.scheme not in PORTS or not host:
        raise NotAnAddress("SMTP_URL must read smtp://user:password@host:587 or smtps://…:465")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    asked = parse_qs(parts.query).get("from", [""])[0].strip()
    sender = asked or (user if "@" in user else f"incident-desk@{_domain(host)}")
    if not is_mailbox(sender):
        raise NotAnAddress(f"SMTP_URL: “{sender}” is no address to send from. Add ?from=…")
    return Server(
        host, port or PORTS[parts.scheme], sender, parts.scheme == "smtps", user, password
    )


def is_mailbox(address: str) -> bool:
    """Whether mail can be sent to it by every server there is: plain ASCII, and nothing that
    could end a line or a command."""
    return len(address) <= MAILBOX_LENGTH and MAILBOX.fullmatch(address) is not None


def _domain(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{host}]"
