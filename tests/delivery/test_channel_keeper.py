"""The life of an incident's channel: made, kept, followed by people, archived."""

import pytest

from incident.delivery.channel_keeper import ChannelKeeper
from incident.integrations.slack.notifier import Slack
from incident.rules.outcome import NotAllowed
from incident.services import channels, incidents, pages, privacy, roles
from incident.services import slack_rules as rule_commands
from incident.services.slack_rules import RuleForm
from incident.storage import connections, incident_channels, outbox, slack_rules, timeline
from incident.storage import incidents as rows
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA, START, TOM, connect_target
from tests.delivery.conftest import a_post, deliver, lines, promise
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, FakeSlack, says
from tests.web.browsers import a_person

NAME = "inc-1-uploads-are-failing"


@pytest.fixture
def slack(clock):
    with FakeSlack(clock=clock) as fake:
        yield fake
    assert fake.breaches == []


@pytest.fixture
def keeper(database, clock):
    return ChannelKeeper(clock=clock)


@pytest.fixture
def send(slack, clock):
    """Whatever Slack is still to be asked goes out, as quickly as Slack takes it."""
    notifier = Slack(slack.api_url, A_TOKEN)

    def until_nothing_is_left():
        while is_left():
            deliver(notifier, clock, integration="slack") or clock.forward(seconds=1)

    return until_nothing_is_left


@pytest.fixture
def go_on(keeper, send, clock):
    """Half a minute in which the keeper looks, and Slack hears of it."""

    def half_a_minute():
        for _ in range(3):
            clock.forward(seconds=11)
            keeper.turn()
            send()

    return half_a_minute


def is_left():
    with reading() as session:
        due = outbox.Delivery.state.in_(outbox.UNFINISHED)
        return session.query(outbox.Delivery).where(due).count() > 0


def setting(when, **more):
    with transaction() as session:
        row = connections.find_or_make(session, "slack", "Ada", START)
        row.settings = {"channels": {"when": when, **more}}


def ask(key, clock, *, actor=MAYA):
    with transaction() as session:
        channels.create(session, incident_key=key, actor=actor, at=clock())


def use(key, channel, clock):
    with transaction() as session:
        channels.use(session, incident_key=key, channel=channel, actor=MAYA, at=clock())


def a_cord(channel, name, *, armed=True):
    with transaction() as session:
        rule = slack_rules.find_or_make(session, channel, "primary", START)
        rule.channel_name, rule.armed = name, armed


def arm(channel):
    with transaction() as session:
        form = RuleForm(armed=True)
        rule_commands.put(session, channel=channel, form=form, actor=ADA, at=START)


def move(key, clock, *actions):
    with transaction() as session:
        for action in actions:
            incidents.move(session, incident_key=key, action=action, actor=MAYA, at=clock())


def row(key="INC-1"):
    with reading() as session:
        return incident_channels.of_incident(session, rows.id_of(key))


def of_kind(kind, key="INC-1"):
    with reading() as session:
        return [one.text for one in timeline.of_kinds(session, rows.id_of(key), [kind])]


def named(slack, name=NAME):
    return next((one for one in slack.channels.values() if one.name == name), None)


def test_a_channel_is_made_when_somebody_asks(an_incident, slack, keeper, send, clock):
    key = an_incident(severity="sev2")

    ask(key, clock)
    send()

    assert row().state == "open"
    assert row().channel == named(slack).id
    assert f"The Slack channel is #{NAME}" in lines(key)


def test_asking_twice_makes_one(an_incident, slack, keeper, send, clock):
    key = an_incident()

    ask(key, clock)
    ask(key, clock)
    send()
    ask(key, clock)
    send()

    assert [one.name for one in slack.channels.values() if one.creator == "U0DESK"] == [NAME]


def test_its_topic_and_its_bookmark_lead_to_the_incident(an_incident, slack, keeper, send, clock):
    key = an_incident(severity="sev2")

    ask(key, clock)
    send()

    made = named(slack)
    assert made.topic == (
        "SEV2 · investigating · nobody leads · INC-1 Uploads are failing"
        " · https://desk.example/incidents/INC-1"
    )
    assert [(one["title"], one["link"]) for one in made.bookmarks] == [
        ("INC-1 · SEV2 · investigating", "https://desk.example/incidents/INC-1")
    ]


