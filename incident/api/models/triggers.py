"""What a vendor is answered."""

from typing import Literal

from incident.api.models.fields import Told


class Kept(Told):
    """It is kept. What it leads to stands on the incident's timeline."""

    status: Literal["kept"] = "kept"
