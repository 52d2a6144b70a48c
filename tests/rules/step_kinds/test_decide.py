from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Scene
from incident.rules.when import answers_itself
from tests.rules.lines import SCENE, a_question


def test_a_question_is_answered_not_ticked():
    assert KINDS["decide"].is_answered


def test_without_a_condition_a_person_answers():
    assert answers_itself(a_question(1), SCENE) is None


def test_while_severity_is_unset_a_person_answers():
    question = a_question(1, settings={"when": "severity in sev1,sev2"})

    assert answers_itself(question, Scene("INC-1", "Slow", "unset")) is None


def test_the_other_severities_answer_no():
    question = a_question(1, settings={"when": "severity is sev1"})

    assert answers_itself(question, SCENE) == "no"


def test_choices_that_are_not_yes_and_no_are_taken_first_and_last():
    question = a_question(1, "all hands", "on-call only", settings={"when": "severity in sev2"})

    assert answers_itself(question, SCENE) == "all hands"
