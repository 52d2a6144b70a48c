import pytest

from incident.rules.documents.front import read_front


def read(inside):
    return read_front(f"---\n{inside}\n---\n# T\n")


def test_values_are_the_words_they_were():
    front = read("day: 2021-07-10\nwhen: 12:30\nno: yes\nversion: 3.10\noctal: 012\ncount: 7")

    assert front.values == {
        "day": "2021-07-10",
        "when": "12:30",
        "no": "yes",
        "version": "3.10",
        "octal": "012",
        "count": 7,
    }


def test_lists_mappings_truth_and_nothing_are_understood():
    front = read("a: [x, 1]\nb: {c: true}\nd:\ne:\n  - y")

    assert front.values == {"a": ["x", 1], "b": {"c": True}, "d": None, "e": ["y"]}


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        ("a: &x 1\nb: *x", "write the value out"),
        ("a: !!python/object:os.system x", "write plain values"),
        ("a: 1\na: 2", "“a” stands twice"),
        ("a: {b: 1, b: 2}", "“b” stands twice"),
        ("a: " + "[" * 50, "nested too deeply"),
        ("a: b: c", "not YAML"),
        ("a: \x00", "not text"),
        ('a: "\\0"', "not text"),
        ('a: "\\ud800"', "not text"),
        ("a: 'open", "not YAML"),
        ("a: b\n? [c]\n: d", "is a list or mapping"),
        ("a: " + "x" * 40_000, "longer than"),
    ],
)
def test_surprises_are_faults_and_the_document_is_kept(inside, sentence):
    front = read(inside)

    assert sentence in front.fault
    assert front.values == {}
    assert front.span[1] == len(f"---\n{inside}\n---\n")


def test_a_fault_names_its_line():
    assert read("a: 1\nb: 2\na: 3").fault_line == 4


@pytest.mark.parametrize(
    "source", ["---\nnot: closed\n", "text\n---\na: b\n---\n", " ---\na: b\n---\n"]
)
def test_only_the_very_beginning_between_two_rules_is_front_matter(source):
    assert read_front(source) is None


@pytest.mark.parametrize("inside", ["just a line", "- a\n- b", "## Heading", "[[["])
def test_a_text_between_two_rules_is_a_text(inside):
    assert read(inside) is None


def test_every_entry_knows_its_lines():
    text = "---\na: 1 # one\nb:\n  c: 2\n\n# for d\nd: 3\n---\n"
    front = read_front(text)

    lines = {name: text[start:end] for name, (start, end) in front.keys.items()}
    assert lines == {"a": "a: 1 # one\n", "b": "b:\n  c: 2\n", "d": "d: 3\n"}
