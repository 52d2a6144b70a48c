"""The desk as Slack sees it, for stories that begin there."""

from tests.slack.conftest import desk, slack_app

__all__ = ["desk", "slack_app"]
