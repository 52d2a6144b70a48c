from dataclasses import dataclass

from tests.trials.checker import intent_of, judge

FIRST, SECOND = intent_of("INC-1", "step-2"), intent_of("INC-2", "step-2")


@dataclass
class Alert:
    intent: str


def woken(*intents):
    return [Alert(f"ic/abcdefgh/{intent}") for intent in intents]


def test_one_alert_for_each_page_is_right():
    assert judge(woken(FIRST, SECOND), {FIRST, SECOND}).good


def test_a_page_that_woke_nobody_is_lost():
    assert judge(woken(FIRST), {FIRST, SECOND}).lost == (SECOND,)


def test_a_page_that_woke_somebody_twice_is_duplicated():
    assert judge(woken(FIRST, FIRST), {FIRST}).duplicated == (FIRST,)


def test_a_page_that_nobody_asked_for_is_found_too():
    assert judge(woken(FIRST, SECOND), {FIRST}).uncalled_for == (SECOND,)
