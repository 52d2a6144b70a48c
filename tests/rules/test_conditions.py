from decimal import Decimal
from time import perf_counter

import pytest

from incident.rules.conditions import Unreadable, holds, matches, number, parse, parse_when


@pytest.mark.parametrize("value", ["yes", " Yes ", "YES.", "y", "true"])
def test_yes_is_yes_however_it_is_typed(value):
    assert matches("yes", value)
    assert not matches("no", value)


@pytest.mark.parametrize("value", ["", "no", "yesterday", "1", "yes, but", "maybe"])
def test_nothing_else_is_yes(value):
    assert not matches("yes", value)


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("1 204 331", "1204331"), ("1,204,331", "1204331"), ("1204331", "1204331"),
        ("1\u202f204\u00a0331", "1204331"), ("1'204'331", "1204331"), ("1_204", "1204"),
        (" 7 ", "7"), ("-5", "-5"), ("\u22125", "-5"), ("+3", "3"), ("3.5 %", "3.5"),
        ("3,5", "3.5"), ("1,204.5", "1204.5"), ("0", "0"),
    ],
)  # fmt: skip
def test_numbers_are_understood_as_people_type_them(value, seen):
    assert number(value) == Decimal(seen)


@pytest.mark.parametrize("value", ["", "many", "12 keys", "1.2M", "1.204.331", "12 34", "1e9", "٣"])
def test_what_could_be_another_number_is_none(value):
    assert number(value) is None


@pytest.mark.parametrize(
    ("condition", "right", "wrong"),
    [
        ("7", "7.0", "8"),
        (">0", "1 204 331", "0"),
        (">= 5", "5", "4.9"),
        ("<=5", "5", "6"),
        ("<0", "-1", "0"),
        ("1..10", "10", "11"),
        ("-5 .. -1.5", "-2", "0"),
        ("/^ok/", "ok, all of it", "not ok"),
        ("/v[0-9]+\\.[0-9]+$/", "release v2.10", "v2.x"),
        ("/(?i)healthy|ready/", "All HEALTHY", "ill"),
        ("/^(a|bc){2,3}$/", "abca", "abc a"),
        ("/\\d{3}-\\w+/", "call 555-Maya", "55-Maya"),
        ("/^[^\\s]+$/", "oneword", "two words"),
        ("/a.c/", "abc", "a\nc"),
        ("/^$/", " ", "x"),
    ],
)
def test_a_condition_tells_right_from_wrong(condition, right, wrong):
    assert matches(condition, right)
    assert not matches(condition, wrong)


@pytest.mark.parametrize("condition", [">0", "7", "1..3", "yes", "no"])
def test_words_are_no_number_and_no_answer(condition):
    assert not matches(condition, "looks good")


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("", "is not a condition"), ("fine", "is not a condition"), ("=>5", "is not a condition"),
        ("10..1", "runs backwards"), ("/" + "b" * 201 + "/", "most 200"), ("/(a/", "not closed"),
        ("/a)/", "too many"), ("/*/", "nothing before it"), ("/a**/", "side by side"),
        ("/(?=a)/", "Look-around"), ("/\\bword/", "cannot be used"), ("/(a)\\1/", "cannot be used"),
        ("/[z-a]/", "runs backwards"), ("/[a/", "too early"), ("/a{3,1}/", "count upwards"),
        ("/a{x}/", "how often"), ("/((a{99}){99}){99}/", "too large"), ("/a\\/", "too early"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_says_why(condition, sentence):
    with pytest.raises(Unreadable, match="[a-z]") as refusal:
        parse(condition)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("/(a+)+$/", "a" * 50_000 + "b"),
        ("/(a|a)*b/", "a" * 50_000),
        ("/(.*.*.*.*)*x$/", "ab" * 25_000),
        ("/(x|y)*x(x|y){60}z/", "xy" * 25_000),
        ("/[a-z]+\\d?[a-z]+\\d?[a-z]+!/", "q" * 50_000),
    ],
)
def test_no_pattern_can_block(pattern, value):
    began = perf_counter()

    assert not matches(pattern, value)
    assert perf_counter() - began < 20


@pytest.mark.parametrize(
    ("condition", "wants"), [("yes", "yes or no"), ("1..3", "number"), ("/ok/", "text")]
)
def test_a_condition_knows_what_to_ask_for(condition, wants):
    assert parse(condition).wants == wants


def test_a_decision_can_hang_on_the_severity():
    assert parse_when("severity in sev1, sev2") == ("severity", ("sev1", "sev2"))
    assert holds("severity in sev1,sev2", {"severity": "sev2"}) is True
    assert holds("severity is sev1", {"severity": "sev2"}) is False


@pytest.mark.parametrize("facts", [{}, {"severity": ""}, {"severity": "unset"}])
def test_nothing_hangs_on_what_is_not_known(facts):
    assert holds("severity in sev1", facts) is None


def test_a_decision_on_nothing_is_refused():
    with pytest.raises(Unreadable, match="severity in sev1"):
        parse_when("when it is bad")
