"""Our Slack, our posts and our reading, against Slack's published methods and events."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.held import Held
from incident.integrations.notifier import Message
from incident.integrations.slack import errors
from incident.integrations.slack.notifier import Slack
from incident.integrations.slack.trigger import Pressed, read, read_action
from incident.rules.signals import Ignored, Signal
from tests.fakes import server, slack_events, slack_rules
from tests.fakes.slack import A_TOKEN, FakeSlack, arguments_of, method_of

OUR_OWN_WORDS = {"no_answer", "unreadable_answer"}
LOG_IN = {"not_authed", "invalid_auth", "invalid_arguments", "invalid_form_data"}
USED = (
    "chat.postMessage",
    "chat.update",
    "conversations.history",
    "conversations.join",
    "conversations.list",
    "conversations.replies",
)
SAMPLES = {
    "message": "MessagePayload",
    "own_post": "MessagePayload",
    "app_mention": "AppMentionPayload",
    "file_share": "MessageFileSharePayload",
    "message_changed": "MessageChangedPayload",
    "message_deleted": "MessageDeletedPayload",
    "block_actions": "backend-BlockActionPayload",
}
Json = Any


def hold(published: Path, root: Path) -> Held:
    methods = {name: _read(published / "slack-methods" / f"{name}.json") for name in _all_used()}
    common = set(_read(published / "slack-methods" / "common_errors.json"))
    held = Held()
    _hold_the_arguments(held, methods)
    _hold_the_errors(held, methods, common)
    _hold_our_requests(held, methods)
    _hold_the_events(held, published / "slack-events", root)
    _hold_the_scopes(held, methods, published, root)
    return held


def _all_used() -> list[str]:
    return sorted({*slack_rules.METHODS, *USED})


def _hold_the_arguments(held: Held, methods: dict[str, Json]) -> None:
    for name, ours in slack_rules.METHODS.items():
        published = methods[name]["args"]
        required = {each for each, described in published.items() if described.get("required")}
        differing = set(published) ^ {*ours.required, *ours.optional}
        held.point(not differing, f"{name}: the stand-in differs in {sorted(differing)}")
        held.point(required == set(ours.required), f"{name}: required are {sorted(required)}")


def _hold_the_errors(held: Held, methods: dict[str, Json], common: set[str]) -> None:
    published = common.union(*(methods[name]["errors"] for name in USED))
    told = {*errors.NEVER, *errors.BAD_MOMENTS, *errors.PERHAPS_DONE, *errors.CROWDED}
    for error in sorted(told - OUR_OWN_WORDS):
        held.point(error in published, f"we have a sentence for {error}, which Slack never says")
    for name in slack_rules.METHODS:
        answer = getattr(FakeSlack, "_" + name.replace(".", "_").lower())
        for error in _returned(answer):
            known = error in methods[name]["errors"] or error in common
            held.point(known, f"{name}: the stand-in says {error}, which Slack never does")


def _returned(function: Any) -> set[str]:
    """The bare strings a function may return."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    returns = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    ends = [end for value in returns for end in _ends(value)]
    return {end.value for end in ends if isinstance(end, ast.Constant)}


def _ends(value: ast.expr | None) -> list[ast.expr | None]:
    if isinstance(value, ast.IfExp):
        return [*_ends(value.body), *_ends(value.orelse)]
    return [value]


def _hold_our_requests(held: Held, methods: dict[str, Json]) -> None:
    """Every request we make, as it goes over the wire."""
    with FakeSlack() as slack:
        _talk(slack)
        requests = [(method_of(each), arguments_of(each)) for each in slack.requests]
    held.point({name for name, _ in requests} == set(USED), "not every method was asked")
    for name, arguments in requests:
        published = methods[name]["args"]
        unknown = set(arguments or {}) - set(published)
        missing = {each for each, how in published.items() if how.get("required")} - set(arguments)
        held.point(not unknown, f"we send {name} with {sorted(unknown)}, which Slack does not know")
        held.point(not missing, f"we send {name} without {sorted(missing)}")


