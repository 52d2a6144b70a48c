"""A question. The answer says which branch is followed, and may be changed later."""

from incident.rules.step_kinds.kind import Kind

DECIDE = Kind("decide", is_answered=True)
