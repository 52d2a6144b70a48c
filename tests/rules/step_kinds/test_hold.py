from incident.rules.step_kinds import KINDS


def test_only_a_hold_holds_later_steps():
    assert [name for name, kind in KINDS.items() if kind.holds_later_steps] == ["hold"]
