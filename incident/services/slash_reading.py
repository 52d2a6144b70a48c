"""What /inc tells without changing anything: how it stands, what is open, what may be typed."""

from incident.rules import slash_words as words
from incident.rules import spoken
from incident.rules.cord import HOW_TO_LINK
from incident.rules.dialogs import Reply
from incident.rules.permissions import RANK
from incident.rules.receipts import DEAD
from incident.rules.slack_rules import what_counts
from incident.rules.slash import button
from incident.rules.slash_words import Standing
from incident.services import slack_places, visibility
from incident.services.askings import Asking
from incident.services.meant import line_of, open_ones
from incident.storage import effects as effect_rows
from incident.storage import pages, roles, slack_rules, steps
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE, Page

ORDER = ("commander", "deputy", "comms", "scribe")


def standing(asking: Asking, incident: Incident) -> Reply:
    session = asking.session
    held = {role.name: role.person for role in roles.held(session, incident.id)}
    current = [s for s in steps.of_incident(session, incident.id) if s.state == "current"]
    in_force = [
        (effect.text, effect.began_at)
        for effect in effect_rows.of_incident(session, incident.id)
        if effect.ended_at is None
    ]
    now = Standing(
        line_of(incident),
        drill=incident.mode == "drill",
        roles=[(name.capitalize(), held[name]) for name in ORDER if name in held],
        steps=[f"Now at step {step.number}: {step.title}" for step in current],
        pages=[_page(page) for page in _newest(pages.of_incident(session, incident.id))],
        effects=in_force,
        update_due_at=incident.update_due_at,
    )
    return words.standing(now, asking.at)


def listed(asking: Asking) -> Reply:
    found = open_ones(asking.session, asking.actor)
    return words.listed([line_of(one) for one in found], asking.at)


def effects(asking: Asking, incident: Incident) -> Reply:
    found = effect_rows.of_incident(asking.session, incident.id)
    in_force = [effect for effect in found if effect.ended_at is None]
    if not in_force:
        return Reply(f"Nothing is in effect on {incident.key}.")
    told = [
        f"{effect.id}. {effect.text}, {spoken.length(asking.at - effect.began_at)}, "
        f"by {effect.began_by}{f'. To undo: {effect.undo}' if effect.undo else ''}"
        for effect in in_force
    ]
    offered = [
        button(f"It is undone: {effect.text}", f"{incident.key} undo {effect.id}")
        for effect in in_force[: words.OFFERED]
    ]
    return Reply("\n".join([f"In effect on {incident.key}:", *told]), buttons=tuple(offered))


def help_here(asking: Asking) -> Reply:
    return words.help_with(_about_channel(asking), lacks=_lacks(asking))


def _lacks(asking: Asking) -> str:
    """Whoever is linked has an account: what they lack is the role."""
    role = asking.actor.role
    if RANK[role] >= RANK["responder"]:
        return ""
    if asking.actor.person_id is not None:
        return words.LACKS_ROLE.format(role=role)
    return words.LACKS_ACCOUNT.format(how_to_link=HOW_TO_LINK.format(member=asking.member))


def _about_channel(asking: Asking) -> str:
    own = slack_places.incident_in(asking.session, asking.channel)
    if own is not None and visibility.may_see(asking.session, asking.actor, own):
        return f"This is the channel of {own.key}: you need not name it."
    rule = slack_rules.find(asking.session, asking.channel)
    if rule is not None and rule.armed:
        counts = what_counts(rule.words, rule.urgent_words)
        return f"In this channel {counts} is enough: it pages {rule.target}."
    return "Begin with INC-42 to say which incident you mean; the only one that is open is meant."


def _newest(asked: list[Page]) -> list[Page]:
    """What is under way, and the last that was answered."""
    under_way = [page for page in asked if page.state in (*LIVE, "exhausted")]
    answered = [page for page in asked if page.state == "acknowledged"][-1:]
    return under_way or answered or [page for page in asked if page.state in DEAD][-1:]


def _page(page: Page) -> str:
    if page.state == "acknowledged":
        return f"{page.acknowledged_by} has the page to {page.target}."
    if page.state in DEAD:
        return f"NOBODY WAS PAGED: {page.target}, {page.reason or page.state}."
    return f"Paging {page.target}; nobody has answered yet."
