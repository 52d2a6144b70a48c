"""The standard library's SMTP, held to one connection over a line that can be cut."""

import re
import smtplib
import socket
import ssl

from incident.integrations.email.address import Server
from incident.integrations.line import Line

ANSWER_LENGTH = 200
LEADING_DOT = re.compile(rb"(?m)^\.")


class NoEncryption(Exception):
    """The server would have the password in plain sight."""


class NotTaken(Exception):
    """The server answered no. `code` is its own."""

    def __init__(self, code: int, answer: bytes) -> None:
        super().__init__(code)
        self.code = code
        self.answer = " ".join(answer.decode("ascii", "replace").split())[:ANSWER_LENGTH]


class Connection(smtplib.SMTP):
    """`begun`: the mail itself is on its way, so from now on it may have arrived.

    TLS from the first byte, or as soon as it is offered, and never without looking at the
    certificate. A password goes out under TLS only, except to this very machine.
    """

    def __init__(self, server: Server, line: Line, *, timeouts: tuple[float, float]) -> None:
        self.begun = False
        self._server, self._line = server, line
        self._read_timeout = timeouts[1]
        self._under_tls = server.secure
        # Told, not asked of the network: that question has no deadline.
        super().__init__(local_hostname=server.domain, timeout=timeouts[0])
        self._host = server.host

    def open(self) -> None:
        code, answer = self.connect(self._server.host, self._server.port)
        self._line.reached = True
        _insist(code, answer, 220)
        self.ehlo_or_helo_if_needed()
        if not self._under_tls and self.has_extn("starttls"):
            _insist(*self.starttls(context=ssl.create_default_context()), 220)
            self._under_tls = True
            self.ehlo_or_helo_if_needed()
        if self._server.user:
            self._log_in()

    def mail_to(self, to: list[str], mail: bytes) -> dict[str, NotTaken]:
        """Hand over one mail. Answers whom the server would not take it for, unless that is
        everybody; then raises why."""
        _insist(*self.mail(self._server.sender), 250)
        refused = {}
        for address in to:
            code, answer = self.rcpt(address)
            if code not in (250, 251):
                refused[address] = NotTaken(code, answer)
        if len(refused) == len(to):
            raise _worth_trying_again(refused)
        _insist(*self.docmd("DATA"), 354)
        self.begun = True
        self.send(LEADING_DOT.sub(b"..", mail) + b".\r\n")
        _insist(*self.getreply(), 250)
        return refused

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected = self._line.take(socket.create_connection((host, port), timeout))
        connected.settimeout(self._read_timeout)
        if not self._server.secure:
            return connected
        context = ssl.create_default_context()
        return context.wrap_socket(connected, server_hostname=host)

    def _log_in(self) -> None:
        if not self._under_tls and self._server.host not in ("localhost", "127.0.0.1", "::1"):
            raise NoEncryption
        self.login(self._server.user, self._server.password)


def _insist(code: int, answer: bytes, wanted: int) -> None:
    if code != wanted:
        raise NotTaken(code, answer)


def _worth_trying_again(refused: dict[str, NotTaken]) -> NotTaken:
    """Of several refusals the one that is not for good, if there is one."""
    answers = list(refused.values())
    return next((answer for answer in answers if answer.code < 500), answers[0])
