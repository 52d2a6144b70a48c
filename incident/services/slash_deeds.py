"""What /inc does: open, page, move, write down, hand over."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.integrations.slack import permalinks
from incident.rules import incidents as incident_rules
from incident.rules import slash as rules
from incident.rules import slash_words as words
from incident.rules.dialogs import Reply
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import require
from incident.rules.slash import button
from incident.rules.typed_times import moment_of
from incident.services import (
    effects,
    incidents,
    kept_messages,
    pages,
    roles,
    slack_places,
    slash_reading,
)
from incident.services.askings import Asking
from incident.storage import effects as effect_rows
from incident.storage import incidents as rows
from incident.storage import people, slack_members, targets
from incident.storage.effects import Effect
from incident.storage.incidents import Incident
from incident.storage.pages import Page
from incident.storage.people import Person
from incident.storage.targets import Target

STATUSES = "investigating, identified, mitigated, resolved, closed, declined or reopened"
NO_LINK = "Write /inc keep and the link to the message: in Slack, More actions, Copy link."
NOT_LINKED = (
    "{who} has no account here that names this Slack member. They write it on their profile in "
    "the desk, or an admin invites them."
)
KEPT = {
    "kept": "It is on the timeline of {key}.",
    "asked": "Slack is asked what the message says; then it is on the timeline of {key}.",
}


def page(asking: Asking, incident: Incident) -> Reply:
    """Anybody may page. A target that is not named is the only one there is."""
    names = [target.name for target in targets.pageable(asking.session)]
    name, text = rules.target_and_words(asking.said.rest, names)
    if not name and len(names) == 1:
        name = names[0]
    if not name:
        known = f"It knows: {', '.join(names)}." if names else "No target is set up yet."
        choose = (button("Choose whom to page…", f"{incident.key} page"),)
        return Reply(f"No target has such a name, so NOBODY WAS PAGED. {known}", buttons=choose)
    return Reply(page_target(asking, incident, name, text))


def page_target(asking: Asking, incident: Incident, name: str, text: str) -> str:
    """Page, and say whom it wakes; in capitals if it wakes nobody."""
    locked = rows.lock(asking.session, incident.key)
    asked = pages.page_locked(
        asking.session, locked, target=name, actor=asking.actor, at=asking.at, text=text
    )
    return told_paged(locked, targets.find(asking.session, name), asked, asking.at)


def told_paged(incident: Incident, target: Target | None, asked: Page, at: datetime) -> str:
    return words.paged(
        incident.key,
        words.woken(asked.target, on_call(target), at),
        state=asked.state,
        reason=asked.reason or "",
        phones=phones(target),
    )


def status(asking: Asking, incident: Incident) -> Reply:
    """Without words, how it stands."""
    if not asking.said.rest:
        return slash_reading.standing(asking, incident)
    action, reason = rules.move_in(asking.said.rest)
    if not action:
        raise NotAllowed(f"A status is {STATUSES}.")
    if action == "accept" and incident.status in incident_rules.MOVES["reopen"].starts:
        action = "reopen"
    before = incident.status
    moved = incidents.move(
        asking.session,
        incident_key=incident.key,
        action=action,
        actor=asking.actor,
        at=asking.at,
        reason=reason,
    )
    already = " already" if moved.status == before else ""
    return Reply(f"{moved.key} is {moved.status}{already}.")


def severity(asking: Asking, incident: Incident) -> Reply:
    if not asking.said.rest:
        choices = [button(n, f"{incident.key} severity {n}") for n, _ in rules.severities()[1:]]
        return Reply(f"{incident.key} is {incident.severity}. How bad is it?", tuple(choices))
    changed = incidents.set_severity(
        asking.session,
        incident_key=incident.key,
        severity=asking.said.rest,
        actor=asking.actor,
        at=asking.at,
    )
    return Reply(f"{changed.key} is {changed.severity}.")


def note(asking: Asking, incident: Incident) -> Reply:
    text, time = rules.text_and_time(asking.said.rest)
    return note_down(asking, incident, text, time)


def note_down(asking: Asking, incident: Incident, text: str, time: str) -> Reply:
    """`time` as people type it: 23:50 is the last one that there was."""
    incidents.tell(
        asking.session,
        incident_key=incident.key,
        text=text,
        actor=asking.actor,
        at=asking.at,
        occurred_at=moment_of(time, zone=incident.zone, now=asking.at),
    )
    when = f", at {time}" if time else ""
    return Reply(f"On the timeline of {incident.key}{when}.")


def effect(asking: Asking, incident: Incident, undo: str = "") -> Reply:
    effects.put_in_force(
        asking.session,
        incident_key=incident.key,
        text=asking.said.rest,
        undo=undo,
        actor=asking.actor,
        at=asking.at,
    )
    text = f"In effect on {incident.key}. It stays on every screen until somebody undoes it."
    return Reply(text, buttons=(button("What is in effect", f"{incident.key} effects"),))


def undo(asking: Asking, incident: Incident) -> Reply:
    """By its number or its first words; without any the only one in effect is meant."""
    found = effect_rows.of_incident(asking.session, incident.id)
    meant = _named_by([one for one in found if one.ended_at is None], asking.said.rest)
    if meant is None:
        return slash_reading.effects(asking, incident)
    effects.end(
        asking.session,
        incident_key=incident.key,
        effect_id=meant.id,
        actor=asking.actor,
        at=asking.at,
    )
    return Reply(f"No longer in effect on {incident.key}: {meant.text}")


def role(asking: Asking, incident: Incident) -> Reply:
    """Whoever types it takes the role, unless somebody else is named."""
    name, _, rest = asking.said.rest.partition(" ")
    if name.lower() not in roles.NAMES:
        raise NotAllowed(f"A role is {', '.join(roles.NAMES)}: /inc role scribe")
    return _give(asking, incident, name.lower(), _person(asking, rest))


def handover(asking: Asking, incident: Incident) -> Reply:
    person = _person(asking, asking.said.rest)
    if person is None:
        raise NotAllowed("Say who takes command: /inc handover @tom")
    return _give(asking, incident, "commander", person)


def keep(asking: Asking, incident: Incident) -> Reply:
    """A message by its address. One of another channel only if everybody may read it there."""
    require(asking.actor, "responder")
    place = permalinks.place_in(asking.said.rest)
    if place is None:
        raise NotAllowed(NO_LINK)
    channel, ts = place
    came = kept_messages.keep(
        asking.session,
        incident.key,
        channel=channel,
        ts=ts,
        by=asking.actor,
        way="command",
        at=asking.at,
        open_to_all=channel not in _at_home(asking, incident),
    )
    return Reply(KEPT.get(came, "It is on the timeline of {key} already.").format(key=incident.key))


def on_call(target: Target | None) -> list[tuple[str, str]]:
    """Who stands behind the target by PagerDuty's last word: name and zone."""
    found = target.on_call if target else []
    zone = target.zone if target else "UTC"
    return [(str(one.get("name") or "Somebody"), str(one.get("zone") or zone)) for one in found]


