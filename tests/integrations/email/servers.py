"""A real SMTP server, and one that says line by line what a test wants it to say."""

import contextlib
import socket
import threading
import time
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "desk@example.com", "pa:ss/word@%"


class Kept:
    """What the server took, and what it answers otherwise: by recipient, or to the mail."""

    def __init__(self):
        self.mails, self.recipients, self.under_tls, self.logged_in = [], [], [], []
        self.refused, self.answer = {}, "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.append(list(envelope.rcpt_tos))
            self.under_tls.append(session.ssl is not None)
            self.logged_in.append(session.auth_data)
        return self.answer


def check(server, session, envelope, mechanism, given):
    right = isinstance(given, LoginPassword) and given.login == USER.encode()
    if right and given.password == PASSWORD.encode():
        return AuthResult(success=True, auth_data=USER)
    return AuthResult(success=False, handled=False)


@contextlib.contextmanager
def mail_server(**options):
    """Yields its port and what it keeps."""
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port, kept
    finally:
        controller.stop()


class Scripted:
    """Answers each line of the client with the next of `answers`; a number means so many seconds
    of silence, `None` to hang up. `drip` is the pause between two bytes of an answer."""

    def __init__(self, *answers, drip=0.0, host="127.0.0.1"):
        self.answers, self.drip = list(answers), drip
        self.lines, self.requests, self.stopping = [], [], threading.Event()
        self._listening = socket.create_server((host, 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self._listening.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            ours, _ = self._listening.accept()
            with ours, ours.makefile("rb") as heard:
                for answer in self.answers:
                    if answer is None:
                        return
                    self._say(ours, answer)
                    if not self._listen(heard, in_mail=str(answer).startswith("354")):
                        return
                self.stopping.wait(10)

    def _say(self, ours, answer):
        if isinstance(answer, (int, float)):
            self.stopping.wait(answer)
            return
        for byte in f"{answer}\r\n".encode():
            ours.sendall(bytes([byte]))
            if self.drip:
                time.sleep(self.drip)

    def _listen(self, heard, *, in_mail):
        while line := heard.readline():
            self.lines.append(line.rstrip(b"\r\n"))
            self.requests.append(line)
            if not in_mail or line == b".\r\n":
                return True
        return False


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]
