from incident.rules.step_kinds import KINDS
from tests.rules.lines import SCENE, Line, a_post


def test_a_post_carries_its_text_to_its_channel():
    (notice,) = KINDS["post"].when_reached(a_post(2), SCENE)

    assert (notice.integration, notice.action, notice.target) == ("slack", "post", "#support")
    assert notice.settings["text"] == "We are on it."


def test_a_post_without_a_text_says_its_title():
    step = Line(2, "We are looking", kind="post", settings={"channel": "#support"})

    (notice,) = KINDS["post"].when_reached(step, SCENE)

    assert notice.settings["text"] == "We are looking"


def test_a_post_of_a_checklist_is_markdown():
    (notice,) = KINDS["post"].when_reached(a_post(2), SCENE)

    assert notice.settings["markdown"] is True
