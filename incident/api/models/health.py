"""Whether the desk is well, as told."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from incident.api.models.fields import Told


class Alive(Told):
    status: Literal["ok"] = "ok"


class Ready(Told):
    """`problems` are sentences; ready means that there are none. `warnings` leave it ready."""

    ready: bool
    problems: list[str]
    warnings: list[str]
    last_beat_at: datetime | None = Field(description="The worker's last sign of life")
    oldest_page_at: datetime | None = Field(description="Since when the oldest page waits")
