from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.page import page_notice
from tests.rules.lines import SCENE, a_page


def test_a_page_names_its_target_its_step_and_the_way_back():
    (notice,) = KINDS["page"].when_reached(a_page(3), SCENE)

    assert (notice.integration, notice.action, notice.target) == ("pagerduty", "trigger", "mobile")
    assert (notice.cause, notice.generation, notice.step) == ("step-3", 1, 3)
    assert notice.settings == {"severity": "sev2", "path": "/incidents/INC-42#step-3"}


def test_a_summary_longer_than_pagerduty_takes_is_cut():
    (notice,) = KINDS["page"].when_reached(a_page(3, "é" * 5000), SCENE)

    assert len(notice.subject) == 1024


def test_a_deliberate_second_page_is_the_next_generation():
    assert page_notice(a_page(3), SCENE, generation=2).generation == 2
