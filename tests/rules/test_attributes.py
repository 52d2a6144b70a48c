from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules.attributes import FLAGS, ON_HEADINGS, TEXTS, find, seconds, written


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("Page {page=a ack=10m then=web}", {"page": "a", "ack": "10m", "then": "web"}),
        ("Stop {hold}", {"hold": True}),
        ("{hold}", {"hold": True}),
        ("Stop { hold  killer }  ", {"hold": True, "killer": True}),
        ('Say {post="#a b" text="a {b} = \\"c\\" \\\\ d"}',
         {"post": "#a b", "text": 'a {b} = "c" \\ d'}),
        ("See {expect=>0}", {"expect": ">0"}),
        ('See {expect="/\\d+ ok/"}', {"expect": "/\\d+ ok/"}),
        ("Use {x} or {y} {decide}", {"decide": True}),
    ],
)  # fmt: skip
def test_a_group_at_the_end_whose_first_name_is_known_is_attributes(line, values):
    group = find(line)

    assert (group.values, group.faults) == (values, ())
    assert line[group.start] == "{"


@pytest.mark.parametrize(
    "line",
    [
        "{{ target }}", "a {{target}}", "cd ${target}", "#{text}", 'up{role="x"}', "f{hold}",
        "{hold} first", "{foo=1}", "{Hold}", "{hold, please}", "`{hold}`", "{page.id}", "{}", "{",
        "}", "{hold", "a {parallel}", "{#anchor}", "{: .class}", "{{< hold >}}", "{hold}.",
    ],
)  # fmt: skip
def test_any_other_braces_are_text(line):
    assert find(line) is None


def test_a_heading_knows_other_names():
    assert find("Then {parallel}", ON_HEADINGS).values == {"parallel": True}
    assert find("Then {hold}", ON_HEADINGS) is None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("x {page=a soon}", "“soon” is not an attribute that is known here."),
        ("x {page=a parallel}", "“parallel” is not an attribute that is known here."),
        ("x {hold=yes}", "“hold” takes no value."),
        ("x {page}", "“page” needs a value: page=…"),
        ('x {text=""}', "“text” needs a value: text=…"),
        ("x {page=a ack=5}", "“ack” needs a duration such as 90s, 5m, 4h or 2d."),
        ("x {wait}", "“wait” needs a duration such as 90s, 5m, 4h or 2d."),
        ("x {wait=0m}", "“wait” needs a duration such as 90s, 5m, 4h or 2d."),
        ("x {page=a page=b}", "“page” is given twice."),
        ("x {expect=<=5}", "{expect=<=5} cannot be read"),
        ('x {page=a text="open}', "cannot be read"),
    ],
)
def test_what_cannot_be_obeyed_is_a_fault_and_is_kept(line, sentence):
    group = find(line)

    assert any(fault.startswith(sentence) or sentence in fault for fault in group.faults)


def test_unknown_names_stay_as_they_were_written():
    assert find("x {page=a soon=now maybe}").values == {"page": "a", "soon": "now", "maybe": True}


_texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)


@given(
    st.dictionaries(st.sampled_from(sorted(TEXTS)), _texts),
    st.sets(st.sampled_from(sorted(FLAGS))),
)
def test_what_is_written_is_read_again(texts, flags):
    values = {**texts, **dict.fromkeys(flags, True)}

    group = find(f"Do it {written(values)}")

    assert (group.values if group else {}) == values


@pytest.mark.parametrize(
    ("duration", "length"),
    [("90s", 90), ("5m", 300), ("4h", 14_400), ("2d", 172_800), ("5", None), ("5 m", None),
     ("m", None), ("-5m", None), ("0m", None), ("1.5h", None), ("9999999s", None)],
)  # fmt: skip
def test_a_duration_is_a_number_and_a_unit(duration, length):
    assert seconds(duration) == length


@pytest.mark.parametrize("piece", ["{hold ", '{text="', '{text=" '])
def test_a_long_line_of_braces_is_read_at_once(piece):
    began = perf_counter()

    find(piece * 50_000 + "}")

    assert perf_counter() - began < 20
