"""Private incidents: who sees them, who is let in, and what is said of them outside."""

import pytest
from sqlalchemy.exc import NoResultFound

from incident.delivery.channel_keeper import ChannelKeeper
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import DESK, Actor
from incident.services import (
    channels,
    discretion,
    incidents,
    pages,
    privacy,
    retro_links,
    retro_reading,
    retro_shelf,
    roles,
    visibility,
)
from incident.services.incidents import Opening
from incident.storage import incident_channels, incident_members, outbox, timeline
from incident.storage import incidents as rows
from incident.storage.db import reading, transaction
from tests.conftest import ADA, START, connect_target
from tests.web.browsers import a_person

A_SCRIPT = Actor("deploys", role="responder", source="api")
AN_ADMINS_SCRIPT = Actor("backups", role="admin", source="api")
SOMEBODY_IN_SLACK = Actor("sam", role="reporter", source="slack")


def actor_of(person):
    return Actor(person.name, role=person.role, person_id=person.id)


@pytest.fixture
def maya(database):
    return actor_of(a_person("Maya"))


@pytest.fixture
def tom(database):
    return actor_of(a_person("Tom"))


@pytest.fixture
def key(maya):
    """A private incident of Maya's."""
    with transaction() as session:
        opening = Opening("Keys were stolen", severity="sev1", private=True)
        return incidents.open_incident(session, opening, actor=maya, at=START).key


def sees(actor, key="INC-1"):
    with reading() as session:
        return visibility.may_see(session, actor, rows.get(session, key))


def listed(actor):
    with reading() as session:
        found = rows.newest(session, among=visibility.visible(session, actor))
        return [one.key for one in found]


def members(key="INC-1"):
    with reading() as session:
        return [m.person_id for m in incident_members.of_incident(session, rows.id_of(key))]


def lines(key="INC-1"):
    with reading() as session:
        return [one.text for one in timeline.since(session, rows.id_of(key), 0)]


def do(command, **arguments):
    with transaction() as session:
        return command(session, at=START, **arguments)


def test_whoever_opens_a_private_incident_sees_it_and_so_do_admins(key, maya, tom):
    assert sees(maya)
    assert sees(ADA)
    assert sees(AN_ADMINS_SCRIPT)
    assert sees(DESK)


def test_nobody_else_does(key, tom):
    assert not sees(tom)
    assert not sees(A_SCRIPT)
    assert not sees(SOMEBODY_IN_SLACK)


def test_it_is_missing_from_the_lists_of_everybody_else(key, maya, tom, an_incident):
    an_incident()

    assert listed(maya) == listed(ADA) == ["INC-2", "INC-1"]
    assert listed(tom) == listed(A_SCRIPT) == listed(SOMEBODY_IN_SLACK) == ["INC-2"]


def test_to_a_stranger_it_is_as_missing_as_one_that_never_was(key, tom):
    with pytest.raises(NoResultFound), reading() as session:
        visibility.require(session, tom, key)


def test_an_incident_that_becomes_private_keeps_those_who_have_to_do_with_it(
    an_incident, maya, tom, clock
):
    ada = actor_of(a_person("Ada", "admin"))
    connect_target("primary")
    key = an_incident()
    do(roles.take, incident_key=key, name="scribe", actor=tom)
    page = do(pages.page, incident_key=key, target="primary", actor=tom)
    do(pages.acknowledge, incident_key=key, page_id=page.id, actor=maya)

    do(privacy.hide, incident_key=key, actor=ada)

    assert members() == [ada.person_id, tom.person_id, maya.person_id]
    assert lines()[-1] == (
        "Ada made the incident private. It is seen by Ada, Tom, Maya and the admins."
    )


def test_only_the_commander_or_an_admin_hides_what_somebody_commands(an_incident, maya, tom):
    key = an_incident()
    do(roles.take, incident_key=key, name="commander", actor=maya)

    with pytest.raises(NotAllowed, match="Ask Maya or an admin"):
        do(privacy.hide, incident_key=key, actor=tom)


def test_somebody_is_let_in_and_left_out_again(key, maya, tom):
    do(privacy.add, incident_key=key, person_id=tom.person_id, actor=maya)
    let_in = sees(tom)
    do(privacy.remove, incident_key=key, person_id=tom.person_id, actor=maya)

    assert let_in
    assert not sees(tom)
    assert lines()[-2:] == ["Maya let Tom in", "Maya left Tom out of it"]


def test_whoever_holds_a_role_cannot_be_left_out(key, maya, tom):
    do(privacy.add, incident_key=key, person_id=tom.person_id, actor=maya)
    do(roles.take, incident_key=key, name="scribe", actor=tom)

    with pytest.raises(NotAllowed, match="Tom is scribe"):
        do(privacy.remove, incident_key=key, person_id=tom.person_id, actor=maya)


def test_whoever_is_given_a_role_is_let_in(key, maya, tom):
    given = {"person": "Tom", "person_id": tom.person_id}

    do(roles.take, incident_key=key, name="commander", actor=maya, **given)

    assert sees(tom)


