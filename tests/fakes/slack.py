"""A Slack of our own: the Web API we use, its channels, and what stands in them."""

import json
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from tests.fakes import slack_methods as methods
from tests.fakes import slack_published as published
from tests.fakes import slack_rules as rules
from tests.fakes.server import Answer, Fault, Request, as_json
from tests.fakes.slack_channels import Channels
from tests.fakes.slack_messages import Messages
from tests.fakes.slack_people import People
from tests.fakes.slack_state import A_TOKEN, AN_APP_TOKEN, SCOPES, Arguments, Channel, Member

__all__ = [
    "AN_APP_TOKEN",
    "A_TOKEN",
    "SCOPES",
    "Channel",
    "FakeSlack",
    "Member",
    "says",
    "too_many",
]

BY_SOCKET = "apps.connections.open"


def says(error: str, *, taken: bool = False, **more: object) -> Fault:
    """Answer `ok: false` with this error."""
    return Fault(Answer(200, as_json({"ok": False, "error": error} | more)), taken=taken)


def too_many(seconds: int) -> Fault:
    """Ask to be left alone for so long."""
    body = as_json({"ok": False, "error": "ratelimited"})
    return Fault(Answer(429, body, {"Retry-After": str(seconds)}))


class FakeSlack(Messages, Channels, People):
    """Answers as Slack does: first who asks, then what they ask, then how it stands.

    `breaches` says which requests were unlike what Slack publishes, or too misshapen to be done.
    """

    def fault_for(self, request: Request) -> Fault | None:
        with self.lock:
            scripted = self.script_for.get(method_of(request))
            return scripted.pop(0) if scripted else super().fault_for(request)

    def noticed(self, request: Request) -> None:
        if request.path.startswith("/api/"):
            arguments = arguments_of(request) or {}
            self.breaches += published.breaches_of(method_of(request), arguments)

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/response/"):
            self.replies_by_url.append(json.loads(request.body))
            return Answer(200, b"ok", {"Content-Type": "text/plain"})
        answer = self._answer(method_of(request), request)
        error = json.loads(answer.body).get("error")
        if error in published.MISSHAPEN:
            self.breaches.append(f"{method_of(request)}: {answer.body.decode()}")
        return answer

    def _answer(self, name: str, request: Request) -> Answer:
        if name not in methods.METHODS:
            return _no("unknown_method")
        stranger = self._stranger(name, request)
        if stranger:
            return _no(stranger)
        arguments = arguments_of(request)
        if arguments is None:
            return _no("invalid_form_data")
        problem = methods.problem_of_arguments(name, arguments)
        if problem:
            return _no("invalid_arguments", response_metadata={"messages": [f"[ERROR] {problem}"]})
        lacking = self._lacking(name, arguments)
        if lacking:
            return _no("missing_scope", needed=lacking, provided=",".join(self.scopes))
        if self._too_fast(name, arguments, request.at):
            return Answer(429, as_json({"ok": False, "error": "ratelimited"}), {"Retry-After": "1"})
        return self._answered(name, arguments)

    def _answered(self, name: str, arguments: Arguments) -> Answer:
        said = getattr(self, "_" + name.replace(".", "_").lower())(arguments)
        if said == "invalid_blocks":
            wrong = rules.problem_of_blocks(arguments["blocks"], most=rules.OF_A_MESSAGE)
            return _no(said, errors=[wrong])
        if isinstance(said, str):
            return _no(said)
        may = {"X-OAuth-Scopes": ",".join(self.scopes)}
        return Answer(200, as_json({"ok": True} | said), may)

    def _stranger(self, name: str, request: Request) -> str:
        """Why this token may ask nothing at all, or not this; or nothing."""
        given = request.headers.get("Authorization", "")
        token = given.removeprefix("Bearer ")
        known, others = self.tokens, self.app_tokens
        if name == BY_SOCKET:
            known, others = others, known
        if not given:
            return "not_authed"
        if token in self.revoked:
            return "token_revoked"
        if token in others:
            return "not_allowed_token_type"
        return "" if token in known else "invalid_auth"

    def _lacking(self, name: str, arguments: Arguments) -> str:
        channel = self._channel(str(arguments.get("channel") or arguments.get("channel_id") or ""))
        private = channel is not None and channel.private
        needed = methods.scopes_for(name, arguments, private=private)
        return ",".join(scope for scope in needed if scope not in self.scopes)

    def _too_fast(self, name: str, arguments: Arguments, at: datetime) -> bool:
        if not self.paced or name != "chat.postMessage":
            return False
        channel = self._channel(arguments["channel"], by_name=True)
        where = channel.id if channel else arguments["channel"]
        last = self._last_post.get(where)
        if last is not None and at - last < timedelta(seconds=1):
            return True
        self._last_post[where] = at
        return False


def method_of(request: Request) -> str:
    return request.path.removeprefix("/api/")


def _no(error: str, **more: object) -> Answer:
    return Answer(200, as_json({"ok": False, "error": error} | more))


def arguments_of(request: Request) -> Arguments | None:
    """JSON or a form; the methods that only read take a form."""
    if request.headers.get("Content-Type", "").startswith("application/json"):
        if request.body and method_of(request) in methods.READS_FORMS_ONLY:
            return None
        try:
            found = json.loads(request.body or b"{}")
        except ValueError:
            return None
        return _unpacked(found) if isinstance(found, dict) else None
    given: Arguments = dict(parse_qsl(request.body.decode()) + parse_qsl(request.query))
    given |= {name: given[name] in ("1", "true") for name in methods.FLAGS if name in given}
    return _unpacked(given)


def _unpacked(given: Arguments) -> Arguments | None:
    """Blocks and dialogs may come as text, too."""
    packed = {name: given[name] for name in methods.PACKED if isinstance(given.get(name), str)}
    try:
        return given | {name: json.loads(words) for name, words in packed.items()}
    except ValueError:
        return given