def test_the_live_card_stands_in_it_pinned(an_incident, slack, keeper, send, go_on, clock):
    key = an_incident(severity="sev2")

    ask(key, clock)
    send()
    go_on()

    card = named(slack).messages[0]
    assert "INC-1 · SEV2 · investigating" in str(card["blocks"])
    assert named(slack).pins == [card["ts"]]


def test_a_topic_that_slack_takes_late_holds_up_no_post(an_incident, slack, keeper, send, clock):
    key = an_incident(severity="sev2")
    ask(key, clock)
    send()
    slack.script_for["conversations.setTopic"] = [server.rate_limited(60)]
    notifier = Slack(slack.api_url, A_TOKEN)
    clock.forward(seconds=20)

    move(key, clock, "identify")
    keeper.turn()
    promise(key, a_post("post-1", channel=row().channel), at=clock())
    went = [deliver(notifier, clock, integration="slack") for _ in range(4)]

    assert went == [True, True, True, False]
    assert named(slack).messages[-1]["text"] == "We are on it"
    assert "investigating" in named(slack).topic


def test_the_topic_follows_the_incident_at_most_every_ten_seconds(
    an_incident, slack, keeper, send, clock
):
    key = an_incident(severity="sev2")
    ask(key, clock)
    send()
    before = named(slack).topic

    move(key, clock, "identify", "mitigate")
    clock.forward(seconds=5)
    keeper.turn()
    send()
    assert named(slack).topic == before
    clock.forward(seconds=6)
    keeper.turn()
    send()

    assert named(slack).topic.startswith("SEV2 · mitigated · nobody leads")
    asked = [one for one in slack.requests if one.path.endswith("setTopic")]
    assert len(asked) == 2


def test_whoever_takes_a_role_is_asked_in_once(an_incident, slack, keeper, send, go_on, clock):
    tom = a_person("Tom", slack_id="U0TOM")
    key = an_incident()
    ask(key, clock)
    send()
    named(slack).members.clear()

    take(key, "commander", tom, clock)
    go_on()
    take(key, "scribe", tom, clock)
    go_on()

    assert named(slack).members == ["U0TOM"]
    assert len([one for one in slack.requests if one.path.endswith("invite")]) == 1
    assert "lead Tom" in named(slack).topic


def test_whoever_answered_a_page_is_asked_in(an_incident, slack, keeper, send, go_on, clock):
    tom = a_person("Tom", slack_id="U0TOM")
    connect_target("primary")
    key = an_incident()
    ask(key, clock)
    answer_a_page(key, tom, clock)

    send()
    go_on()

    assert "U0TOM" in named(slack).members


def test_somebody_without_a_slack_account_is_named_once(an_incident, slack, send, go_on, clock):
    tom = a_person("Tom")
    key = an_incident()
    ask(key, clock)
    take(key, "commander", tom, clock)

    send()
    go_on()

    assert of_kind("invitation_missed") == [
        f"Tom is not asked into #{NAME}: their profile names no Slack account"
    ]


def test_somebody_whom_slack_does_not_let_in_is_named_once(an_incident, slack, send, go_on, clock):
    tom = a_person("Tom", slack_id="U0TOM")
    slack.members["U0TOM"].is_restricted = True
    key = an_incident()
    ask(key, clock)
    take(key, "commander", tom, clock)

    send()
    go_on()

    said = [line for line in lines(key) if "NOT asked into" in line]
    assert said == [
        f"Tom was NOT asked into #{NAME}: They are a guest in Slack. "
        "They can be asked in from Slack: /invite"
    ]


def test_a_channel_that_slack_made_without_saying_so_is_taken_up(
    an_incident, slack, keeper, send, clock
):
    key = an_incident(severity="sev2")
    slack.script_for["conversations.create"] = [server.reset(taken=True)]

    ask(key, clock)
    send()

    assert [one.name for one in slack.channels.values() if one.creator == "U0DESK"] == [NAME]
    assert row().channel == named(slack).id


