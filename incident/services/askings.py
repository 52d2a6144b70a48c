"""What somebody in Slack asks for, with everything that is needed to do it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor
from incident.rules.slash import Said


@dataclass(frozen=True, slots=True)
class Asking:
    """`said` is what was typed, `channel` where, by the Slack member `member`."""

    session: Session
    said: Said
    actor: Actor
    at: datetime
    channel: str = ""
    member: str = ""