def test_whoever_answers_in_pagerduty_is_let_in(key, maya, tom):
    with transaction() as session:
        incident = rows.lock(session, key)
        by = Actor("Tom", role="system", source="pagerduty")
        privacy.let_in_answerer(session, incident, by, at=START)

    assert sees(tom)


def test_a_public_incident_needs_no_members(an_incident, maya, tom):
    with pytest.raises(NotAllowed, match="everybody may see it"):
        do(privacy.add, incident_key=an_incident(), person_id=tom.person_id, actor=maya)


def test_opened_to_everybody_it_is_seen_by_everybody(key, maya, tom):
    do(privacy.open_up, incident_key=key, actor=maya)

    assert sees(tom)
    assert lines()[-1] == "Maya opened the incident to everybody"


def test_a_page_says_nothing_of_what_happened(key, maya):
    connect_target("primary")

    page = do(pages.page, incident_key=key, target="primary", text="Keys!", actor=maya)

    with reading() as session:
        sent = outbox.of_page(session, page.id)
    words = "[SEV1] INC-1 (private): acknowledge this, then open the desk"
    assert [page.summary, *(one.subject for one in sent)] == [words, words]


def test_nobody_merges_into_what_they_may_not_see(key, tom, an_incident):
    other = an_incident()

    with pytest.raises(NoResultFound):
        do(incidents.move, incident_key=other, action="merge", into=key, actor=tom)


def test_its_retro_is_told_alone(key, maya, tom, an_incident):
    other = an_incident()

    with pytest.raises(NotAllowed, match="INC-1 is private"):
        do(retro_links.link, incident_key=other, other=key, actor=maya)
    with pytest.raises(NotAllowed, match="There is no incident INC-1"):
        do(retro_links.link, incident_key=other, other=key, actor=tom)


def test_a_linked_incident_that_becomes_private_leaves_the_others_retro(an_incident, maya):
    first, second = an_incident(), an_incident(title="Keys were stolen")
    do(retro_links.link, incident_key=first, other=second, actor=maya)
    do(privacy.hide, incident_key=second, actor=maya)

    with reading() as session:
        read = retro_reading.read(session, first, START)

    assert read.facts.linked == ()


def test_its_retro_stands_on_no_strangers_shelf(key, maya, tom):
    do(incidents.move, incident_key=key, action="resolve", actor=maya)

    with reading() as session:
        shelves = [retro_shelf.shelf(session, START, actor=one) for one in (maya, tom)]

    assert [bool(shelf) for shelf in shelves] == [True, False]


def test_a_private_incident_asks_for_a_private_channel_without_a_telling_name(key, maya):
    do(channels.create, incident_key=key, actor=maya)

    with reading() as session:
        asked = outbox.of_incident(session, 1)[-1]
    assert asked.target == "#inc-1"
    assert asked.settings["private"] is True


def test_made_private_it_moves_out_of_its_public_channel(an_incident, maya):
    key = an_incident()
    do(channels.create, incident_key=key, actor=maya)
    with transaction() as session:
        row = incident_channels.of_incident(session, 1)
        row.state, row.channel = "open", "C0INC10000"

    do(privacy.hide, incident_key=key, actor=maya)

    with reading() as session:
        sent = outbox.of_incident(session, 1)[1:]
        row = incident_channels.of_incident(session, 1)
    assert [(one.action, one.target) for one in sent] == [
        ("post", "C0INC10000"),
        ("archive_channel", "C0INC10000"),
        ("create_channel", "#inc-1"),
    ]
    assert (row.state, row.channel) == ("wanted", "")


@pytest.mark.parametrize(
    ("cause", "stays"), [("update-1-executives", True), ("receipt", False), ("step-3", False)]
)
def test_its_news_go_to_no_other_channel_unless_a_person_means_it(key, maya, cause, stays):
    asked = {"integration": "slack", "action": "post", "target": "C0EXEC0000", "incident_id": 1}
    post = outbox.Delivery(**asked, settings={}, dedup_key=f"ic/testtest/1/{cause}/g1")

    with reading() as session:
        objection = discretion.objection_to(session, post)

    assert (objection is not None) == stays


def test_a_new_cry_in_its_channel_is_a_new_incident(database, an_incident, maya, clock):
    key = an_incident(slack_channel="C0EMERGENCY", slack_thread="1.0")
    do(privacy.hide, incident_key=key, actor=maya)

    with transaction() as session:
        assert rows.lock_newest_from(session, "C0EMERGENCY") is None


def test_the_keeper_asks_no_stranger_into_a_private_channel(key, maya, clock):
    with transaction() as session:
        incident_channels.of_incident(session, 1)
        session.add(
            incident_channels.IncidentChannel(
                incident_id=1,
                channel="G0INC10000",
                name="inc-1",
                state="open",
                private=True,
                created_at=START,
            )
        )
        rows.lock(session, key).slack_channel = "C0EMERGENCY"

    ChannelKeeper(clock=clock).turn()

    with reading() as session:
        asked = [one for one in outbox.of_incident(session, 1) if one.action == "invite_members"]
    assert asked == []