def phones(target: Target | None) -> list[tuple[str, str]]:
    found = target.phones if target else []
    return [(str(one.get("name", "")), str(one.get("phone", ""))) for one in found]


def _at_home(asking: Asking, incident: Incident) -> tuple[str, str]:
    """The channels whose messages whoever asks may read: where they type, the incident's own."""
    place = slack_places.place_of(asking.session, incident)
    return asking.channel, "" if place.thread_ts else place.channel


def _give(asking: Asking, incident: Incident, name: str, person: Person | None) -> Reply:
    taken = roles.take(
        asking.session,
        incident_key=incident.key,
        name=name,
        person=person.name if person else None,
        person_id=person.id if person else None,
        actor=asking.actor,
        at=asking.at,
    )
    return Reply(f"{taken.person} is {name} of {incident.key}.")


def _person(asking: Asking, named: str) -> Person | None:
    """Whoever is named, as a mention or by the name of their account; nobody: None."""
    said, session = asking.said, asking.session
    if said.members:
        found = people.by_slack_id(session, said.members[0])
    elif named.strip(" @"):
        found = people.by_name(session, named.strip(" @"))
    else:
        return None
    if found is None or found.disabled_at is not None:
        raise NotAllowed(NOT_LINKED.format(who=named.strip() or "That member"))
    return found


def _named_by(in_force: list[Effect], text: str) -> Effect | None:
    if not text:
        return in_force[0] if len(in_force) == 1 else None
    digits = text.lstrip("#")
    fits = [one for one in in_force if str(one.id) == digits]
    fits = fits or [one for one in in_force if one.text.lower().startswith(text.lower())]
    return fits[0] if len(fits) == 1 else None


def zone_of(asking: Asking) -> str:
    """That of the account, else what Slack's directory says, else that of who may be paged."""
    session: Session = asking.session
    if asking.actor.person_id is not None:
        return people.get(session, asking.actor.person_id).zone
    known = slack_members.find(session, asking.member)
    zones = [known.zone if known else "", *(one.zone for one in targets.pageable(session))]
    return next((zone for zone in zones if zone), "UTC")
