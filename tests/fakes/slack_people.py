"""What our Slack answers about people, and to the dialogs that are opened for them."""

import re

from tests.fakes.slack_events import APP, OUR_BOT, OUR_MEMBER
from tests.fakes.slack_state import TRIGGER_LASTS, Arguments, Member, Reply, SlackState, page_of
from tests.fakes.slack_views import is_too_large

DEEPEST = 3


class People(SlackState):
    def _auth_test(self, _: Arguments) -> Reply:
        return {
            "url": "https://desk.slack.com/",
            "team": self.team,
            "user": "incident-desk",
            "team_id": self.team_id,
            "user_id": OUR_MEMBER,
            "bot_id": OUR_BOT,
            "is_enterprise_install": False,
        }

    def _apps_connections_open(self, _: Arguments) -> Reply:
        return {"url": self.socket_url}

    def _users_info(self, arguments: Arguments) -> Reply | str:
        member = self.members.get(arguments["user"])
        return {"user": self._told_of(member)} if member else "user_not_found"

    def _users_list(self, arguments: Arguments) -> Reply | str:
        everybody = [self._told_of(member) for member in self.members.values()]
        return page_of(everybody, arguments, name="members")

    def _users_lookupbyemail(self, arguments: Arguments) -> Reply | str:
        wanted = arguments["email"].lower()
        found = [m for m in self.members.values() if m.email == wanted and not m.deleted]
        return {"user": self._told_of(found[0])} if found else "users_not_found"

    def _told_of(self, member: Member) -> Reply:
        """Their address only where the app may see it."""
        profile = {"real_name": member.name, "display_name": member.name.lower()}
        if member.email and "users:read.email" in self.scopes:
            profile["email"] = member.email
        return {
            "id": member.id,
            "team_id": member.team_id,
            "name": member.name.lower(),
            "real_name": member.name,
            "deleted": member.deleted,
            "tz": member.tz,
            "tz_offset": member.tz_offset,
            "is_bot": member.is_bot,
            "is_app_user": False,
            "is_restricted": member.is_restricted,
            "is_ultra_restricted": False,
            "is_stranger": member.is_stranger,
            "is_email_confirmed": member.is_email_confirmed,
            "profile": profile,
        }

    def _views_open(self, arguments: Arguments) -> Reply | str:
        return self._error_in_trigger(arguments) or self._show(arguments)

    def _views_push(self, arguments: Arguments) -> Reply | str:
        error = self._error_in_trigger(arguments)
        if error:
            return error
        if not self.views:
            return "not_found"
        below = self.views[-1]
        if below["depth"] >= DEEPEST:
            return "push_limit_reached"
        return self._show(arguments, above=below)

    def _views_update(self, arguments: Arguments) -> Reply | str:
        given = arguments["view"]
        found = self._asked_for(arguments)
        if found is None:
            return "not_found"
        if arguments.get("hash") not in (None, found["hash"]):
            return "hash_conflict"
        if is_too_large(given):
            return "view_too_large"
        self.change_view(found, given)
        return {"view": found}

    def change_view(self, view: Reply, given: Reply) -> None:
        number = int(view["hash"].partition(".")[0]) + 1
        view |= _with_ids(given) | {"hash": f"{number}.{view['id'].lower()}"}

    def _asked_for(self, arguments: Arguments) -> Reply | None:
        wanted = arguments.get("view_id") or arguments.get("external_id")
        ids = [(view["id"], view.get("external_id") or None) for view in self.views]
        return next(
            (view for view, known in zip(self.views, ids, strict=True) if wanted in known), None
        )

    def _error_in_trigger(self, arguments: Arguments) -> str:
        """One that we never gave away counts as new: somebody made the event by hand."""
        trigger = str(arguments.get("trigger_id") or "")
        if not re.fullmatch(r"\d+\.\d+(\.\w+)?", trigger):
            return "invalid_trigger_id"
        if trigger in self._spent:
            return "exchanged_trigger_id"
        if self.clock() - self._triggers.get(trigger, self.clock()) > TRIGGER_LASTS:
            return "expired_trigger_id"
        self._spent.add(trigger)
        return "view_too_large" if is_too_large(arguments["view"]) else ""

    def _show(self, arguments: Arguments, above: Reply | None = None) -> Reply:
        number = len(self.views) + 1
        id = f"V{number}"
        view = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            "state": {"values": {}},
            "id": id,
            "team_id": self.team_id,
            "app_id": APP,
            "bot_id": OUR_BOT,
            "hash": f"1.{id.lower()}",
            "trigger_id": arguments["trigger_id"],
            "root_view_id": above["root_view_id"] if above else id,
            "previous_view_id": above["id"] if above else None,
            "depth": above["depth"] + 1 if above else 1,
        } | _with_ids(arguments["view"])
        self.views.append(view)
        return {"view": view}


def _with_ids(view: Reply) -> Reply:
    """Slack names the blocks and elements that nobody named."""
    blocks = [{"block_id": f"b{place}"} | block for place, block in enumerate(view["blocks"])]
    for block in blocks:
        element = block.get("element") or block.get("accessory")
        if element:
            element.setdefault("action_id", f"{block['block_id']}.a")
    return view | {"blocks": blocks}
