"""What Slack's errors mean for a post: a bad moment, or never; in words for a tired person."""

from incident.integrations.notifier import Refused, TryAgain
from incident.integrations.slack.client import Answer

CROWDED = ("ratelimited", "rate_limited", "message_limit_exceeded")

# Slack may have posted before it ran into one of these.
PERHAPS_DONE = ("fatal_error", "internal_error", "unreadable_answer", "no_answer")

BAD_MOMENTS = {
    "fatal_error": "Slack broke off in the middle",
    "internal_error": "Slack had trouble of its own",
    "service_unavailable": "Slack is not available just now",
    "request_timeout": "Slack did not get the whole message",
    "team_added_to_org": "Slack is moving this workspace",
    "org_login_required": "Slack is moving this workspace",
    "external_channel_migrating": "Slack is moving this channel",
    "update_failed": "Slack could not change the message just now",
    "unreadable_answer": "Slack answered something that is not Slack's language",
}

RENEWAL = "Slack no longer accepts this app's token. An admin of the workspace has to renew it"
NOT_ALLOWED = "Slack's rules for {channel} do not let this app post there"
TOO_LONG = "Slack finds this post too long or misshapen ({error})"
GONE = "The message in {channel} that was to be changed cannot be changed any more"

NEVER = {
    "channel_not_found": (
        "Slack knows no channel {channel}. If it is private, invite the app there; "
        "else correct its name"
    ),
    "not_in_channel": "The Slack app is not in {channel}. Invite it there: /invite",
    "is_archived": "{channel} is archived in Slack. Unarchive it or choose another channel",
    "is_inactive": "{channel} is archived in Slack. Unarchive it or choose another channel",
    "channel_is_limited_access": NOT_ALLOWED,
    "restricted_action": NOT_ALLOWED,
    "restricted_action_read_only_channel": NOT_ALLOWED,
    "restricted_action_thread_only_channel": "In {channel} Slack allows only replies in threads",
    "restricted_action_non_threadable_channel": "In {channel} Slack allows no threads",
    "restricted_action_thread_locked": "The thread in {channel} is locked",
    "cannot_reply_to_message": "Slack allows no replies to that message in {channel}",
    "invalid_auth": RENEWAL,
    "not_authed": RENEWAL,
    "token_revoked": RENEWAL,
    "token_expired": RENEWAL,
    "account_inactive": RENEWAL,
    "not_allowed_token_type": "What Slack was shown is no bot token: one begins with xoxb-",
    "missing_scope": "The Slack app may not do this yet. It needs the scope {needed}",
    "no_permission": "The Slack app is not allowed to do this in {channel}",
    "access_denied": "The Slack app is not allowed to do this in {channel}",
    "ekm_access_denied": "The administrators of Slack have suspended posting",
    "accesslimited": "Slack does not accept requests from this network",
    "team_access_not_granted": "The Slack app is not installed in this workspace",
    "messages_tab_disabled": "The Slack app does not take direct messages",
    "msg_blocks_too_long": TOO_LONG,
    "msg_too_long": TOO_LONG,
    "invalid_blocks": TOO_LONG,
    "invalid_blocks_format": TOO_LONG,
    "no_text": TOO_LONG,
    "message_not_found": GONE,
    "cant_update_message": GONE,
    "edit_window_closed": GONE,
}


def read(answer: Answer, channel: str) -> TryAgain | Refused:
    """`answer` is not ok. What Slack may yet take is tried again; the rest a person must see."""
    error, status = answer.error, answer.status
    if error in CROWDED:
        return TryAgain("Slack takes no more posts just now", after=answer.after, crowded=True)
    if error == "no_answer":
        reason = "Slack did not answer" if answer.heard else "Slack could not be reached"
        return TryAgain(reason, ambiguous=answer.heard)
    if status == 408 or status >= 500:
        return TryAgain(f"Slack answered {status}", after=answer.after, ambiguous=True)
    if status != 200 and error == "unreadable_answer":
        return _not_slack(status)
    if error in BAD_MOMENTS:
        return TryAgain(BAD_MOMENTS[error], after=answer.after, ambiguous=error in PERHAPS_DONE)
    needed = str(answer.data.get("needed", "it asks for"))[:100]
    said = NEVER.get(error, "Slack refused the post: {error}")
    reason = said.format(channel=channel, error=error, needed=needed)
    return Refused(reason, gone=said == GONE)


def _not_slack(status: int) -> TryAgain | Refused:
    why = f"Slack's address answered {status}. Is SLACK_API_URL right?"
    return Refused(why) if status >= 400 else TryAgain(why)
