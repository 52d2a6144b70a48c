"""Every setting the app reads, once, from the environment."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent


class Config(BaseSettings):
    """Frozen. The names here, in capitals, are the names in the environment."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: str = f"sqlite:///{ROOT / 'var' / 'incident.db'}"
    base_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    secret_key: str = ""
    secret_key_file: Path = ROOT / "var" / "secret_key"
    pagerduty_events_url: str = "https://events.pagerduty.com"
    pagerduty_api_url: str = "https://api.pagerduty.com"
    pagerduty_api_token: str = ""
    pagerduty_from: str = ""
    pagerduty_webhook_secrets: str = ""
    slack_api_url: str = "https://slack.com/api/"
    slack_bot_token: str = ""
    slack_signing_secrets: str = ""
    slack_app_token: str = ""
    smtp_url: str = ""
    metrics_token: str = ""
    deadman_url: str = ""
    trusted_proxies: int = Field(0, ge=0, le=5)
    stream_limit: int = Field(200, ge=0)
    demo: bool = False
    demo_controls_url: str = ""
    incident_testing: bool = False
    incident_failpoint: str = ""
    incident_clock_file: Path | None = None

    @cached_property
    def public_url(self) -> str:
        """Where people reach us, without a slash at the end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people reach us over https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """Slack's signing secrets that are live: two while one is being rotated."""
        return _listed(self.slack_signing_secrets)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """PagerDuty's webhook secrets that are live, one for each subscription or rotation."""
        return _listed(self.pagerduty_webhook_secrets)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def environment_with(settings: Mapping[str, str]) -> dict[str, str]:
    """What a process of ours inherits when it is started with other settings than our own."""
    return {**os.environ, **settings}
