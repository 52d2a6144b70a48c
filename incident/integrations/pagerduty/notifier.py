"""Pages people through the PagerDuty Events API."""

import json
from collections.abc import Callable, Mapping
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING

from incident.integrations import waits
from incident.integrations.line import Line
from incident.integrations.notifier import Delivered, Message, NotSent, Refused, Result, TryAgain
from incident.integrations.pagerduty import in_person
from incident.integrations.pagerduty.event import event_for
from incident.integrations.pagerduty.in_person import Access
from incident.integrations.pagerduty.rest import Rest

if TYPE_CHECKING:
    from requests import Response

WORDS_LENGTH = 300


class PagerDuty:
    """One for each thread that sends. Each attempt is one request over a line of its own.

    What a person does to a page goes over the REST API at `api_url`, where `access` allows it;
    it is asked anew each time.
    """

    def __init__(
        self,
        events_url: str,
        *,
        api_url: str = "",
        access: Callable[[], Access] = Access,
        connect_timeout: float = 3,
        read_timeout: float = 4,
    ) -> None:
        self._api_url, self._access = api_url, access
        self._rest: Rest | None = None
        self._url = events_url.rstrip("/").removesuffix("/v2/enqueue")
        self._timeout = (connect_timeout, read_timeout)
        self._line = Line()

    def send(self, message: Message) -> Result:
        if message.action != "trigger":
            access = self._access()
            if in_person.takes(message, access):
                return self._in_person(message, access)
        return self._event(message)

    def _in_person(self, message: Message, access: Access) -> Result:
        """Somebody who has it must not go on ringing because REST would not hear of it."""
        connect, read = self._timeout
        self._rest = Rest(self._api_url, access.token, connect_timeout=connect, read_timeout=read)
        result = in_person.do(message, access, self._rest)
        if isinstance(result, Refused) and message.action not in in_person.ONLY_HERE:
            return self._event(message)
        return result

    def _event(self, message: Message) -> Result:
        if not message.secret:
            return NotSent(f"{message.target} has no PagerDuty routing key")
        line = self._line = Line()
        from incident.integrations.pagerduty import session

        try:
            answer = session.post(
                event_for(message),
                routing_key=message.secret,
                url=self._url,
                line=line,
                timeout=self._timeout,
            )
        except session.NoAnswer as error:
            return _no_answer(line, error)
        finally:
            line.end()
        return _read(answer, message)

    def close(self) -> None:
        self._line.cut()
        if self._rest is not None:
            self._rest.close()


def _no_answer(line: Line, error: Exception) -> TryAgain:
    if line.reached:
        return TryAgain("PagerDuty did not answer", ambiguous=True)
    if _about_a_certificate(error):
        return TryAgain("PagerDuty's certificate could not be verified")
    return TryAgain("PagerDuty could not be reached")


def _about_a_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _read(answer: "Response", message: Message) -> Result:
    """PagerDuty says 202 when it takes an event, and nothing else does."""
    status, wait = answer.status_code, waits.asked_for(answer.headers)
    said = _said(answer.content)
    if status == 202:
        return Delivered({"dedup_key": message.dedup_key} | said)
    if status == 429:
        reason = "PagerDuty is taking no more events just now (429)"
        return TryAgain(reason, after=wait, crowded=True)
    if status == 408 or status >= 500:
        return TryAgain(f"PagerDuty answered {status}", after=wait, ambiguous=True)
    if status < 400:
        why = f"PagerDuty's address answered {status}, which PagerDuty never does"
        return TryAgain(f"{why}. Is PAGERDUTY_EVENTS_URL right?", ambiguous=status < 300)
    words = _in_a_sentence(said).replace(message.secret, "…")
    return Refused(f"PagerDuty refused it ({status}){words}")


def _said(content: bytes) -> dict[str, str]:
    """The parts of an answer that are for people, if it has any."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(answer, Mapping):
        return {}
    said = {
        name: answer[name][:WORDS_LENGTH]
        for name in ("status", "message", "dedup_key")
        if isinstance(answer.get(name), str)
    }
    errors = answer.get("errors")
    if isinstance(errors, list) and errors:
        said["errors"] = "; ".join(str(error) for error in errors[:5])[:WORDS_LENGTH]
    return said


def _in_a_sentence(said: Mapping[str, str]) -> str:
    words = [said[name] for name in ("message", "errors") if said.get(name)]
    return f": {': '.join(words)}" if words else ""
