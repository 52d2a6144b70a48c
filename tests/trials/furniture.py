"""What stands in every desk under trial: two targets and two checklists that page them."""

ROUTING_KEY, SECOND_KEY = "R" * 32, "S" * 32
SIGNING_SECRET = "the secret of a trial"
STEP, SECOND_RUNG = "step-2", "step-2-rung-2"
CHECKLISTS = {
    "trial": "page=primary",
    "ladder": "page=primary then=secondary ack=2s",
    "exhaustible": "page=primary then=secondary ack=10m",
}
CHECKLIST = """---
title: Trial
slug: {slug}
---

# Trial

## Steps

- [ ] Look at the graph
- [ ] Page the on-call {{{paging}}}
- [ ] Write it down
"""
