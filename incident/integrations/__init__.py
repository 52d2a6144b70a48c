"""The vendors we speak to. One package each; list it here."""

NAMES = ("email", "pagerduty", "slack")
