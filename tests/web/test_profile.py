"""One's own page."""

import pytest

from incident.services import passwords
from incident.storage import people, slack_members
from incident.storage.db import reading, transaction
from tests.web.browsers import Browser, a_person, words

PASSWORD, NEW = "tall green horses run", "eleven geese in a row"
PROFILE = {"name": "Maya B.", "zone": "Europe/Berlin", "phone": "+49 30 1", "slack_id": "u024be7lh"}


@pytest.fixture
def maya(app):
    return a_person("Maya", password_hash=passwords.hasher().hash(PASSWORD))


@pytest.fixture
def hers(app, maya):
    return Browser(app, maya)


def saved(person):
    with reading() as session:
        return people.get(session, person.id)


def test_what_is_saved_is_what_was_typed(hers, maya):
    answer = hers.post("/profile", {**PROFILE, "phone": "+49 30 1234567"})

    row = saved(maya)
    assert answer.status_code == 303
    assert (row.name, row.zone, row.phone) == ("Maya B.", "Europe/Berlin", "+49 30 1234567")
    assert (row.slack_id, row.shortcuts) == ("U024BE7LH", False)


def test_keys_are_switched_on_by_their_tick(hers, maya):
    hers.post("/profile", {"name": "Maya", "zone": "UTC", "shortcuts": "1"})

    assert saved(maya).shortcuts


def test_the_page_tells_the_scripts_whether_keys_do_things(hers):
    with_keys = hers.get("/profile").text
    hers.post("/profile", {"name": "Maya", "zone": "UTC"})

    without = hers.get("/profile").text

    assert 'data-keys="off"' not in with_keys
    assert 'data-keys="off"' in without


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(hers, maya):
    answer = hers.post("/profile", {**PROFILE, "phone": "call me"})

    assert answer.status_code == 422
    assert "can be dialled" in words(answer)
    assert 'value="call me"' in answer.text
    assert saved(maya).name == "Maya"


def test_nobody_gives_themselves_a_role_or_another_address(hers, maya):
    hers.post("/profile", {"name": "Maya", "zone": "UTC", "role": "admin", "email": "a@b.c"})

    assert (saved(maya).role, saved(maya).email) == ("responder", "maya@example.com")


def test_two_people_cannot_be_the_same_slack_member(app, hers):
    a_person("Tom", slack_id="U024BE7LH")

    answer = hers.post("/profile", {"name": "Maya", "zone": "UTC", "slack_id": "U024BE7LH"})

    assert answer.status_code == 422
    assert "is Tom already" in words(answer)


def test_two_people_cannot_go_by_one_name(app, hers):
    a_person("Tom")

    answer = hers.post("/profile", {"name": "TOM", "zone": "UTC"})

    assert answer.status_code == 422
    assert "There is a Tom already" in words(answer)


def test_the_password_changes_and_the_other_browsers_are_logged_out(app, hers, maya):
    elsewhere = Browser(app, maya)

    answer = hers.post(
        "/profile/password",
        {"current_password": PASSWORD, "new_password": NEW, "end_others": "1"},
    )

    assert answer.status_code == 303
    assert passwords.hasher().fits(NEW, saved(maya).password_hash)
    assert hers.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 303


def test_the_other_browsers_stay_if_that_is_asked_for(app, hers, maya):
    elsewhere = Browser(app, maya)

    hers.post("/profile/password", {"current_password": PASSWORD, "new_password": NEW})

    assert elsewhere.get("/profile").status_code == 200


def test_without_the_current_password_nothing_changes(hers, maya):
    answer = hers.post("/profile/password", {"current_password": "guess", "new_password": NEW})

    assert answer.status_code == 422
    assert "not your password" in words(answer)
    assert passwords.hasher().fits(PASSWORD, saved(maya).password_hash)


def test_a_new_password_must_be_good_enough(hers, maya):
    answer = hers.post(
        "/profile/password", {"current_password": PASSWORD, "new_password": "password1234"}
    )

    assert answer.status_code == 422
    assert "everybody tries first" in words(answer)


def test_the_page_lists_where_one_is_logged_in(app, hers, maya):
    Browser(app, maya)

    page = words(hers.get("/profile"))

    assert page.count("Firefox on Linux") == 2
    assert page.count("this browser") == 1


def test_a_viewer_has_a_page_of_their_own_too(app):
    sam = Browser(app, a_person("Sam", "viewer"))

    assert sam.get("/profile").status_code == 200
    assert sam.post("/profile", {"name": "Sam", "zone": "UTC"}).status_code == 303


def linked_by_address(person):
    with transaction() as session:
        row = people.get(session, person.id)
        row.slack_id, row.slack_link = "U0MAYA", "email"
        member = slack_members.find_or_make(session, "U0MAYA", row.created_at)
        member.name = "Maya Weber"


def test_whoever_was_linked_by_their_address_is_told_and_can_end_it(hers, maya):
    linked_by_address(maya)
    before = words(hers.get("/profile"))

    hers.post("/profile/slack-link/removal")

    assert "Linked by your e-mail address to Maya Weber U0MAYA" in before
    assert (saved(maya).slack_id, saved(maya).slack_link) == ("", "refused")
    assert "Linked by your e-mail address" not in words(hers.get("/profile"))


def test_emptying_the_field_refuses_as_well_and_typing_an_id_is_ones_own_word(hers, maya):
    linked_by_address(maya)

    hers.post("/profile", {**PROFILE, "slack_id": ""})
    emptied = saved(maya).slack_link
    hers.post("/profile", PROFILE)

    assert emptied == "refused"
    assert (saved(maya).slack_id, saved(maya).slack_link) == ("U024BE7LH", "")


def test_saving_something_else_leaves_the_link_as_it_was(hers, maya):
    linked_by_address(maya)

    hers.post("/profile", {**PROFILE, "slack_id": "U0MAYA"})

    assert saved(maya).slack_link == "email"
