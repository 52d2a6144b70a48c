"""Opens dialogs in Slack within their three seconds, and fills them afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import NoResultFound

from incident.delivery import asides
from incident.delivery.asides import Reach
from incident.delivery.net import Net
from incident.integrations.slack import replies, views
from incident.integrations.slack.client import Answer, Client
from incident.integrations.slack.errors import CROWDED
from incident.integrations.slack.histories import A_MOMENT
from incident.integrations.slack.requests import Asker
from incident.rules.dialogs import Asked, Reply
from incident.rules.outcome import NotAllowed
from incident.services import dialogs
from incident.services.slash import Speaker, heard
from incident.storage.db import reading

TOO_SLOW = "Slack was too slow for the dialog “{title}”. Try again."
NOT_OPENED = "Slack did not open the dialog “{title}” ({error}). Try again, or use the desk: {desk}"
NOT_FILLED = "The desk could not fill this in just now. Close it and try again, or use the desk."
NOT_THERE = "There is no such incident, or none that you may see."
BUSY = "Slack takes no more just now, so the dialog “{title}” {what} in {seconds} s."
NOT_OPENED_YET = "did not open. Try again"
NOT_FILLED_YET = "was not filled in. Close it and try again"
OLD_TRIGGER = ("expired_trigger_id", "trigger_expired", "no_answer")
# Somebody else has opened it already: this is the same request, told twice.
TWICE = ("exchanged_trigger_id", "trigger_exchanged")


@dataclass(frozen=True, slots=True)
class Frame:
    """A view that is open at somebody's and has still to be filled."""

    view_id: str
    view_hash: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody asked for a dialog, and looks at the screen."""

    asked: Asked
    asker: Asker
    at: datetime
    channel: str = ""
    thread_ts: str = ""

    def __call__(self, reach: Reach) -> None:
        """Open an empty frame first: a trigger lasts three seconds, whatever else takes."""
        client = reach.client()
        if client is None:
            return
        trigger_id = self.asker.trigger_id
        opened = client.ask("views.open", trigger_id=trigger_id, view=views.loading(self.asked))
        if opened.ok:
            view = opened.data.get("view") or {}
            frame = Frame(str(view.get("id", "")), str(view.get("hash", "")))
            Filling(self.asked, self.asker, self.at, frame)(reach)
        elif opened.error not in TWICE:
            words = self._why_not(opened, reach)
            Answering(Reply(words), self.asker, self.channel, self.thread_ts)(reach)

    def _why_not(self, answer: Answer, reach: Reach) -> str:
        if answer.error in OLD_TRIGGER:
            return TOO_SLOW.format(title=self.asked.title)
        if answer.error in CROWDED:
            return _busy(self.asked, answer, NOT_OPENED_YET)
        said = {"title": self.asked.title, "error": answer.error, "desk": reach.public_url}
        return NOT_OPENED.format(**said)


@dataclass(frozen=True, slots=True)
class Filling:
    """Put the questions into the frame, or a sentence that says why not."""

    asked: Asked
    asker: Asker
    at: datetime
    frame: Frame

    def __call__(self, reach: Reach) -> None:
        client = reach.client()
        if client is None:
            return
        view = filled(self.asked, self.asker, at=self.at)
        answer = self._update(client, view, self.frame.view_hash)
        if answer.error == "hash_conflict":
            answer = self._update(client, view, "")
        if answer.error in CROWDED:
            words = _busy(self.asked, answer, NOT_FILLED_YET)
            Answering(Reply(words), self.asker)(reach)

    def _update(self, client: Client, view: views.View, view_hash: str) -> Answer:
        arguments: dict[str, Any] = {"view_id": self.frame.view_id, "view": view}
        if view_hash:
            arguments["hash"] = view_hash
        return asides.ask_twice(client, "views.update", **arguments)


@dataclass(frozen=True, slots=True)
class Answering:
    """Say something to one person, where they asked."""

    reply: Reply
    asker: Asker
    channel: str = ""
    thread_ts: str = ""
    replacing: bool = False

    def __call__(self, reach: Reach) -> None:
        client = reach.client()
        if client is None:
            return
        body = replies.answer(self.reply, reach.public_url)
        where = {"thread_ts": self.thread_ts} if self.thread_ts else {}
        url = self.asker.response_url
        if url and replies.may_be_sent_to(url, reach.api_url):
            sent = replies.send(url, {**body, **where, "replace_original": self.replacing})
            if sent:
                return
        if self.channel and self.asker.member:
            said = {name: body[name] for name in ("text", "blocks")}
            who = {"channel": self.channel, "user": self.asker.member}
            asides.ask_twice(client, "chat.postEphemeral", **who, **said, **where)


def _busy(asked: Asked, answer: Answer, what: str) -> str:
    seconds = int((answer.after or A_MOMENT).total_seconds())
    return BUSY.format(title=asked.title, what=what, seconds=seconds)


def speaker_of(asker: Asker, channel: str = "") -> Speaker:
    return Speaker(asker.member, asker.name, asker.team, channel, asker.external)


def filled(asked: Asked, asker: Asker, *, at: datetime) -> views.View:
    """The dialog with its questions, or a sentence in its place that says why not.

    It shows titles and who is on call: people of another company see none of it.
    """
    with Net(f"filling the dialog {asked.name}"):
        return _filled(asked, asker, at)
    return views.telling(asked.name, asked.title, NOT_FILLED)


def _filled(asked: Asked, asker: Asker, at: datetime) -> views.View:
    try:
        with reading() as session:
            actor = heard(session, speaker_of(asker))
            return views.view_of(dialogs.fill(session, asked, actor=actor, at=at))
    except NotAllowed as refusal:
        return views.telling(asked.name, asked.title, str(refusal))
    except NoResultFound:
        return views.telling(asked.name, asked.title, NOT_THERE)
