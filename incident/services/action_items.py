"""Commands on action items: write one down, change it, settle it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor, require
from incident.rules.retros import writing as rules
from incident.rules.words import shortened
from incident.storage import incidents, retros
from incident.storage.retros import ActionItem

OWNER_LENGTH = 100
FIELDS = ("text", "kind", "owner", "due_on", "state", "link", "step")


@dataclass(frozen=True, slots=True)
class ItemForm:
    """What somebody wrote down. What is None stays as it is; `due_on` is a date or empty."""

    text: str | None = None
    kind: str | None = None
    owner: str | None = None
    due_on: str | None = None
    link: str | None = None
    state: str | None = None
    step: int | None = None


def add(
    session: Session, *, incident_key: str, form: ItemForm, actor: Actor, at: datetime
) -> ActionItem:
    """What somebody will change. It may be added after publishing too."""
    require(actor, "responder")
    retro = retros.begin(session, incidents.lock(session, incident_key), at=at)
    item = ActionItem(
        retro_id=retro.id,
        text="",
        kind="prevent",
        owner="",
        state="open",
        link="",
        created_at=at,
        created_by=actor.name,
    )
    _fill(item, form, at=at)
    session.add(item)
    session.flush()
    return item


def change(
    session: Session,
    *,
    incident_key: str,
    item_id: int,
    form: ItemForm,
    actor: Actor,
    at: datetime,
) -> ActionItem:
    require(actor, "responder")
    retro = retros.begin(session, incidents.lock(session, incident_key), at=at)
    item = retros.action_item(session, retro.id, item_id)
    _fill(item, form, at=at)
    return item


def _fill(item: ActionItem, form: ItemForm, *, at: datetime) -> None:
    """All of it is checked before any of it is taken over."""
    text = item.text if form.text is None else rules.item_text(form.text)
    kind = item.kind if form.kind is None else form.kind
    due_on = item.due_on if form.due_on is None else rules.due_date(form.due_on)
    link = item.link if form.link is None else form.link.strip()
    state = item.state if form.state is None else form.state
    rules.require_item(text=text, kind=kind, due_on=due_on, link=link, state=state)
    if state != item.state:
        item.settled_at = None if state == "open" else at
    item.text, item.kind, item.due_on, item.link, item.state = text, kind, due_on, link, state
    item.owner = item.owner if form.owner is None else shortened(form.owner, OWNER_LENGTH)
    item.step = item.step if form.step is None else form.step
