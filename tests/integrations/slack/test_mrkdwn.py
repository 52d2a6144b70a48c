import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.integrations.slack.mrkdwn import escape, plain, shortened


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Uploads &lt;all&gt; fail &amp; hang", "Uploads <all> fail & hang"),
        ("<@U0MAYA> please", "@U0MAYA please"),
        ("<@U0MAYA|maya> please", "@maya please"),
        ("in <#C0EMERGENCY|emergency>", "in #emergency"),
        ("in <#C0EMERGENCY>", "in #C0EMERGENCY"),
        ("<!here> help", "@here help"),
        ("<!channel|channel> help", "@channel help"),
        ("<!subteam^S0OPS|@ops> help", "@ops help"),
        ("<!subteam^S0OPS> help", "@a group help"),
        ("since <!date^1741053600^{time}|02:00>", "since 02:00"),
        ("see <https://status.example/?a=1&amp;b=2>", "see https://status.example/?a=1&b=2"),
        ("see <https://status.example|the status page>", "see the status page"),
        ("ask <mailto:tom@desk.example|tom@desk.example>", "ask tom@desk.example"),
        ("call <tel:+15550100>", "call +15550100"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("a < b", "a < b"),
        ("<>", ""),
    ],
)
def test_a_message_is_read_as_people_see_it(written, seen):
    assert plain(written) == seen


def test_people_are_called_by_their_names_where_we_know_them():
    assert plain("<@U0MAYA> help", {"U0MAYA": "Maya"}) == "@Maya help"


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_what_we_write_is_read_as_it_was_meant(text):
    assert plain(escape(text)) == text


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_anything_can_be_read(text):
    assert isinstance(plain(text), str)


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("Uploads fail", 12, "Uploads fail"),
        ("Uploads fail", 11, "Uploads…"),
        ("Uploads fail today", 13, "Uploads fail…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("a Donaudampfschifffahrt", 10, "a Donauda…"),
    ],
)
def test_a_title_is_cut_between_two_words(text, longest, short):
    assert shortened(text, longest) == short


@settings(max_examples=50, deadline=None)
@given(st.text(), st.integers(1, 50))
def test_a_title_is_never_too_long(text, longest):
    assert len(shortened(text, longest)) <= longest


def test_half_a_megabyte_of_brackets_is_read_at_once():
    assert len(plain("<" * 500_000)) == 500_000