def _talk(slack: FakeSlack) -> None:
    """Have everything said that we can say."""
    slack.add_channel("support", joined=False)
    notifier = Slack(slack.api_url, A_TOKEN)
    buttons = [{"label": "Page now", "action": "page_now", "value": "7", "style": "danger"}]
    sent = notifier.send(_post(buttons=buttons, link="https://desk.example/incidents/INC-42"))
    ts = getattr(sent, "receipt", {}).get("ts", "")
    notifier.send(_post(action="update", ts=ts, text="Maya is awake"))
    notifier.send(_post(thread_ts=ts, mentions=["U0SAM"]))
    notifier.send(_post(maybe_sent=True, since=ts))
    slack.script = [server.reset(taken=True)]
    notifier.send(_post(channel="#support", intent="support"))
    notifier.send(_post(channel="#support", intent="support", maybe_sent=True))
    notifier.send(_post(thread_ts=ts, maybe_sent=True))


def _post(
    action: str = "post", intent: str = "cord", maybe_sent: bool = False, **settings: Any
) -> Message:
    return Message(
        delivery_id=8,
        action=action,
        target="C0EMERGENCY",
        subject="INC-42 Uploads fail",
        dedup_key=f"ic/0a1b2c3d/42/{intent}/g1",
        intent_key=f"ic/0a1b2c3d/42/{intent}/g1/post",
        settings={"channel": "C0EMERGENCY", "text": "Paging in 30 seconds"} | settings,
        maybe_sent=maybe_sent,
    )


def _hold_the_events(held: Held, published: Path, root: Path) -> None:
    """We read every sample, and what we make ourselves has no field that Slack's has not."""
    for path in sorted(published.glob("*.json")):
        sample = _read(path)
        understood = isinstance(read(sample), Signal | Ignored)
        understood &= isinstance(read_action(sample), Pressed | Ignored)
        held.point(understood, f"{path.stem} is not understood")
    ours = root / "tests" / "integrations" / "slack" / "payloads"
    for name, sample in SAMPLES.items():
        known = set(_paths(_read(published / f"{sample}.json")))
        for origin, payload in (("sample", _read(ours / f"{name}.json")), *_made(name)):
            extra = [path for path in _paths(payload) if path not in known and _matters(path)]
            held.point(not extra, f"our {origin} of {name} has {extra}, which Slack's has not")


def _made(name: str) -> Iterator[tuple[str, Json]]:
    """What our stand-in sends of this kind."""
    makers: dict[str, Json] = {
        "message": slack_events.a_message_event(),
        "app_mention": slack_events.a_mention_event("help"),
        "message_changed": slack_events.a_change_event("now", before="then"),
        "message_deleted": slack_events.a_deletion_event("then"),
        "block_actions": slack_events.a_button_press("page_now", "7", thread_ts=slack_events.A_TS),
    }
    if name in makers:
        yield "stand-in's telling", makers[name]


def _paths(value: Json, above: str = "") -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield f"{above}{name}"
        yield from _paths(inner, f"{above}{name}.")
    for inner in value if isinstance(value, list) else ():
        yield from _paths(inner, above)


def _matters(path: str) -> bool:
    """The samples show only some kinds of block, and not what they hold; state is always empty."""
    return not any(part in path for part in ("blocks.", "files.", "state."))


def _hold_the_scopes(held: Held, methods: dict[str, Json], published: Path, root: Path) -> None:
    """The manifest in our documentation asks for what we use, and for nothing unknown."""
    page = (root / "docs" / "integrations" / "slack.md").read_text()
    manifest = json.loads(page.partition("```json")[2].partition("```")[0])
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    proven = set(_read(published / "slack_manifest.json")["oauth_config"]["scopes"]["bot"])
    held.point(asked <= proven, f"our manifest asks for {sorted(asked - proven)}")
    for name in USED:
        scopes = {scope["name"] for scope in methods[name]["scopes"].get("bot", [])}
        held.point(not scopes or bool(scopes & asked), f"{name} needs one of {sorted(scopes)}")


def _read(path: Path) -> Json:
    return json.loads(path.read_text())
