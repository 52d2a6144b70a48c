"""Who a Slack member is here: an account, a name from the directory, or a bare id."""

from incident.services import members
from incident.storage import slack_members
from incident.storage.db import reading, transaction
from tests.conftest import START
from tests.web.browsers import a_person


def actor(member, name=""):
    with reading() as session:
        return members.actor_for(session, member, name)


def known(member="U0SAM"):
    with reading() as session:
        return slack_members.find(session, member)


def meet(member="U0SAM", **told):
    with transaction() as session:
        members.meet(session, member, at=START, **told)


def test_a_member_named_in_a_profile_acts_with_the_rights_of_that_account(database):
    maya = a_person("Maya", slack_id="U0MAYA")

    found = actor("U0MAYA", "maya.w")

    assert (found.name, found.role, found.person_id) == ("Maya", "responder", maya.id)


def test_anybody_else_may_only_call_for_help_under_the_name_that_slack_told(database):
    found = actor("U0SAM", "sam")

    assert (found.name, found.role, found.person_id) == ("sam", "reporter", None)


def test_the_name_of_the_directory_goes_before_a_handle(database):
    meet(name="Sam Weber")

    assert actor("U0SAM", "sam").name == "Sam Weber"


def test_somebody_without_any_name_is_called_by_the_id(database):
    assert actor("U0SAM").name == "Slack member U0SAM"
    assert actor("").name == "Somebody in Slack"


def test_whoever_is_met_is_to_be_asked_about_once(database):
    meet()
    meet(team="T0DESK")

    with reading() as session:
        assert slack_members.unasked(session) == ["U0SAM"]
    assert known().team == "T0DESK"


def test_what_slack_has_told_is_not_overwritten_by_what_a_message_says(database):
    with transaction() as session:
        row = slack_members.find_or_make(session, "U0SAM", START)
        row.name, row.asked_at = "Sam Weber", START

    meet(name="sammy")

    assert known().name == "Sam Weber"


def test_nobody_is_nobody_to_meet(database):
    meet("")

    with reading() as session:
        assert slack_members.every(session) == []
