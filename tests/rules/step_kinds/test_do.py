from incident.rules.step_kinds import KINDS
from tests.rules.lines import SCENE, Line


def test_reaching_a_step_that_is_done_by_hand_sends_nothing():
    assert KINDS["do"].when_reached(Line(1), SCENE) == ()
    assert not KINDS["do"].sends
