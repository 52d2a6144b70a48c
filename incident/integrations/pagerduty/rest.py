"""PagerDuty's REST API: one question, one request, one answer or a sentence that says why not."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from threading import Timer
from typing import TYPE_CHECKING, Any

from incident.integrations import waits
from incident.integrations.line import Line

if TYPE_CHECKING:
    from requests import Response

WORDS_LENGTH = 300
ALREADY_RESOLVED, ALREADY_ACKNOWLEDGED = 1001, 1002
UNKNOWN_SENDER = 1008
NOBODY_ON_CALL = 1015
HEADER_SAFE = re.compile(r"[!-~]+")

SENTENCES = {
    400: "PagerDuty did not understand the request (400)",
    401: "The API token is not valid (401)",
    402: "Your PagerDuty plan does not allow it (402)",
    403: "The API token may not do that (403)",
    404: "PagerDuty knows no such thing (404)",
    429: "PagerDuty is taking no more requests just now (429)",
}


class RestRefused(Exception):
    """PagerDuty said no. `status` and `code` are its own; the sentence is for people."""

    def __init__(
        self, status: int, code: int, sentence: str, after: timedelta | None = None
    ) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.after = status, code, sentence, after


class RestUnreachable(Exception):
    """No answer, or none that could be read. Later may be better.

    `reached` means that PagerDuty may have heard us all the same.
    """

    def __init__(
        self, sentence: str, after: timedelta | None = None, *, reached: bool = False
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.after, self.reached = sentence, after, reached


class Rest:
    """Belongs to one thread. A request is cut off after `deadline` seconds, whatever PagerDuty
    does; `close`, from any thread, cuts off the one that is under way.

    `sender` is the address in whose name something is changed, unless the call names another.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        sender: str = "",
        connect_timeout: float = 3,
        read_timeout: float = 4,
        deadline: float = 8,
    ) -> None:
        self._url, self._token, self._sender = api_url.rstrip("/"), token, sender
        self._timeout, self._deadline = (connect_timeout, read_timeout), deadline
        self._line = Line()

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any] | None, sender: str = "") -> dict[str, Any]:
        """Some addresses want no body at all."""
        sent = {} if body is None else {"json": dict(body)}
        return self._ask("POST", path, sender=sender or self._sender, **sent)

    def put(self, path: str, body: Mapping[str, Any], sender: str = "") -> dict[str, Any]:
        return self._ask("PUT", path, sender=sender or self._sender, json=dict(body))

    def close(self) -> None:
        self._line.cut()

    def _ask(self, method: str, path: str, *, sender: str = "", **sent: Any) -> dict[str, Any]:
        _require_what_fits_a_header(self._token, sender)
        line = self._line = Line()
        cut = Timer(self._deadline, line.cut)
        cut.daemon = True
        from incident.integrations.pagerduty import session

        cut.start()
        try:
            answer = session.ask(
                method,
                path,
                token=self._token,
                url=self._url,
                sender=sender,
                line=line,
                timeout=self._timeout,
                **sent,
            )
        except session.NoAnswer:
            raise RestUnreachable(_silence(line), reached=line.reached) from None
        finally:
            cut.cancel()
            line.end()
        return _read(answer, self._token)


def _require_what_fits_a_header(token: str, sender: str) -> None:
    """What cannot even be sent is not valid either."""
    if not HEADER_SAFE.fullmatch(token):
        raise RestRefused(401, 0, f"{SENTENCES[401]}.")
    if sender and not HEADER_SAFE.fullmatch(sender):
        raise RestRefused(400, UNKNOWN_SENDER, "PagerDuty knows nobody with that address (1008).")


def _silence(line: Line) -> str:
    return "PagerDuty did not answer." if line.reached else "PagerDuty could not be reached."


def _read(answer: "Response", token: str) -> dict[str, Any]:
    status, after = answer.status_code, _wait(answer.headers)
    said = _object(answer.content)
    if status < 300:
        if said is None and (status == 200 or answer.content.strip()):
            raise RestUnreachable("PagerDuty's answer could not be read.", reached=True)
        return said or {}
    if status >= 500 or status == 408:
        raise RestUnreachable(f"PagerDuty answered {status}.", after, reached=True)
    if status < 400:
        raise RestUnreachable(
            f"PagerDuty's address answered {status}, which PagerDuty never does. "
            "Is PAGERDUTY_API_URL right?"
        )
    code, words = _error_in(said)
    sentence = f"{SENTENCES.get(status, f'PagerDuty refused it ({status})')}{words}."
    raise RestRefused(status, code, sentence.replace(token, "…"), after)


def _error_in(said: Mapping[str, Any] | None) -> tuple[int, str]:
    """PagerDuty's own code, and its words as the end of a sentence."""
    error = (said or {}).get("error")
    if not isinstance(error, Mapping):
        return 0, ""
    code, message, errors = error.get("code"), error.get("message"), error.get("errors")
    words = [message] if isinstance(message, str) and message else []
    words += [str(each) for each in errors[:5]] if isinstance(errors, list) else []
    told = "; ".join(words)[:WORDS_LENGTH].strip().rstrip(".")
    return (code if isinstance(code, int) else 0), (f": {told}" if told else "")


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """A 429 says when to come back in one of two headers, or in none."""
    named = {name.lower(): value for name, value in headers.items()}
    return waits.asked_for(named) or waits.asked_for(
        {"retry-after": named.get("ratelimit-reset", "")}
    )
