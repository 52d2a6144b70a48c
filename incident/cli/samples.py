"""What happened here lately, for a demo: incidents in every state, told through the services."""

import secrets
from datetime import datetime, timedelta

from incident.cli.people import OPERATOR
from incident.cli.story import MAYA, SAM, TOM, Story
from incident.services import action_items, passwords, people, retros, slack_rules, targets
from incident.services.action_items import ItemForm
from incident.services.slack_rules import RuleForm
from incident.services.targets import TargetForm
from incident.services.updates import Draft
from incident.storage.db import transaction

EMAIL, SLACK_ID = "maya@example.com", "U0MAYA"
CHANNEL, CHANNEL_NAME, SUPPORT = "C0EMERGENCY", "#emergency", "C0SUPPORT"
SAM_IN_SLACK, TOM_IN_SLACK, MAYA_IN_SLACK = ("U0SAM", "Sam"), ("U0TOM", "Tom"), (SLACK_ID, "Maya")
# A cry with one of these has no grace: it pages at once.
URGENT = ("outage", "everything is down")
PHONES = "Maya +1 555 0100\nTom +1 555 0101"


def furnish(at: datetime) -> None:
    """A target that can be paged, a cord that pages it, and an admin without a known password."""
    key = TargetForm(routing_key=secrets.token_hex(16), phones=PHONES, phones_right=True)
    rule = RuleForm(target="primary", channel_name=CHANNEL_NAME, armed=True, urgent_words=URGENT)
    with transaction() as session:
        targets.put(session, name="primary", form=key, actor=OPERATOR, at=at)
        slack_rules.put(session, channel=CHANNEL, form=rule, actor=OPERATOR, at=at)
        token = people.setup_link(session, at) or ""
        maya = people.set_up(
            session,
            token=token,
            name="Maya",
            email=EMAIL,
            zone="Europe/Berlin",
            password_hash=passwords.made(secrets.token_urlsafe(24)),
            at=at,
        )
        maya.slack_id = SLACK_ID


def tell(story: Story, now: datetime) -> None:
    """The past first, so that the list shows the newest on top."""
    _a_night_that_taught_something(story, now - timedelta(days=8))
    _a_release_taken_back(story, now - timedelta(days=3))
    _a_false_alarm(story, now - timedelta(days=2, hours=4))
    _a_drill(story, now - timedelta(hours=26))
    _hurt_no_longer(story, now - timedelta(hours=3))
    _called_for_in_slack(story, now - timedelta(minutes=42))
    _seen_by_few(story, now - timedelta(minutes=25))
    _in_the_middle_of_it(story, now - timedelta(minutes=14))
    _a_report_nobody_has_looked_at(story, now - timedelta(minutes=2))


def _a_night_that_taught_something(story: Story, at: datetime) -> None:
    story.at = at
    key = story.declare(
        "Phones get notifications that nobody sent",
        severity="sev2",
        checklist="runaway-notifications",
        summary="A colleague got eleven old notifications on her phone just before midnight.",
        reporter="Sam",
    )
    story.command(key, TOM)
    story.follow(key, 40, by=TOM)
    story.note(key, "The scope went missing in the release of the day before.", by=MAYA)
    story.end_effects(key, by=TOM)
    story.move(key, "resolve", by=TOM)
    story.wait(hours=30)
    item = ItemForm(text="Show the depth of the queue on the board", owner="Tom", kind="detect")
    with transaction() as session:
        action_items.add(session, incident_key=key, form=item, actor=MAYA, at=story.at)
        retros.publish(session, incident_key=key, actor=MAYA, at=story.at)
    story.move(key, "close", by=MAYA)


def _a_release_taken_back(story: Story, at: datetime) -> None:
    """Resolved, and a retro is owed."""
    story.at = at
    key = story.declare(
        "Search finds nothing since the release", severity="sev1", checklist="bad-deploy"
    )
    story.command(key, MAYA)
    story.follow(key, 40, by=MAYA)
    story.end_effects(key, by=MAYA)
    story.move(key, "resolve", by=MAYA)


def _a_false_alarm(story: Story, at: datetime) -> None:
    story.at = at
    key = story.declare("The status page shows a certificate warning", severity="sev4")
    story.wait(minutes=6)
    story.move(key, "decline", by=TOM, reason="One laptop's clock was a year behind")


def _a_drill(story: Story, at: datetime) -> None:
    story.at = at
    key = story.declare(
        "The database of orders is full", severity="sev2", checklist="major-incident", mode="drill"
    )
    story.command(key, TOM)
    story.follow(key, 5, by=TOM)


def _hurt_no_longer(story: Story, at: datetime) -> None:
    """Mitigated: an effect is in force, and something was put off. Another report joined it."""
    story.at = at
    key = story.declare("Image uploads fail", severity="sev2", checklist="bad-deploy")
    other = story.declare("Profile pictures cannot be changed", severity="sev3", by=SAM)
    story.move(other, "merge", by=MAYA, into=key)
    story.command(key, MAYA)
    story.follow(key, 8, by=MAYA)
    story.defer(key, "The owner is back in the morning", by=MAYA)
    story.follow(key, 2, by=TOM)
    story.move(key, "mitigate", by=MAYA)
    story.make_channel(key, by=MAYA)


def _called_for_in_slack(story: Story, at: datetime) -> None:
    """Worked on in the thread of the call: its receipt, its card, what was kept and told."""
    story.at = at
    key, cry = story.cry(
        "Outage: nobody can log in, the page just spins", channel=CHANNEL, who=SAM_IN_SLACK
    )
    story.have_it(key, who=MAYA_IN_SLACK)
    story.accept(key, by=MAYA)
    story.grade(key, "sev1", by=MAYA)
    story.command(key, MAYA)
    story.show_card(key)
    story.update(
        key,
        Draft("Nobody can log in.", "We look at the sessions.", next_minutes=15),
        by=MAYA,
    )
    story.reply(cry, "Sessions time out in Redis since the failover.", who=TOM_IN_SLACK)
    said = story.say("Three customers are locked out", channel=SUPPORT, who=SAM_IN_SLACK)
    story.keep(key, said, by=TOM)
    story.let_update_pass(key)
    story.wait(minutes=4)
    story.update(
        key,
        Draft("Logging in works for one in two.", "Tom moves the sessions.", next_minutes=30),
        by=MAYA,
    )
    story.show_card(key)


def _seen_by_few(story: Story, at: datetime) -> None:
    """Private: in nobody's list but Maya's."""
    story.at = at
    key = story.declare(
        "A laptop with the payroll was left on a train", severity="sev3", private=True
    )
    story.command(key, MAYA)
    story.note(key, "It is encrypted; the lock was set from afar.", by=MAYA)


def _in_the_middle_of_it(story: Story, at: datetime) -> None:
    """Somebody is being paged, nobody has answered, and the next step waits."""
    story.at = at
    key = story.declare(
        "Checkout answers 503",
        severity="sev1",
        checklist="runaway-notifications",
        summary="Every second payment fails since the queue of receipts is full.",
        reporter="Sam",
    )
    story.follow(key, 4, by=TOM)
    story.note(key, "The queue holds 1.2 million receipts and grows.", by=TOM)


def _a_report_nobody_has_looked_at(story: Story, at: datetime) -> None:
    story.at = at
    story.declare("The newsletter went out twice, I think", by=SAM, status="triage")
