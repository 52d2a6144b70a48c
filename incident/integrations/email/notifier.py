"""Mails people through an SMTP server."""

import smtplib
import ssl

from incident.integrations.email import address
from incident.integrations.email.address import NotAnAddress, Server
from incident.integrations.email.connection import Connection, NoEncryption, NotTaken
from incident.integrations.email.message import mail_for
from incident.integrations.line import Line
from incident.integrations.notifier import Delivered, Message, NotSent, Refused, Result, TryAgain


class Email:
    """One for each thread that sends. Each attempt is one connection, which may be cut."""

    def __init__(self, url: str, *, connect_timeout: float = 3, read_timeout: float = 4) -> None:
        self._url = url
        self._timeouts = (connect_timeout, read_timeout)
        self._line = Line()

    def send(self, message: Message) -> Result:
        try:
            server = address.read(self._url)
        except NotAnAddress as error:
            return NotSent(str(error))
        asked = [str(mailbox) for mailbox in message.settings.get("to") or ()]
        to = list(dict.fromkeys(mailbox for mailbox in asked if address.is_mailbox(mailbox)))
        if not to:
            return Refused("There is nobody to mail")
        mail = mail_for(message, sender=server.sender, to=to)
        line = self._line = Line()
        try:
            return self._attempt(server, line, to, mail, asked)
        finally:
            line.end()

    def close(self) -> None:
        self._line.cut()

    def _attempt(
        self, server: Server, line: Line, to: list[str], mail: bytes, asked: list[str]
    ) -> Result:
        connection = Connection(server, line, timeouts=self._timeouts)
        try:
            connection.open()
            refused = connection.mail_to(to, mail)
        except NotTaken as error:
            return _answered(error.code, error.answer, server)
        except smtplib.SMTPAuthenticationError as error:
            return _unless_later(error.smtp_code, "The mail server refused the user or password")
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, str(error.smtp_error), server)
        except NoEncryption:
            return Refused("The mail server offers no encryption, so it gets no password from us")
        except smtplib.SMTPNotSupportedError:
            return Refused("The mail server knows no log-in that we know")
        except UnicodeError:
            return Refused("The user or password in SMTP_URL has characters that no server takes")
        except (OSError, smtplib.SMTPException) as error:
            return _no_answer(connection, line, error)
        finally:
            connection.close()
        left_out = {box: str(why.code) for box, why in refused.items()}
        left_out |= {box: "no address" for box in asked if not address.is_mailbox(box)}
        return Delivered({"mailed": len(to) - len(refused), "left_out": left_out})


def _answered(code: int, answer: str, server: Server) -> Result:
    words = answer.replace(server.password, "…") if server.password else answer
    said = f"The mail server answered {code}"
    return _unless_later(code, f"{said}: {words}" if words else said)


def _unless_later(code: int, reason: str) -> Result:
    """4xx is a bad moment; 5xx is for good. What is neither is no mail server's answer."""
    named = reason if str(code) in reason else f"{reason} ({code})"
    return Refused(named) if 500 <= code < 600 else TryAgain(named)


def _no_answer(connection: Connection, line: Line, error: Exception) -> TryAgain:
    if isinstance(error, ssl.SSLCertVerificationError):
        return TryAgain("The mail server's certificate could not be verified")
    if line.reached:
        return TryAgain("The mail server did not answer", ambiguous=connection.begun)
    return TryAgain("The mail server could not be reached")
