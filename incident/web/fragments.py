"""Parts of a page that are the same for everybody who may do the same: drawn once, then kept.

A line of the timeline never changes, and a step changes seldom. What they look like depends on
nothing but the value that is drawn, the zone, and today's date; so that is what they are kept by.
"""

from collections.abc import Hashable
from functools import lru_cache

from flask import Flask, current_app
from markupsafe import Markup

from incident import clock
from incident.rules import spoken

KEPT = 4096


def hang(app: Flask) -> None:
    app.jinja_env.globals["drawn"] = drawn


def drawn(
    template: str, shown: Hashable, *, zone: str, address: str = "", may_act: bool = False
) -> Markup:
    """`template` with `shown`. It must hold nothing that differs from press to press."""
    today = clock.now().astimezone(spoken.of(zone)).toordinal()
    return _draw(template, shown, zone, address, may_act, today)


@lru_cache(maxsize=KEPT)
def _draw(
    template: str, shown: Hashable, zone: str, address: str, may_act: bool, _today: int
) -> Markup:
    found = current_app.jinja_env.get_template(template)
    html = found.render(shown=shown, zone=zone, address=address, may_act=may_act)
    return Markup(html)  # noqa: S704 - a template has just escaped it
