"""Has everything asked of our Slack that the desk can ask, as it goes over the wire."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from incident.delivery.slack_check import Cord, look
from incident.integrations.notifier import Message
from incident.integrations.slack import account, pins, views
from incident.integrations.slack.client import Client
from incident.integrations.slack.envelopes import open_socket
from incident.integrations.slack.notifier import ACTS, Slack
from incident.rules.dialogs import Asked, Dialog, Field
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, AN_APP_TOKEN, FakeSlack, arguments_of, method_of

HERE = "C0EMERGENCY"
DESK = "https://desk.example/incidents/INC-42"
METHOD = re.compile(
    r'"((?:apps|auth|bookmarks|chat|conversations|pins|reactions|users|views)\.\w+'
    r'(?:\.\w+)?)"'
)
BUTTONS = [{"label": "Page now", "action": "page_now", "value": "7", "style": "danger"}]
FIELDS = (
    Field("title", "What is wrong?"),
    Field("text", "More", "text", optional=True, hint="As you would tell a colleague"),
    Field("severity", "How bad?", "choice", "sev2", (("sev1", "All"), ("sev2", "Some"))),
    Field("places", "Where?", "choices", ("eu",), (("eu", "Europe"), ("us", "America"))),
    Field("count", "How many?", "number", 3),
)
Settings = Mapping[str, Any]

# What each action is given. One that is new wants a line here.
GIVEN: Mapping[str, Sequence[Settings]] = {
    "fetch_message": ({"channel": HERE},),
    "mark_message": ({"channel": HERE, "emoji": "white_check_mark"},),
    "create_channel": (
        {"name": "inc-42-uploads", "private": False},
        {"name": "inc-42-secret", "private": True, "maybe_sent": True, "since": 0},
    ),
    "use_channel": ({"channel": "#support"}, {"channel": "#elsewhere"}),
    "invite_members": ({"channel": "C0ROOM", "member": "U0MAYA"},),
    "set_topic": ({"channel": HERE, "topic": "SEV2 · investigating", "link": DESK},),
    "set_bookmark": (
        {"channel": HERE, "title": "INC-42", "link": DESK},
        {"channel": HERE, "title": "INC-42: fixed", "link": DESK},
    ),
    "pin_card": ({"channel": HERE},),
    "archive_channel": ({"channel": "C0ROOM"},),
}


def everything_asked() -> tuple[list[tuple[str, Any]], list[str]]:
    """Each request as method and arguments, and which of them the stand-in found misshapen."""
    with FakeSlack() as slack:
        slack.add_channel("support", joined=False)
        slack.add_channel("elsewhere", joined=False)
        slack.add_channel("room", members=[])
        for talk in (_post, _act, _look, _pin, _ask):
            talk(slack)
        asked = [each for each in slack.requests if each.path.startswith("/api/")]
        return [(method_of(each), arguments_of(each)) for each in asked], list(slack.breaches)


def a_dialog(slack: FakeSlack) -> Any:
    """One that was opened empty and filled afterwards, as it stands then."""
    client = Client(slack.api_url, A_TOKEN)
    asked = Asked("open", "Open an incident", {"channel": HERE})
    opened = client.ask("views.open", trigger_id=slack.trigger(), view=views.loading(asked))
    dialog = Dialog("open", "Open an incident", FIELDS, context=asked.context)
    which = {"view_id": opened.data["view"]["id"], "hash": opened.data["view"]["hash"]}
    return client.ask("views.update", view=views.view_of(dialog), **which).data["view"]


def named_in(folder: Path) -> set[str]:
    """Every method of Slack that our code names."""
    return {name for file in folder.rglob("*.py") for name in METHOD.findall(file.read_text())}


def unspoken() -> list[str]:
    """The actions of which nothing is given here."""
    return sorted(set(ACTS) - {"post", "update"} - set(GIVEN))


def _post(slack: FakeSlack) -> None:
    notifier = Slack(slack.api_url, A_TOKEN)
    sent = notifier.send(_message("post", buttons=BUTTONS, link=DESK))
    ts = getattr(sent, "receipt", {}).get("ts", "")
    notifier.send(_message("update", ts=ts, text="Maya is awake"))
    notifier.send(_message("post", thread_ts=ts, mentions=["U0SAM"]))
    notifier.send(_message("post", maybe_sent=True, since=ts))
    slack.script = [server.reset(taken=True)]
    notifier.send(_message("post", channel="#support", intent="support"))
    notifier.send(_message("post", channel="#support", intent="support", maybe_sent=True))
    notifier.send(_message("post", thread_ts=ts, maybe_sent=True))


def _act(slack: FakeSlack) -> None:
    """Every other action, on a message that is there."""
    notifier = Slack(slack.api_url, A_TOKEN)
    ts = slack.channels[HERE].messages[0]["ts"]
    for action in ACTS:
        for settings in GIVEN.get(action, ()):
            notifier.send(_message(action, **{"ts": ts, "timestamp": ts, **settings}))


def _look(slack: FakeSlack) -> None:
    """What the desk finds out for itself: the workspace, its channels and its people."""
    client = Client(slack.api_url, A_TOKEN)
    list(look(client, [Cord(HERE, "#emergency", armed=True)]))
    account.channel(client, "#emergency")
    account.say(client, HERE, "A test of the desk")
    account.members(client)
    account.member(client, "U0MAYA")
    client.page_of_messages(HERE)
    open_socket(slack.api_url, AN_APP_TOKEN)


def _pin(slack: FakeSlack) -> None:
    """The line of a pull-cord, and what becomes of it when its rule goes."""
    client = Client(slack.api_url, A_TOKEN)
    kept = pins.keep(client, HERE, text="Write it here", ts="", name="pinned", since="0")
    pins.withdraw(client, HERE, text="Nobody is woken", ts=kept.ts, name="withdrawn")


def _ask(slack: FakeSlack) -> None:
    """Dialogs, and answers that only one person sees."""
    client = Client(slack.api_url, A_TOKEN)
    a_dialog(slack)
    client.ask("chat.postEphemeral", channel=HERE, user="U0MAYA", text="You may not")


def _message(
    action: str, intent: str = "cord", maybe_sent: bool = False, **settings: Any
) -> Message:
    return Message(
        delivery_id=8,
        action=action,
        target=HERE,
        subject="INC-42 Uploads fail",
        dedup_key=f"ic/0a1b2c3d/42/{intent}/g1",
        intent_key=f"ic/0a1b2c3d/42/{intent}/g1/post",
        settings={"channel": HERE, "text": "Paging in 30 seconds"} | settings,
        maybe_sent=maybe_sent,
    )