def test_a_name_that_is_taken_gets_a_number(an_incident, slack, keeper, send, clock):
    slack.add_channel(NAME, id="C0OTHER0000", creator="U0SAM")
    key = an_incident()

    ask(key, clock)
    send()

    assert row().name == f"{NAME}-2"
    assert row().state == "open"


def test_when_nine_names_are_taken_a_person_chooses(an_incident, slack, keeper, send, clock):
    slack.script_for["conversations.create"] = [says("name_taken") for _ in range(9)]
    key = an_incident()

    ask(key, clock)
    send()

    assert row().state == "failed"
    assert "Use a channel that is there" in row().reason


def test_a_refused_channel_is_told_and_can_be_tried_again(an_incident, slack, keeper, send, clock):
    slack.script_for["conversations.create"] = [
        says("missing_scope", needed="channels:manage", provided="chat:write")
    ]
    key = an_incident()
    ask(key, clock)
    send()
    said = lines(key)[-1]

    with transaction() as session:
        channels.try_again(session, incident_key=key, actor=MAYA, at=clock())
    send()

    assert said == (
        "NO SLACK CHANNEL: The Slack app may not do this yet. It needs the scope channels:manage"
    )
    assert row().state == "open"


def test_a_channel_that_is_there_is_used_and_never_archived(an_incident, slack, send, go_on, clock):
    slack.add_channel("uploads", id="C0UPLOADS0", joined=False)
    setting("asked", archive=True)
    key = an_incident()

    use(key, "#uploads", clock)
    send()
    move(key, clock, "resolve", "close")
    go_on()

    assert slack.channels["C0UPLOADS0"].joined
    assert not slack.channels["C0UPLOADS0"].archived
    assert row().state == "open"


def test_two_incidents_do_not_share_a_channel(an_incident, slack, keeper, send, clock):
    first, second = an_incident(), an_incident()
    use(first, "emergency", clock)
    send()

    use(second, "emergency", clock)
    send()

    assert row(second).state == "failed"
    assert lines(second)[-1] == ("NO SLACK CHANNEL: Another incident is worked on in that channel")


def test_a_pull_cord_is_no_channel_of_an_incident(an_incident, slack, keeper, send, clock):
    slack.add_channel("help-desk", id="C0HELPDESK")
    a_cord("C0HELPDESK", "#help-desk")
    key = an_incident()

    with pytest.raises(NotAllowed, match="#help-desk is a pull-cord"):
        use(key, "#help-desk", clock)

    assert row(key) is None


def test_a_pull_cord_by_another_name_is_found_out_by_slack(an_incident, slack, send, clock):
    slack.add_channel("help-desk", id="C0HELPDESK")
    a_cord("C0HELPDESK", "")
    key = an_incident()

    use(key, "help-desk", clock)
    send()

    assert row(key).state == "failed"
    assert "NO SLACK CHANNEL: That channel is a pull-cord" in lines(key)[-1]


def test_the_rule_of_a_channel_is_armed_when_its_incident_is_over(
    an_incident, slack, keeper, send, clock
):
    key = an_incident()
    use(key, "emergency", clock)
    send()
    a_cord(row(key).channel, "#emergency", armed=False)

    with pytest.raises(NotAllowed, match=f"{key} is worked on in that channel"):
        arm(row(key).channel)
    move(key, clock, "resolve")
    arm(row(key).channel)

    with reading() as session:
        assert slack_rules.armed_in(session, row(key).channel) is not None


def test_it_is_archived_after_its_last_word_where_that_was_chosen(
    an_incident, slack, send, go_on, clock
):
    setting("asked", archive=True)
    key = an_incident()
    ask(key, clock)
    send()
    clock.forward(minutes=30)

    move(key, clock, "resolve", "close")
    go_on()

    assert named(slack).archived
    assert named(slack).messages[-1]["text"].startswith("INC-1 is closed: Uploads are failing")
    assert "30 min" in named(slack).messages[-1]["text"]
    assert row().state == "archived"


def test_without_that_choice_it_stays(an_incident, slack, send, go_on, clock):
    key = an_incident()
    ask(key, clock)
    send()

    move(key, clock, "resolve", "close")
    go_on()

    assert not named(slack).archived


