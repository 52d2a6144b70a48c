"""Slack: we post, and people call for help."""
