"""Why PagerDuty would not, as a sentence that says what to do."""

from incident.integrations.pagerduty.rest import RestRefused, RestUnreachable

NOT_KNOWN = (
    "PagerDuty does not know this token (401). Copy the whole of it again: in PagerDuty under "
    "Integrations, API Access Keys, or in your own profile under User Settings. Does your "
    "account's address end in .eu.pagerduty.com? Then set PAGERDUTY_API_URL to "
    "https://api.eu.pagerduty.com and PAGERDUTY_EVENTS_URL to https://events.eu.pagerduty.com."
)


def why(error: RestRefused | RestUnreachable, *, doing: str) -> str:
    """`doing` is what was asked, as in: The token may not `make integrations`."""
    if isinstance(error, RestUnreachable):
        return f"PagerDuty could not be asked: {error} Nothing was changed; try again in a minute."
    if error.status == 401:
        return NOT_KNOWN
    if error.status == 403:
        return (
            f"The token may not {doing} (403). It is read-only, or whoever it belongs to may not "
            "do that in PagerDuty. Use one with full access, of a manager or an admin."
        )
    if error.status == 402:
        return f"Your PagerDuty plan does not allow to {doing} (402)."
    if error.status == 404:
        return "PagerDuty has no such thing any more (404). Refresh the list of services."
    if error.status == 429:
        return "PagerDuty is taking no more questions just now (429). Try again in a minute."
    return f"PagerDuty would not {doing} ({error.status}): {error}"
