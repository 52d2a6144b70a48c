"""Reaching this step wakes the people behind its target."""

from incident.rules import pages
from incident.rules.outcome import Notice
from incident.rules.step_kinds.kind import Kind, Scene, Step


def _page(step: Step, scene: Scene) -> tuple[Notice, ...]:
    return (page_notice(step, scene, generation=1),)


def page_notice(step: Step, scene: Scene, *, generation: int, follows: int | None = None) -> Notice:
    """The page of this step. A deliberate second page is the next generation."""
    ack = step.settings.get("ack")
    return Notice(
        integration="pagerduty",
        action="trigger",
        target=str(step.settings["target"]),
        subject=pages.summary(
            severity=scene.severity, key=scene.key, title=scene.title, what=step.title
        ),
        cause=f"step-{step.number}",
        generation=generation,
        step=step.number,
        settings={"severity": scene.severity, "path": scene.path_to(step)},
        follows=follows,
        then=str(step.settings.get("then") or ""),
        ack_seconds=int(ack) if ack else None,
    )


PAGE = Kind("page", sends=True, when_reached=_page)
