"""A message as a mail: plain text, in ASCII from end to end, and always the same bytes."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from incident.integrations.notifier import Message

SUBJECT_LENGTH = 300
TEXT_LENGTH = 20_000
POLICY = SMTP.clone(cte_type="7bit")


def mail_for(message: Message, *, sender: str, to: Sequence[str]) -> bytes:
    """The whole mail with its headers. The same intent has the same Message-ID, so that a mail
    sent twice, because nobody knew whether it had arrived, is recognised as one."""
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=POLICY)
    mail["From"] = f"Incident desk <{sender}>"
    mail["To"] = ", ".join(to)
    mail["Subject"] = _subject(message)
    mail["Message-ID"] = f"<{_digest(message.intent_key)}@{domain}>"
    said_at = str(message.settings.get("at") or "")
    if said_at:
        mail["Date"] = format_datetime(datetime.fromisoformat(said_at))
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_text(message), charset="utf-8")
    return mail.as_bytes()


def _subject(message: Message) -> str:
    """One line, whatever was written into it."""
    subject = _printable(" ".join(message.subject.split())) or "Somebody is needed"
    if message.drill and "DRILL" not in subject:
        subject = f"DRILL {subject}"
    return subject[:SUBJECT_LENGTH]


def _text(message: Message) -> str:
    lines = str(message.settings.get("text") or message.subject).splitlines()
    text = "\n".join(_printable(line) for line in lines)[:TEXT_LENGTH]
    link = message.settings.get("link")
    return f"{text}\n\n{link}\n" if link else f"{text}\n"


def _printable(line: str) -> str:
    """Without control characters and halves of characters, which no mail can carry."""
    kept = "".join(sign if sign.isprintable() else " " for sign in line)
    return kept.encode("utf-8", "replace").decode().rstrip()


def _digest(intent_key: str) -> str:
    return hashlib.sha256(intent_key.encode(errors="surrogatepass")).hexdigest()[:32]
