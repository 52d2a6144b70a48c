"""The table of addresses. A line above a view says how it is reached, and documents it.

A view takes a Call and answers with a model. Who calls, what they sent, the transaction, and
what a repeated request gets are all settled here, the same way for every address.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from incident import clock
from incident.api import callers
from incident.api.bodies import JSON, read_body, read_query
from incident.api.models.fields import LARGEST, Asked, Query, Told
from incident.api.models.problems import Problem
from incident.api.problems import MEDIA as PROBLEM_JSON
from incident.rules.fields import Wrong
from incident.rules.permissions import Actor
from incident.services import answers, visibility
from incident.services.answers import Answered
from incident.storage.db import reading, transaction

NOBODY = Actor("nobody", role="reporter", source="api")
KEY_HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,200}")
CONVERTERS = {
    "key": "<key>",
    "slug": "<slug>",
    "name": "<name>",
    "channel": "<channel>",
    "section": "<section>",
    "number": f"<int(min=1,max={LARGEST}):number>",
    "id": f"<int(min=1,max={LARGEST}):id>",
    "seq": f"<int(min=1,max={LARGEST}):seq>",
}

Body = TypeVar("Body", bound=BaseModel | None)
Asking = TypeVar("Asking", bound=BaseModel | None)
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Call(Generic[Body, Asking]):
    """One call that was understood, from somebody who may make it."""

    session: Session
    actor: Actor
    at: datetime
    body: Body
    query: Asking


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that says more than its model: where the new thing is, or another status."""

    model: Told
    location: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One address with one method. `role` is the least that may call; empty means anybody, or
    whoever `guard` lets in: it refuses before anything else is done.
    """

    method: str
    path: str
    view: Callable[..., Any]
    answer: type[Told] | None
    body: type[Asked] | None
    query: type[Query]
    role: str
    status: int
    media: str
    also: Mapping[int, type[Told]] = field(default_factory=dict)
    takes_markdown: bool = False
    guard: Callable[[], None] | None = None

    @property
    def name(self) -> str:
        """`steps.complete`: the noun and the verb, by which the address is known in here."""
        return f"{self.view.__module__.rpartition('.')[2]}.{self.view.__name__}"

    @property
    def rule(self) -> str:
        """The address as Flask writes it."""
        return re.sub(r"\{(\w+)\}", lambda found: CONVERTERS[found[1]], self.path)

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    @property
    def takes_key(self) -> bool:
        """Whether a repeat may be made harmless. A vendor's repeats are known by their own ids."""
        return self.method == "POST" and bool(self.role)


ROUTES: list[Route] = []


def endpoint(
    method: str,
    path: str,
    *,
    answer: type[Told] | None = None,
    body: type[Asked] | None = None,
    query: type[Query] = Query,
    role: str | None = None,
    status: int = 200,
    media: str = JSON,
    also: Mapping[int, type[Told]] | None = None,
    takes_markdown: bool = False,
    guard: Callable[[], None] | None = None,
) -> Callable[[View], View]:
    """Reach the view below at `path`. Looking needs a viewer's token, changing a responder's."""

    def register(view: View) -> View:
        least = ("viewer" if method == "GET" else "responder") if role is None else role
        ROUTES.append(
            Route(
                method=method,
                path=path,
                view=view,
                answer=answer,
                body=body,
                query=query,
                role=least,
                status=status,
                media=media,
                also=also or {},
                takes_markdown=takes_markdown,
                guard=guard,
            )
        )
        return view

    return register


def hang(bp: Blueprint) -> None:
    for route in ROUTES:
        bp.add_url_rule(
            route.rule,
            endpoint=route.name.replace(".", "_"),
            view_func=partial(_answer, route),
            methods=[route.method],
            provide_automatic_options=False,
        )


def _answer(route: Route, **path: Any) -> Response:
    if route.guard:
        route.guard()
    actor = callers.require_caller(route.role) if route.role else NOBODY
    _require_sight(actor, path)
    query = read_query(route.query) if route.role else None
    if not route.changes:
        with reading() as session:
            told = route.view(Call(session, actor, clock.now(), None, query), **path)
        return told if isinstance(told, Response) else _sent(told.model_dump_json(), route.status)
    body = read_body(route.body, also_markdown=route.takes_markdown) if route.body else None
    with transaction() as session:
        call = Call(session, actor, clock.now(), body, query)
        return _told(_once(route, call, path))


def _require_sight(actor: Actor, path: Mapping[str, Any]) -> None:
    """An incident that a token may not see is not there: asked before anything sent is read."""
    if "key" in path:
        with reading() as session:
            visibility.require(session, actor, path["key"])


def _once(route: Route, call: Call[Any, Any], path: Mapping[str, Any]) -> Answered:
    key = _sent_key() if route.takes_key else ""
    asked = f"{request.method} {request.full_path}\n{request.get_data(as_text=True)}"
    do = partial(_do, route, call, path)
    return answers.once(call.session, actor=call.actor, key=key, request=asked, at=call.at, do=do)


def _sent_key() -> str:
    """A key that came out empty would protect from nothing: better to say so."""
    key = request.headers.get(KEY_HEADER)
    if key is not None and not KEY.fullmatch(key):
        raise Wrong({KEY_HEADER: "From 1 to 200 plain characters without blanks."})
    return key or ""


def _do(route: Route, call: Call[Any, Any], path: Mapping[str, Any]) -> Answered:
    told = route.view(call, **path)
    reply = told if isinstance(told, Reply) else Reply(told)
    body = reply.model.model_dump(mode="json", exclude_unset=isinstance(reply.model, Problem))
    return Answered(reply.status or route.status, body, location=reply.location)


def _told(answered: Answered) -> Response:
    response = _sent(json.dumps(answered.body, ensure_ascii=False), answered.status)
    if answered.location:
        response.headers["Location"] = answered.location
    if answered.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _sent(text: str, status: int) -> Response:
    return Response(text, status, mimetype=JSON if status < 400 else PROBLEM_JSON)
