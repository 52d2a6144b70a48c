"""PagerDuty's library, held to one request over a line that can be cut.

Imported by the first page that is sent: the library costs memory that a web process never needs.
"""

import contextlib
import logging
import socket
import warnings
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from incident.integrations.line import Line

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)
    import pdpyras

# It logs every failed attempt as an error. The timeline tells that, in better words.
logging.getLogger("pdpyras").setLevel(logging.CRITICAL)

ANSWER_SIZE = 64 * 1024
LIST_SIZE = 2 * 1024 * 1024
RETRIED_BY_THE_LIBRARY = (429, 500, 502, 503, 504)


class NoAnswer(Exception):
    """Nothing that could be read came back."""


def post(
    event: dict[str, Any],
    *,
    routing_key: str,
    url: str,
    line: Line,
    timeout: tuple[float, float],
) -> Response:
    """PagerDuty's answer, whatever it is. Raises NoAnswer."""
    session = pdpyras.EventsAPISession(routing_key)
    return _once(session, "POST", "/v2/enqueue", url=url, line=line, timeout=timeout, json=event)


def ask(
    method: str,
    path: str,
    *,
    token: str,
    url: str,
    line: Line,
    timeout: tuple[float, float],
    sender: str = "",
    **sent: Any,
) -> Response:
    """The answer of the REST API, whatever it is. Raises NoAnswer."""
    session = pdpyras.APISession(token, default_from=sender or None)
    return _once(session, method, path, url=url, line=line, timeout=timeout, size=LIST_SIZE, **sent)


def _once(
    session: pdpyras.PDSession,
    method: str,
    path: str,
    *,
    url: str,
    line: Line,
    timeout: tuple[float, float],
    size: int = ANSWER_SIZE,
    **sent: Any,
) -> Response:
    session.url = url
    session.timeout = timeout
    _leave_retries_to_the_outbox(session)
    with session:
        session.mount("https://", _OneAttempt(line, size))
        session.mount("http://", _OneAttempt(line, size))
        answer: Response
        try:
            answer = getattr(session, method.lower())(path, **sent)
        except pdpyras.PDHTTPError as error:
            answer = error.response
        except pdpyras.PDClientError as error:
            raise NoAnswer from error.__cause__
    return answer


def _leave_retries_to_the_outbox(session: pdpyras.PDSession) -> None:
    """Left alone, the library sleeps and retries in here: on a 429, for ever."""
    session.max_network_attempts = 0
    session.max_http_attempts = -1
    session.retry = dict.fromkeys(RETRIED_BY_THE_LIBRARY, 1)


class _OneAttempt(HTTPAdapter):
    """Carries a request over `line`, and reads no more of the answer than we use."""

    def __init__(self, line: Line, size: int) -> None:
        self._pools, self._size = _pools_over(line), size
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        kwargs["stream"] = True
        answer = super().send(request, *args, **kwargs)
        # Where a redirect leads is nobody we gave the routing key to.
        answer.headers.pop("Location", None)
        answer._content = _beginning_of(answer.raw, self._size, accepted=answer.status_code == 202)
        answer.raw.close()
        return answer


def _beginning_of(body: HTTPResponse, size: int, *, accepted: bool) -> bytes:
    """What there is of the body, up to `size`. After a 202, what came with it will do."""
    content = b""
    with contextlib.suppress(HTTPError, OSError):
        while piece := body.read1(size - len(content), decode_content=True):
            content += piece
            if accepted or len(content) >= size:
                break
    return content[:size]


def _pools_over(line: Line) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return line.take(super()._new_conn())

        def connect(self) -> None:
            super().connect()
            line.reached = True

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return line.take(super()._new_conn())

        def connect(self) -> None:
            super().connect()
            line.reached = True

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
