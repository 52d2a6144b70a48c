"""Our Slack, our posts and our reading, against Slack's published methods and events."""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks import slack_talk
from checks.held import Held
from incident.integrations.slack import errors
from incident.integrations.slack.trigger import Pressed, read, read_action
from incident.rules import slack_manifest
from incident.rules.signals import Ignored, Signal
from tests.fakes import slack_events, slack_published, slack_requests
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_methods import METHODS

OUR_OWN_WORDS = {"no_answer", "unreadable_answer"}
LOG_IN = {"not_authed", "invalid_auth", "invalid_arguments", "invalid_form_data"}
# Slack has them, and nothing about them lies beside us.
UNPUBLISHED = {"conversations.unarchive", "pins.list", "pins.remove"}
PUBLISHED = sorted(set(METHODS) - UNPUBLISHED)
SAMPLES = {
    "message": "MessagePayload",
    "own_post": "MessagePayload",
    "app_mention": "AppMentionPayload",
    "file_share": "MessageFileSharePayload",
    "message_changed": "MessageChangedPayload",
    "message_deleted": "MessageDeletedPayload",
    "block_actions": "backend-BlockActionPayload",
}
# Slack sends these, and the samples leave them out.
NEVER_IN_SAMPLES = ("view.blocks", "response_urls", "message.client_msg_id")
Json = Any


def hold(published: Path, root: Path) -> Held:
    methods = {name: _read(published / "slack-methods" / f"{name}.json") for name in PUBLISHED}
    common = set(_read(published / "slack-methods" / "common_errors.json"))
    held = Held()
    _hold_the_arguments(held, methods)
    _hold_the_errors(held, methods, common)
    _hold_our_requests(held, methods, root)
    _hold_the_events(held, published / "slack-events", root)
    _hold_the_scopes(held, published, root)
    return held


def _hold_the_arguments(held: Held, methods: dict[str, Json]) -> None:
    for name, ours in ((name, METHODS[name]) for name in PUBLISHED):
        published = methods[name]["args"]
        required = {each for each, described in published.items() if described.get("required")}
        differing = set(published) ^ {*ours.required, *ours.optional}
        held.point(not differing, f"{name}: the stand-in differs in {sorted(differing)}")
        held.point(required == set(ours.required), f"{name}: required are {sorted(required)}")
        scopes = {scope["name"] for scope in methods[name]["scopes"].get("bot", [])}
        strange = {scope for scope in (ours.scope, ours.private) if scope} - scopes
        held.point(not strange, f"{name}: no scope of it is {sorted(strange)}")
        held.point(bool(ours.scope) == bool(scopes), f"{name}: needs one of {sorted(scopes)}")


def _hold_the_errors(held: Held, methods: dict[str, Json], common: set[str]) -> None:
    published = common.union(*(methods[name]["errors"] for name in PUBLISHED))
    told = {*errors.NEVER, *errors.BAD_MOMENTS, *errors.PERHAPS_DONE, *errors.CROWDED}
    for error in sorted(told - OUR_OWN_WORDS):
        held.point(error in published, f"we have a sentence for {error}, which Slack never says")
    for name in PUBLISHED:
        answer = getattr(FakeSlack, "_" + name.replace(".", "_").lower())
        for error in _returned(answer):
            known = error in methods[name]["errors"] or error in common
            held.point(known, f"{name}: the stand-in says {error}, which Slack never does")


