"""Proofs: what is known about the way a page takes, kept by whoever looks, read by everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import chip as rules
from incident.rules.chip import CHECKED, Checked, Chip
from incident.rules.permissions import Actor, require
from incident.rules.proofs import Finding, subject_of
from incident.rules.slack_health import DEGRADED, SLACK, SOCKET
from incident.storage import checklists, proofs, slack_rules, targets
from incident.storage.checklists import Revision
from incident.storage.proofs import PATH, ROUND, Proof, TestEvent
from incident.storage.targets import Target

EVERY = timedelta(minutes=10)
TURN = timedelta(seconds=30)
PROVER, PAGERDUTY = "prover", "pagerduty"
LASTING = (
    (PAGERDUTY, PATH),
    (PAGERDUTY, "webhook_heard"),
    (PAGERDUTY, "listening"),
    (SLACK, SOCKET),
    (SLACK, DEGRADED),
    (PROVER, ROUND),
)
WAKES_NOBODY = ("service", "on_call")


def chip(session: Session, *, at: datetime) -> Chip:
    """What stands on every page. One question."""
    connected, found = proofs.standing(session)
    by_name = {(row.subject, row.name): row for row in found}
    path, looked = by_name.get((PAGERDUTY, PATH)), by_name.get((PROVER, ROUND))
    shown = rules.chip(
        [_checked(row) for row in found if row.subject != PROVER],
        connected=connected,
        proven_at=_moment(path, "proven_at"),
        looked_at=_moment(looked, "looked_at"),
        now=at,
    )
    failing = by_name.get((SLACK, DEGRADED))
    return replace(shown, slack=failing.sentence if failing and not failing.ok else "")


def trouble_with(session: Session, target_name: str, *, at: datetime) -> str:
    """Why a page to this target would wake nobody just now; empty when nothing is known."""
    for row in proofs.of_subject(session, subject_of(target_name)):
        if _keeps_asleep(row, at):
            return row.sentence
    return ""


def troubles(session: Session, *, at: datetime) -> dict[str, str]:
    """The same for every target that is in trouble, by its name. One question."""
    _, found = proofs.standing(session)
    subject = subject_of("")
    return {
        row.subject.removeprefix(subject): row.sentence
        for row in reversed(found)
        if row.subject.startswith(subject) and _keeps_asleep(row, at)
    }


def doubts(session: Session, names: Sequence[str]) -> tuple[str, ...]:
    """What speaks against relying on these targets. A fixed number of questions."""
    if not names:
        return ()
    connected, found = proofs.standing(session)
    wanted = {subject_of(name): name for name in names}
    troubles = {wanted[row.subject]: row.sentence for row in found if row.subject in wanted}
    proven = any(row.name == PATH and _moment(row, "proven_at") for row in found)
    return rules.doubts(names, troubles, proven=proven and connected)


def keep(session: Session, findings: Iterable[Finding], *, at: datetime) -> None:
    """Keep these and nothing else of what a round looks at: what was not asked is not known."""
    found = list(findings)
    names = {(one.subject, one.name) for one in found}
    for row in proofs.every(session):
        if (row.subject, row.name) not in (*names, *LASTING):
            session.delete(row)
    for one in found:
        keep_one(session, one, at=at)


def keep_one(session: Session, finding: Finding, *, at: datetime) -> Proof:
    row = proofs.find_or_make(session, finding.subject, finding.name, at)
    row.ok, row.sentence, row.checked_at = finding.ok, finding.sentence, at
    row.data = {**row.data, **finding.data, "grave": finding.grave}
    return row


def heard(
    session: Session, test_event: TestEvent, heard: object, *, at: datetime, by: str = "webhook"
) -> None:
    """PagerDuty told us about our own test event: the way there and back is open."""
    if test_event.state not in ("sending", "accepted"):
        return
    test_event.state, test_event.heard_at, test_event.heard_by = "heard", at, by


def ask(session: Session, *, actor: Actor, at: datetime) -> None:
    """Have the checks made now rather than when their time comes."""
    require(actor, "responder")
    row = proofs.find_or_make(session, PROVER, ROUND, at)
    row.data = {**row.data, "due_at": at.isoformat()}


def look_anew(session: Session, target_name: str, *, at: datetime) -> None:
    """What was found out about this target is about a way that it no longer takes."""
    for row in proofs.of_subject(session, subject_of(target_name)):
        session.delete(row)
    row = proofs.find_or_make(session, PROVER, ROUND, at)
    row.data = {**row.data, "due_at": at.isoformat()}


def is_due(session: Session, *, at: datetime) -> bool:
    due_at = _moment(proofs.find(session, PROVER, ROUND), "due_at")
    return due_at is None or due_at <= at or due_at > at + EVERY


def take_turn(session: Session, *, owner: str, at: datetime) -> bool:
    """Only one process at a time proves anything. A turn that is not renewed lapses."""
    row = proofs.find_or_make(session, PROVER, ROUND, at)
    until = _moment(row, "until")
    if until is not None and at < until <= at + TURN and row.data.get("owner") != owner:
        return False
    row.data = {**row.data, "owner": owner, "until": (at + TURN).isoformat()}
    return True


def end_turn(session: Session, *, owner: str, at: datetime) -> None:
    row = proofs.find(session, PROVER, ROUND, lock=True)
    if row is not None and row.data.get("owner") == owner:
        row.data = {**row.data, "until": at.isoformat()}


def round_done(session: Session, *, at: datetime, looked: bool) -> None:
    """The next in ten minutes. `looked` says whether anything was seen."""
    row = proofs.find_or_make(session, PROVER, ROUND, at)
    due = {"due_at": (at + EVERY).isoformat()}
    row.data = {**row.data, **due, **({"looked_at": at.isoformat()} if looked else {})}
    row.checked_at = at


def used_targets(session: Session) -> list[Target]:
    """Every target that a published list or a Slack rule may page, and those behind it."""
    known = {target.name: target for target in targets.every(session)}
    wanted = [name for _, revision in checklists.all_published(session) for name in paged(revision)]
    wanted += [rule.target for rule in slack_rules.every(session)]
    seen: set[str] = set()
    while wanted:
        target = known.get(wanted.pop())
        if target is not None and target.name not in seen:
            seen.add(target.name)
            wanted.append(target.backup)
    return [known[name] for name in sorted(seen)]


def paged(revision: Revision) -> tuple[str, ...]:
    """The targets that a document pages, in the order in which it does."""
    asked = [line.get("settings") or {} for line in revision.lines if line.get("kind") == "page"]
    names = [str(name) for one in asked for name in (one.get("target"), one.get("then")) if name]
    return tuple(dict.fromkeys(names))


def _checked(row: Proof) -> Checked:
    return Checked(row.subject, row.name, row.ok, row.sentence, _is_grave(row), row.checked_at)


def _keeps_asleep(row: Proof, at: datetime) -> bool:
    """Whether because of it a page would wake nobody. What is old is not known."""
    fresh = at - row.checked_at <= CHECKED
    return not row.ok and row.name in WAKES_NOBODY and _is_grave(row) and fresh


def _is_grave(row: Proof) -> bool:
    return bool(row.data.get("grave"))


def _moment(row: Proof | None, name: str) -> datetime | None:
    kept: dict[str, Any] = row.data if row is not None else {}
    return datetime.fromisoformat(kept[name]) if kept.get(name) else None
