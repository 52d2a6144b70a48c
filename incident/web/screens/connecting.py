"""How far PagerDuty is connected, as the page that connects it shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config import Config
from incident.rules import connecting as rules
from incident.rules import connections as connected
from incident.rules.connecting import Stage
from incident.rules.proofs import subject_of
from incident.services import connections
from incident.services.connections import PagerDutyAccess
from incident.services.proving import UNDER_WAY
from incident.storage import proofs as rows
from incident.storage import targets, workers
from incident.storage.proofs import Proof, TestEvent


@dataclass(frozen=True, slots=True)
class Row:
    """A target, and the service that it pages. `trouble` is what was found wrong with it."""

    name: str
    description: str
    service_id: str
    service: str
    connected: bool
    trouble: str = ""
    awake: str = ""


@dataclass(frozen=True, slots=True)
class Connecting:
    """`steps` is the state of each of the five: done, now or later."""

    access: PagerDutyAccess
    from_environment: bool
    owner: Mapping[str, str]
    checked_at: datetime | None
    services: Sequence[tuple[str, str]]
    targets: Sequence[Row]
    test: Row | None
    webhook_problem: str
    steps: Mapping[str, str]
    stages: Sequence[Stage]
    reason: str
    tested_by: str
    under_way: bool
    proven_at: datetime | None
    is_silent: bool
    wrong: Sequence[Proof]


def look(session: Session, config: Config, *, now: datetime) -> Connecting:
    access = connections.pagerduty(session, config)
    settings = connections.settings_of(session)
    services = settings.get("services", [])
    found = rows.every(session)
    standing = _standing(found, now)
    wrong = [one for one in standing if not one.ok and not one.subject.startswith("target ")]
    shown = _targets(session, {one["id"]: one["name"] for one in services}, standing)
    last, path = rows.last_test(session), _path(found)
    problem = rules.webhook_problem(config.public_url)
    proven_at = path.data.get("proven_at") if path is not None else None
    return Connecting(
        access=access,
        from_environment=bool(config.pagerduty_api_token),
        owner=settings.get("owner", {}),
        checked_at=_moment(settings.get("checked_at")),
        services=[("", "Choose a service"), *((one["id"], _named(one)) for one in services)],
        targets=[row for row, proving in shown if not proving],
        test=next((row for row, proving in shown if proving and row.connected), None),
        webhook_problem=problem,
        steps=_steps(
            token=access.can_ask,
            targets=all(row.connected for row, proving in shown if not proving),
            webhook=bool(access.webhook_secrets) or (bool(problem) and access.can_ask),
            test=any(proving and row.connected for row, proving in shown),
            proof=bool(path is not None and path.ok and proven_at),
        ),
        stages=_stages(last),
        reason=last.reason if last is not None else "",
        tested_by=last.asked_by if last is not None else "",
        under_way=last is not None and last.state in UNDER_WAY,
        proven_at=_moment(proven_at) if path is not None and path.ok else None,
        is_silent=connected.worker(workers.last_beat(session), now).state == "missing",
        wrong=[one for one in wrong if one.name != rows.PATH],
    )


def _steps(**done: bool) -> dict[str, str]:
    """What is done, the first that is not, and what comes after it."""
    open_yet = [name for name, is_done in done.items() if not is_done]
    return {
        name: "done" if is_done else "now" if name == open_yet[0] else "later"
        for name, is_done in done.items()
    }


def _targets(
    session: Session, names: Mapping[str, str], found: Sequence[Proof]
) -> list[tuple[Row, bool]]:
    trouble: dict[str, str] = {}
    for one in found:
        if not one.ok and one.name != "key":
            trouble.setdefault(one.subject, one.sentence)
    return [
        (
            Row(
                target.name,
                target.description,
                target.service_id,
                names.get(target.service_id, target.service_id),
                target.connected,
                trouble.get(subject_of(target.name), ""),
                ", ".join(person.get("name", "") for person in target.on_call),
            ),
            target.proving,
        )
        for target in targets.every(session)
    ]


def _stages(last: TestEvent | None) -> Sequence[Stage]:
    if last is None:
        return ()
    return rules.stages(
        state=last.state,
        begun_at=last.begun_at,
        accepted_at=last.accepted_at,
        heard_at=last.heard_at,
        heard_by=last.heard_by,
        settled_at=last.settled_at,
    )


def _standing(found: Sequence[Proof], now: datetime) -> list[Proof]:
    """Without what was found before the last step: that is being looked at again."""
    prover = next((one for one in found if one.name == rows.ROUND), None)
    due_at = _moment(prover.data.get("due_at")) if prover is not None else None
    asked_at = due_at if due_at is not None and due_at <= now else None
    return [one for one in found if asked_at is None or one.checked_at > asked_at]


def _path(found: Sequence[Proof]) -> Proof | None:
    return next((one for one in found if one.name == rows.PATH), None)


def _named(service: Mapping[str, Any]) -> str:
    shut = service.get("status") in ("disabled", "maintenance")
    policy = f", {service['policy']}" if service.get("policy") else ""
    return f"{service['name']}{policy}{' (' + service['status'] + ')' if shut else ''}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