def test_an_incident_that_is_open_again_says_that_its_channel_is_archived(
    an_incident, slack, send, go_on, clock
):
    setting("asked", archive=True)
    key = an_incident()
    ask(key, clock)
    send()
    move(key, clock, "resolve", "close")
    go_on()

    move(key, clock, "reopen")
    go_on()
    slack.channels[row().channel].archived = False
    with transaction() as session:
        channels.try_again(session, incident_key=key, actor=MAYA, at=clock())
    send()

    assert len([line for line in lines(key) if "only a person can bring it back" in line]) == 1
    assert (row().state, row().name, row().made) == ("open", NAME, True)


def test_a_setting_gives_every_major_incident_its_channel(an_incident, slack, send, go_on, clock):
    setting("major", prefix="ops-")
    an_incident(severity="sev1")
    an_incident(severity="sev3")

    go_on()

    assert named(slack, "ops-1-uploads-are-failing") is not None
    assert row("INC-2") is None


def test_an_incident_that_becomes_worse_gets_its_channel_then(
    an_incident, slack, send, go_on, clock
):
    setting("major")
    key = an_incident(severity="sev3")
    go_on()

    with transaction() as session:
        incidents.set_severity(session, incident_key=key, severity="sev1", actor=MAYA, at=clock())
    go_on()

    assert named(slack) is not None


def test_neither_a_drill_nor_a_cry_in_triage_gets_one_unasked(an_incident, slack, go_on):
    setting("always")
    an_incident(mode="drill")
    an_incident(status="triage")

    go_on()

    assert [one.name for one in slack.channels.values()] == ["emergency"]


def test_a_topic_that_slack_refuses_is_told_once_and_tried_again_after_an_hour(
    an_incident, slack, keeper, send, go_on, clock
):
    slack.script_for["conversations.setTopic"] = [says("user_is_restricted")]
    key = an_incident(severity="sev2")
    ask(key, clock)
    send()
    move(key, clock, "identify")
    go_on()
    before = named(slack).topic

    clock.forward(hours=1)
    move(key, clock, "mitigate")
    go_on()

    assert len([line for line in lines(key) if "The topic of" in line]) == 1
    assert before == ""
    assert named(slack).topic.startswith("SEV2 · mitigated")


def test_a_channel_that_comes_after_the_incident_was_hidden_is_archived(
    an_incident, slack, keeper, send, clock
):
    key = an_incident()
    ask(key, clock)

    with transaction() as session:
        privacy.hide(session, incident_key=key, actor=MAYA, at=clock())
    send()

    assert named(slack).archived
    assert named(slack, "inc-1").private
    assert (row().name, row().state) == ("inc-1", "open")


def test_a_drill_makes_nothing_in_slack(database, an_incident, clock):
    key = an_incident(mode="drill")

    with pytest.raises(NotAllowed, match="This is a drill"):
        ask(key, clock)


def test_without_slack_the_incident_is_whole_and_says_that_it_has_no_channel(
    database, an_incident, clock
):
    key = an_incident()
    ask(key, clock)

    deliver(Slack("http://127.0.0.1:9/api/", lambda: ""), clock, integration="slack")

    assert row().state == "failed"
    assert lines(key)[-1].startswith("NO SLACK CHANNEL: ")


def test_one_channel_that_stumbles_holds_up_no_other(
    an_incident, slack, keeper, send, clock, monkeypatch
):
    setting("always")
    an_incident(), an_incident(title="Second")
    monkeypatch.setattr(
        channels, "create_unasked", _stumble_over_the_first(channels.create_unasked)
    )

    keeper.turn()
    send()

    assert named(slack, "inc-2-second") is not None


def _stumble_over_the_first(deed):
    def stumble(session, incident, at):
        if incident.id == 1:
            raise RuntimeError("a bug")
        deed(session, incident, at)

    return stumble


def take(key, role, person, clock):
    with transaction() as session:
        roles.take(
            session,
            incident_key=key,
            name=role,
            actor=TOM,
            person=person.name,
            person_id=person.id,
            at=clock(),
        )


def answer_a_page(key, person, clock):
    with transaction() as session:
        asked = pages.page(session, incident_key=key, target="primary", actor=MAYA, at=clock())
        pages.acknowledge(session, incident_key=key, page_id=asked.id, actor=TOM, at=clock())
