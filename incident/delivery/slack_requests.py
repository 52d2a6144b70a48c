"""What people ask of the desk in Slack, over either transport: one service, one transaction.

`handle` is done before Slack is answered. What Slack has to be asked for in its turn, dialogs and
answers to one person, is done aside and may fail: whoever asked sees that, and asks again.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.delivery.asides import ASIDES
from incident.delivery.net import Net
from incident.delivery.slack_dialogs import NOT_THERE, Answering, Opening, filled, speaker_of
from incident.integrations.slack import replies, requests, views
from incident.integrations.slack.requests import (
    Command,
    Kind,
    Press,
    Request,
    Shortcut,
    Submitted,
)
from incident.rules import slash as rules
from incident.rules.dialogs import NOTHING, Asked, Reply
from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import answers, dialogs, members, presses, shortcuts, slack_presses, slash
from incident.services.answers import Answered
from incident.services.slash import Speaker
from incident.storage.db import transaction

STUMBLED = "The desk stumbled over this, and nothing was done. Try again, or use the desk."
REQUESTS = Actor("requests", role="system", source="slack")
ERROR_LENGTH = 1_000

Body = Mapping[str, Any]
Do = Callable[[Session], Reply]


def handle(kind: Kind, payload: Mapping[str, Any], *, at: datetime) -> Body | None:
    """What Slack is answered, if anything but "heard". Raises while the database is away: Slack
    is to be told that it was not heard, and tells it again."""
    asked = requests.read(kind, payload)
    with Net(f"a {kind} from Slack") as net:
        return _handled(asked, at)
    if net.is_outage and net.caught is not None:
        raise net.caught
    return _stumbled(asked)


def _handled(asked: Request, at: datetime) -> Body | None:
    if isinstance(asked, Command):
        return _command(asked, at)
    if isinstance(asked, Submitted):
        return _submitted(asked, at)
    if isinstance(asked, Press):
        _press(asked, at)
    elif isinstance(asked, Shortcut):
        _shortcut(asked, at)
    return None


def _stumbled(asked: Request) -> Body | None:
    if isinstance(asked, Command):
        return _answer(Reply(STUMBLED))
    if isinstance(asked, Submitted):
        return _refused(asked, {"": STUMBLED})
    if isinstance(asked, Press | Shortcut):
        channel = asked.pressed.channel if isinstance(asked, Press) else asked.channel
        ASIDES.give(Answering(Reply(STUMBLED), asked.asker, channel))
    return None


def _command(command: Command, at: datetime) -> Body | None:
    """A dialog is opened before anything is looked up: its trigger does not last."""
    said = rules.read(command.text, command.members)
    dialog = rules.dialog_of(said, command.channel)
    if dialog is not None:
        ASIDES.give(Opening(dialog, command.asker, at, command.channel))
        return None
    speaker = speaker_of(command.asker, command.channel)
    reply = _once(
        command.asker.trigger_id, speaker, at, lambda s: slash.run(s, said, speaker, at=at)
    )
    if reply.dialog is not None:
        ASIDES.give(Opening(reply.dialog, command.asker, at, command.channel))
    return _answer(reply) if reply.text else None


def _press(press: Press, at: datetime) -> None:
    """What is pressed is done once in any case: the deeds themselves see to that."""
    pressed = press.pressed
    thread_ts = pressed.thread_ts or pressed.message_ts
    if pressed.action == rules.BUTTON:
        _words_pressed(press, at)
        return
    hand = presses.Press(
        action=pressed.action,
        value=pressed.value,
        member=pressed.user_id,
        member_name=pressed.user_name,
        thread_ts=thread_ts,
    )
    speaker = speaker_of(press.asker, pressed.channel)
    reply = _refusing(hand, speaker, at)
    _tell(reply, press, at, thread_ts=thread_ts)


def _refusing(hand: presses.Press, speaker: Speaker, at: datetime) -> Reply:
    """A refusal below the receipt is said there, for everybody who waits; else to the one."""
    try:
        with transaction() as session:
            return slack_presses.press(session, hand, speaker, at=at)
    except NotAllowed as refusal:
        if hand.action not in presses.DEEDS:
            return Reply(str(refusal))
        with transaction() as session:
            presses.refuse(session, hand, str(refusal), at=at)
    except NoResultFound:
        return NOTHING
    return NOTHING


def _words_pressed(press: Press, at: datetime) -> None:
    """A button that stands for what might have been typed."""
    said, channel = rules.read(press.pressed.value), press.pressed.channel
    dialog = rules.dialog_of(said, channel)
    if dialog is not None:
        ASIDES.give(Opening(dialog, press.asker, at, channel, press.pressed.thread_ts))
        return
    speaker = speaker_of(press.asker, channel)
    reply = _once(press.asker.trigger_id, speaker, at, lambda s: slash.run(s, said, speaker, at=at))
    _tell(reply, press, at, thread_ts=press.pressed.thread_ts)


def _tell(reply: Reply, press: Press, at: datetime, *, thread_ts: str) -> None:
    channel = press.pressed.channel
    if reply.dialog is not None:
        ASIDES.give(Opening(reply.dialog, press.asker, at, channel, thread_ts))
    if reply.text:
        thread = press.pressed.thread_ts
        ASIDES.give(Answering(reply, press.asker, channel, thread, replacing=press.passing))


def _shortcut(shortcut: Shortcut, at: datetime) -> None:
    on = shortcuts.Message(
        channel=shortcut.channel,
        ts=shortcut.ts,
        team=shortcut.asker.team,
        message=shortcut.message,
    )
    dialog = shortcuts.dialog_of(shortcut.name, on)
    if dialog is not None:
        ASIDES.give(Opening(dialog, shortcut.asker, at, shortcut.channel))
        return
    speaker = speaker_of(shortcut.asker, shortcut.channel)
    reply = _once("", speaker, at, lambda s: shortcuts.run(s, shortcut.name, on, speaker, at=at))
    if reply.dialog is not None:
        ASIDES.give(Opening(reply.dialog, shortcut.asker, at, shortcut.channel))
    if reply.text:
        ASIDES.give(Answering(reply, shortcut.asker, shortcut.channel))


def _submitted(sent: Submitted, at: datetime) -> Body | None:
    speaker = speaker_of(sent.asker)

    def do(session: Session) -> Reply:
        actor = slash.heard(session, speaker)
        reply = dialogs.submit(session, sent.name, sent.context, sent.values, actor=actor, at=at)
        if reply.errors:
            raise Wrong(reply.errors)
        return reply

    try:
        reply = _once_or_not(f"{sent.view_id}:{sent.view_hash}", speaker, at, do)
    except Wrong as refusal:
        return _refused(sent, refusal.fields)
    except NotAllowed as refusal:
        return _refused(sent, {"": str(refusal)})
    except NoResultFound:
        return _refused(sent, {"": NOT_THERE})
    return _after(sent, reply, at)


def _after(sent: Submitted, reply: Reply, at: datetime) -> Body | None:
    """Nothing closes the dialog; words take its place; another dialog follows in it."""
    if reply.dialog is not None:
        return {"response_action": "update", "view": filled(reply.dialog, sent.asker, at=at)}
    if reply.text:
        return _telling(sent, reply.text)
    return None


def _refused(sent: Submitted, wrong: Mapping[str, str]) -> Body:
    """At the field that it is about; what is about none stands at the first one."""
    if not sent.fields:
        return _telling(sent, " ".join(wrong.values()))
    errors: dict[str, str] = {}
    for name, sentence in wrong.items():
        at_field = name if name in sent.fields else sent.fields[0]
        errors[at_field] = f"{errors.get(at_field, '')} {sentence}".strip()
    cut = {name: views.cut(sentence, ERROR_LENGTH) for name, sentence in errors.items()}
    return {"response_action": "errors", "errors": cut}


def _telling(sent: Submitted, words: str) -> Body:
    return {"response_action": "update", "view": views.telling(sent.name, sent.title, words)}


def _once(key: str, speaker: Speaker, at: datetime, do: Do) -> Reply:
    """What may not be done is answered with the sentence that says so."""
    try:
        return _once_or_not(key, speaker, at, do)
    except NotAllowed as refusal:
        return Reply(str(refusal))
    except NoResultFound:
        return Reply(NOT_THERE)


def _once_or_not(key: str, speaker: Speaker, at: datetime, do: Do) -> Reply:
    """A request that is told again gets the first answer. What is refused may be sent again.

    Whoever asks is met last: as with a message, the incident is locked before the member.
    """
    known_as = f"slack:{sha256(key.encode()).hexdigest()}" if key.strip(":") else ""
    with transaction() as session:
        answered = answers.once(
            session,
            actor=REQUESTS,
            key=known_as,
            request=key,
            at=at,
            do=lambda: Answered(200, asdict(do(session))),
        )
        members.meet(session, speaker.member, name=speaker.name, team=speaker.team, at=at)
        return _read(answered.body)


def _read(kept: Body) -> Reply:
    dialog = Asked(**kept["dialog"]) if kept["dialog"] else None
    return Reply(kept["text"], tuple(kept["buttons"]), dialog)


def _answer(reply: Reply) -> Body:
    return replies.answer(reply, ASIDES.public_url)
