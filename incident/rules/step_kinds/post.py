"""Reaching this step posts to a Slack channel."""

from incident.rules.outcome import Notice
from incident.rules.step_kinds.kind import Kind, Scene, Step


def _post(step: Step, scene: Scene) -> tuple[Notice, ...]:
    return (post_notice(step, scene, generation=1),)


def post_notice(step: Step, scene: Scene, *, generation: int) -> Notice:
    """The post of this step: its text, or its title when it has none. Both are Markdown, as all
    of a checklist is; what a person says in an incident is posted as they typed it."""
    channel = str(step.settings["channel"])
    text = str(step.settings.get("text") or step.title)
    return Notice(
        integration="slack",
        action="post",
        target=channel,
        subject=step.title,
        cause=f"step-{step.number}",
        generation=generation,
        step=step.number,
        settings={
            "channel": channel,
            "text": text,
            "markdown": True,
            "path": scene.path_to(step),
        },
    )


POST = Kind("post", sends=True, when_reached=_post)
