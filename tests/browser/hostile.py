"""Everything that people can write, written by somebody who means harm or by a cat on the keys."""

from datetime import datetime

from incident.rules.permissions import Actor
from incident.services import (
    action_items,
    corrections,
    effects,
    incidents,
    pages,
    retros,
    roles,
    runs,
    steps,
    targets,
)
from incident.services.action_items import ItemForm
from incident.services.targets import TargetForm
from tests.browser.story import ROUTING_KEY, Story, publish, the_house
from tests.conftest import ADA
from tests.web.browsers import a_person

SCRIPT = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
TEMPLATE = "{{7777*7777}}${7777*7777}{%print(7777*7777)%}"
BACKWARDS = "\u202eשלום עולם مرحبا بالعالم\u202c"
EMOJI = "🤗👩‍👩‍👧‍👦🏳️‍🌈"
ONE_LINE = f"{SCRIPT}{TEMPLATE}{BACKWARDS}{EMOJI}"
UNBROKEN = ONE_LINE + "W" * (300 - len(ONE_LINE))
ENDLESS = ONE_LINE + "W" * (5000 - len(ONE_LINE))
MALLORY = Actor(SCRIPT[:80], role="responder")
MARKDOWN = (
    f"{ONE_LINE}\n\n[link](javascript:alert(1)) ![x](http://evil.example/x.png)\n\n{'M' * 900}"
)
CHECKLIST = f"""---
title: "{UNBROKEN.replace('"', "'")}"
slug: hostile
owner: "{SCRIPT}"
use when: ["{TEMPLATE}"]
---

# {UNBROKEN}

## {UNBROKEN}

- [ ] {UNBROKEN}
- [ ] {UNBROKEN} {{page=primary ack=5m}}
- [ ] Count {UNBROKEN} {{expect=/.+/}}

  {MARKDOWN}

  ```sh
  {"W" * 600}
  ```
- [ ] {UNBROKEN}
- [ ] {UNBROKEN}
"""


def mischief(now: datetime) -> None:
    """An incident, INC-1, in which every word is one of theirs."""
    the_house(now)
    a_person(MALLORY.name, phone="+1 555 0199")
    story = Story(now)
    form = TargetForm(routing_key=ROUTING_KEY, description="W" * 200, phones="W" * 90 + " +1 555 0")
    story.did(targets.put, 90, ADA, name="w" * 40, form=form)
    publish(story, CHECKLIST, 60)
    story.opens(30, MALLORY, title=UNBROKEN, summary=ENDLESS, reporter=SCRIPT, severity="sev2")
    story.did(roles.take, 29, MALLORY, name="commander")
    story.did(runs.attach, 28, MALLORY, slug="hostile", confirmed=True)
    _walk(story)
    _talk(story)


def _walk(story: Story) -> None:
    story.did(steps.complete, 27, MALLORY, number=1)
    story.sends(27)
    story.did(steps.complete, 26, MALLORY, number=3, value=UNBROKEN)
    story.did(steps.defer, 25, MALLORY, number=4, reason=UNBROKEN, until="before close")


def _talk(story: Story) -> None:
    story.did(incidents.tell, 24, MALLORY, text=ENDLESS)
    story.did(steps.note, 23, MALLORY, number=5, text=ENDLESS)
    story.did(effects.put_in_force, 22, MALLORY, text=UNBROKEN, undo=UNBROKEN)
    story.did(pages.page, 21, MALLORY, target="primary", text=UNBROKEN)
    story.did(corrections.record_figure, 20, MALLORY, label="W" * 80, value="W" * 80, source="<b>")
    item = ItemForm(text=UNBROKEN, owner="W" * 100, kind="prevent")
    story.did(action_items.add, 19, MALLORY, form=item)
    for name in ("summary", "response", "learnings"):
        story.did(retros.edit_section, 18, MALLORY, name=name, text=MARKDOWN, version=0)