def _returned(function: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """The bare strings a method may return, by itself or by one that it asks."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    returns = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    ends = [end for value in returns for end in _ends(value)]
    said = {end.value for end in ends if isinstance(end, ast.Constant)}
    asked = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.fullmatch(r"self\._\w+", ast.unparse(node.func))
    } - seen
    further = [_returned(getattr(FakeSlack, name), seen | asked) for name in asked]
    return {each for each in said.union(*further) if isinstance(each, str) and each}


def _ends(value: ast.expr | None) -> list[ast.expr | None]:
    if isinstance(value, ast.IfExp):
        return [*_ends(value.body), *_ends(value.orelse)]
    if isinstance(value, ast.BoolOp):
        return [end for each in value.values for end in _ends(each)]
    return [value]


def _hold_our_requests(held: Held, methods: dict[str, Json], root: Path) -> None:
    """Every request we make, as it goes over the wire."""
    asked, misshapen = slack_talk.everything_asked()
    names, named = {name for name, _ in asked}, slack_talk.named_in(root / "incident")
    held.point(not named - names, f"never asked here: {sorted(named - names)}")
    held.point(not slack_talk.unspoken(), f"nothing is given to {slack_talk.unspoken()}")
    held.point(not misshapen, f"the stand-in finds misshapen: {misshapen[:5]}")
    for name, arguments in asked:
        for breach in slack_published.breaches_of(name, arguments or {}):
            held.point(False, f"we ask {breach}")
        held.point(arguments is not None, f"we ask {name} in a way that Slack does not read")


def _hold_the_events(held: Held, published: Path, root: Path) -> None:
    """We read every sample, and what we make ourselves has no field that Slack's has not."""
    for path in sorted(published.glob("*.json")):
        sample = _read(path)
        understood = isinstance(read(sample), Signal | Ignored)
        understood &= isinstance(read_action(sample), Pressed | Ignored)
        held.point(understood, f"{path.stem} is not understood")
    ours = root / "tests" / "integrations" / "slack" / "payloads"
    for name, sample in SAMPLES.items():
        for origin, payload in (("sample", _read(ours / f"{name}.json")), *_made(name)):
            _hold_the_paths(held, f"{origin} of {name}", payload, published / f"{sample}.json")
    for sample, payload in _told():
        _hold_the_paths(held, f"stand-in's {sample}", payload, published / f"{sample}.json")


def _hold_the_paths(held: Held, what: str, payload: Json, sample: Path) -> None:
    known = {*_paths(_read(sample)), *NEVER_IN_SAMPLES}
    extra = [path for path in _paths(payload) if path not in known and _matters(path)]
    held.point(not extra, f"our {what} has {extra}, which Slack's has not")


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


def _told() -> Iterator[tuple[str, Json]]:
    """What else our stand-in tells, and the sample that it should be like."""
    message = slack_events.a_message_event()["event"]
    with FakeSlack() as slack:
        view = slack_talk.a_dialog(slack)
    yield "MessageBotPayload", slack_events.a_bot_event("disk full")
    yield "ReactionAddedPayload", slack_events.a_reaction_event()
    yield "MemberJoinedChannelPayload", slack_events.a_join_event(inviter="U0MAYA")
    yield "ChannelArchivePayload", slack_events.an_archive_event()
    yield "ChannelRenamePayload", slack_events.a_rename_event("inc-42")
    yield "backend-SlashCommandPayload", slack_requests.a_command("help")
    yield (
        "backend-MessageShortcutPayload",
        slack_requests.a_message_shortcut("add_to_timeline", message),
    )
    yield "backend-ViewSubmissionPayload", slack_requests.a_submission(view)
    yield "backend-ViewClosedPayload", slack_requests.a_closing(view)


def _paths(value: Json, above: str = "") -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield f"{above}{name}"
        yield from _paths(inner, f"{above}{name}.")
    for inner in value if isinstance(value, list) else ():
        yield from _paths(inner, above)


def _matters(path: str) -> bool:
    """The samples show only some kinds of block, and not what they hold; state is always empty."""
    return not any(part in path for part in ("blocks.", "files.", "state."))


def _hold_the_scopes(held: Held, published: Path, root: Path) -> None:
    """Our manifest asks for what we use, and for nothing unknown."""
    asked = {scope.name for scope in slack_manifest.SCOPES}
    known = set(_read(published / "slack_manifest.json")["oauth_config"]["scopes"]["bot"])
    known |= {scope for name in PUBLISHED for scope in _scopes_of(name)}
    held.point(asked <= known, f"our manifest asks for {sorted(asked - known)}")
    for name in slack_talk.named_in(root / "incident") & set(METHODS):
        needed = _scopes_of(name)
        held.point(needed <= asked, f"{name} needs {sorted(needed - asked)}, not in our manifest")


def _scopes_of(name: str) -> set[str]:
    return {scope for scope in (METHODS[name].scope, METHODS[name].private) if scope}


def _read(path: Path) -> Json:
    return json.loads(path.read_text())
