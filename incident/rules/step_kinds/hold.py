"""Nothing after a hold may be settled until the hold is."""

from incident.rules.step_kinds.kind import Kind

HOLD = Kind("hold", holds_later_steps=True)
