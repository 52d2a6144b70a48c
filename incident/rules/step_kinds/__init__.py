"""The kinds of step a checklist can hold. One module each; list it here."""

from incident.rules.step_kinds.decide import DECIDE
from incident.rules.step_kinds.do import DO
from incident.rules.step_kinds.hold import HOLD
from incident.rules.step_kinds.page import PAGE
from incident.rules.step_kinds.post import POST

KINDS = {kind.name: kind for kind in (DO, DECIDE, PAGE, POST, HOLD)}
