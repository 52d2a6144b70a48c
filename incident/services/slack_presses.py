"""A button pressed in Slack: below the receipt or on the live card, and by whom at all."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.dialogs import NOTHING, Reply
from incident.rules.outcome import NotAllowed
from incident.rules.slash_words import AT_HOME
from incident.services import card_presses, members, presses
from incident.services.presses import Press
from incident.services.slash import Speaker
from incident.storage import slack_rules


def press(session: Session, pressed: Press, speaker: Speaker, *, at: datetime) -> Reply:
    """Do what the button says, or raise NotAllowed with a sentence for whoever pressed it."""
    name, team = speaker.name, speaker.team
    members.meet(session, speaker.member, name=name, team=team, at=at)
    _require_at_home(session, speaker)
    if pressed.action in presses.DEEDS:
        return presses.press(session, pressed, at=at) or NOTHING
    return card_presses.press(session, pressed, at=at)


def _require_at_home(session: Session, speaker: Speaker) -> None:
    """People of another company press only where the channel's rule lets them call."""
    if not speaker.external:
        return
    actor = members.actor_for(session, speaker.member, speaker.name)
    rule = slack_rules.find(session, speaker.channel)
    if actor.person_id is None and (rule is None or not rule.strangers):
        raise NotAllowed(AT_HOME)
