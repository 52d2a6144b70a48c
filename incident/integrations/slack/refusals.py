"""Why Slack would not, where somebody connects it and waits for the answer."""

from incident.integrations.slack.client import Answer

AGAIN = "Nothing was changed; try again in a minute."
REFUSALS = {
    "invalid_auth": "Slack does not know this token. Copy the whole of it again.",
    "not_authed": "Slack does not know this token. Copy the whole of it again.",
    "not_allowed_token_type": "This is another kind of token than Slack wants here. Copy it again.",
    "token_revoked": "This token was revoked. Install the app again and copy the new one.",
    "token_expired": "This token has expired. Switch token rotation off in the app, copy it anew.",
    "account_inactive": "The app was removed from the workspace. Install it again.",
    "team_access_not_granted": "The app is not installed in this workspace. Install it there.",
    "forbidden_team": "This workspace does not let the app open sockets. Ask its admins.",
    "accesslimited": "Slack accepts nothing from this network. Ask the workspace's admins.",
    "ekm_access_denied": "The administrators of Slack have suspended posting.",
    "org_login_required": "Slack is moving this workspace. Try again later.",
    "not_in_channel": "The app is not in {channel}. In Slack, in that channel: /invite @{bot}",
    "channel_not_found": (
        "Slack knows no channel {channel}. If it is private, invite the app there: /invite @{bot}"
    ),
    "is_archived": "{channel} is archived in Slack. Unarchive it or choose another.",
    "restricted_action": "Slack's rules for {channel} do not let this app post there.",
    "restricted_action_read_only_channel": (
        "Slack's rules for {channel} do not let this app post there."
    ),
    "user_not_found": "Slack knows nobody of this id.",
}
PASSING = ("no_answer", "unreadable_answer", "fatal_error", "internal_error", "service_unavailable")


def why(answer: Answer, *, channel: str = "the channel", bot: str = "incident-desk") -> str:
    """A sentence that says what to do. `answer` is not ok."""
    if answer.status == 429 or answer.error in ("ratelimited", "rate_limited"):
        return f"Slack is taking no more questions just now. {AGAIN}"
    if answer.error in PASSING or answer.status >= 500:
        return f"Slack could not be asked. {AGAIN}"
    if answer.error == "missing_scope":
        needed = answer.data.get("needed")
        scope = f" {needed[:100]}" if isinstance(needed, str) and needed.isprintable() else ""
        return f"The token lacks a scope{':' if scope else ''}{scope}. Add it, reinstall the app."
    said = REFUSALS.get(answer.error, "Slack refused: {error}.")
    return said.format(channel=channel, bot=bot, error=answer.error)
