"""How far Slack is connected, as the page that connects it shows it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config import Config
from incident.rules import connections as connected
from incident.rules import slack_connecting as rules
from incident.rules import slack_manifest as manifest
from incident.rules.slack_manifest import Scope
from incident.services import connections, slack_connecting
from incident.services.connections import SlackAccess
from incident.storage import people, sealed, slack_members, slack_rules, workers
from incident.storage import proofs as proof_rows
from incident.storage.proofs import Proof


@dataclass(frozen=True, slots=True)
class Cord:
    """A channel with a rule. `trouble` is why a cry there would not be heard."""

    channel: str
    name: str
    armed: bool
    checked: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Who of Slack is who here. `unlinked` are responders who cannot press *I have it* there."""

    members: int
    linked: int
    unlinked: str


@dataclass(frozen=True, slots=True)
class Connecting:
    """`steps` is the state of each of the three: done, now or later. `given` names what comes from
    the environment, `secrets` how many signing secrets were typed and how many are given there."""

    access: SlackAccess
    given: Mapping[str, bool]
    secrets: tuple[int, int]
    unreadable: bool
    transport: str
    transport_problem: str
    public_url: str
    manifest: str
    creating: str
    workspace: Mapping[str, Any]
    checked_at: datetime | None
    steps: Mapping[str, str]
    wrong: Sequence[Proof]
    scopes_missing: Sequence[Scope]
    cords: Sequence[Cord]
    heard_at: datetime | None
    silence: str
    is_silent: bool
    people: Known
    audiences: Mapping[str, Mapping[str, str]]
    channels: Mapping[str, Any]


def look(session: Session, config: Config, *, now: datetime) -> Connecting:
    settings = connections.settings_of(session, connections.SLACK)
    access, typed = _access(session, config)
    way = transport_of(session, config)
    found = {one.name: one for one in proof_rows.of_subject(session, connections.SLACK)}
    cords, heard_at = _cords(session, found), slack_connecting.heard_at(session)
    asked = manifest.manifest(config.public_url, by_socket=way == rules.SOCKET)
    known = {one.channel: one.name for one in cords}
    return Connecting(
        access=access,
        given={"bot": bool(config.slack_bot_token), "app": bool(config.slack_app_token)},
        secrets=(len(typed.signing_secrets), len(config.signing_secrets)),
        unreadable=_is_unreadable(session),
        transport=way,
        transport_problem=rules.transport_problem(rules.HTTP, config.public_url),
        public_url=config.public_url,
        manifest=manifest.as_text(asked),
        creating=manifest.creating(asked),
        workspace=settings.get("workspace", {}),
        checked_at=_moment(settings.get("checked_at")),
        steps=_steps(
            app="transport" in settings or access.can_post,
            tokens=access.can_post and access.can_hear,
            checks=_is_sound(found, cords) and heard_at is not None,
        ),
        wrong=[one for one in found.values() if not one.ok and not one.name.startswith("channel ")],
        scopes_missing=_missing(found),
        cords=cords,
        heard_at=heard_at,
        silence=rules.heard_sentence(
            heard_at, now, by_socket=access.by_socket, channel=next(iter(known.values()), "")
        ),
        is_silent=connected.worker(workers.last_beat(session), now).state == "missing",
        people=_people(session),
        audiences=connections.audiences(session),
        channels=connections.channel_wishes(session),
    )


def transport_of(session: Session, config: Config) -> str:
    """How Slack tells us what happens: as chosen, or as the address suggests."""
    settings = connections.settings_of(session, connections.SLACK)
    access, _ = _access(session, config)
    return rules.transport(settings, secure=config.secure, has_app_token=access.by_socket)


def _access(session: Session, config: Config) -> tuple[SlackAccess, SlackAccess]:
    """What counts, and what of it was typed. What cannot be read any more counts as none."""
    with suppress(sealed.Unreadable):
        return connections.slack(session, config), connections.typed_slack(session)
    given = (config.slack_bot_token, config.slack_app_token, config.signing_secrets)
    return SlackAccess(*given), SlackAccess()


def _is_unreadable(session: Session) -> bool:
    try:
        connections.typed_slack(session)
    except sealed.Unreadable:
        return True
    return False


def _cords(session: Session, found: Mapping[str, Proof]) -> list[Cord]:
    shown = []
    for rule in slack_rules.every(session):
        proof = found.get(f"channel {rule.channel}")
        trouble = proof.sentence if proof is not None and not proof.ok else ""
        name = rule.channel_name or rule.channel
        shown.append(Cord(rule.channel, name, rule.armed, proof is not None, trouble))
    return shown


def _is_sound(found: Mapping[str, Proof], cords: Sequence[Cord]) -> bool:
    """Whether everything was looked at and is well, and there is a channel to cry in."""
    looked = [found.get(name) for name in slack_connecting.LOOKED_AT]
    well = all(one is not None and one.ok for one in looked)
    return well and bool(cords) and all(one.checked and not one.trouble for one in cords)


def _missing(found: Mapping[str, Proof]) -> list[Scope]:
    """What the app may not do and need not, with what it would be good for."""
    names = found["scopes"].data.get("optional", []) if "scopes" in found else []
    return [scope for scope in manifest.SCOPES if scope.name in names]


def _people(session: Session) -> Known:
    linked = [one for one in people.every(session) if one.slack_id and not one.disabled_at]
    unlinked = [one.name for one in people.responders(session) if not one.slack_id]
    return Known(slack_members.count(session), len(linked), rules.names(unlinked))


def _steps(**done: bool) -> dict[str, str]:
    """What is done, the first that is not, and what comes after it."""
    open_yet = [name for name, is_done in done.items() if not is_done]
    return {
        name: "done" if is_done else "now" if name == open_yet[0] else "later"
        for name, is_done in done.items()
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
