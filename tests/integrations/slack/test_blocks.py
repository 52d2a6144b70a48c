from hypothesis import given, settings
from hypothesis import strategies as st

from incident.integrations.slack.blocks import blocks, fallback, size
from tests.fakes.slack_rules import error_in_blocks, error_in_words

A_LINK = "https://desk.example/incidents/INC-42"
ANY_TEXT = st.text(st.characters(codec="utf-16", exclude_categories=())) | st.builds(
    lambda words, times: words * times,
    st.text(st.sampled_from("a &<>\n🔥"), min_size=1, max_size=12),
    st.integers(1, 3_000),
)


def sections(made):
    return [block["text"]["text"] for block in made if block["type"] == "section"]


def test_a_short_text_is_one_section():
    assert sections(blocks("Uploads fail")) == ["Uploads fail"]


def test_a_broadcast_in_foreign_text_pings_nobody():
    made = blocks("<!channel> <!here> <!everyone> <!subteam^S1|@all> <@U0MAYA> & more")

    assert sections(made) == [
        "&lt;!channel&gt; &lt;!here&gt; &lt;!everyone&gt; "
        "&lt;!subteam^S1|@all&gt; &lt;@U0MAYA&gt; &amp; more"
    ]


def test_an_address_is_a_link_although_slack_makes_none_itself():
    made = blocks("See https://x.org/a, (https://x.org/b) or ftp://x.org")

    assert sections(made) == ["See <https://x.org/a>, (<https://x.org/b>) or ftp://x.org"]


def test_markdown_is_shown_as_it_looks_here():
    ours = "**Stop** `it`, see [why](https://x.org) <!channel>"

    made = blocks(ours, markdown=True)

    assert sections(made) == ["*Stop* `it`, see <https://x.org|why> &lt;!channel&gt;"]


def test_plain_words_keep_the_stars_and_lines_that_somebody_typed():
    assert sections(blocks("2 ** 3, snake_case, **loud**")) == ["2 ** 3, snake_case, **loud**"]


@given(ANY_TEXT, st.booleans())
def test_whatever_is_marked_slack_takes_it(text, mentioned):
    made = blocks(text, markdown=True, mentions=("U0SAM",) if mentioned else (), address=A_LINK)

    assert error_in_blocks(made) == ""
    assert error_in_words({"text": fallback(text, markdown=True)}, longest=4_000) == ""


def test_only_whom_we_name_is_pinged():
    made = blocks("Maya is awake", mentions=("U0SAM", "!channel", "U0|x>"))

    assert sections(made) == ["<@U0SAM> Maya is awake"]


def test_a_long_text_is_cut_between_its_lines():
    paragraph = "word " * 500 + "end."

    made = sections(blocks(f"{paragraph}\n{paragraph}"))

    assert [words.endswith("end.") for words in made] == [True, True]


def test_a_long_line_is_cut_between_its_words():
    made = sections(blocks("uploads " * 1_000))

    assert all(words.endswith("uploads") for words in made)


def test_a_text_beyond_all_limits_says_that_it_is_cut_and_leads_on():
    made = sections(blocks("word " * 10_000, address=A_LINK))

    assert made[-2].endswith("… (cut here)")
    assert made[-1] == f"<{A_LINK}|Open the incident>"
    assert sum(size(words) for words in made) <= 12_000


def test_a_text_that_just_fits_is_not_cut():
    made = sections(blocks("x" * 2_900))

    assert made == ["x" * 2_900]


def test_an_empty_text_is_still_a_post():
    assert error_in_blocks(blocks("")) == ""
    assert fallback("") == "…"


def test_a_link_that_no_browser_should_follow_is_only_its_label():
    made = sections(blocks("Uploads fail", address="javascript:alert(1)"))

    assert made[-1] == "Open the incident"


def test_a_link_cannot_break_out_of_its_brackets():
    made = sections(blocks("Uploads fail", address="https://desk.example/?a=1&b=<|>"))

    assert made[-1] == "<https://desk.example/?a=1&amp;b=&lt;%7C&gt;|Open the incident>"


def test_a_link_too_long_for_slack_is_only_its_label():
    made = blocks("Uploads fail", address="https://desk.example/" + "x" * 20_000)

    assert sections(made)[-1] == "Open the incident"


def test_buttons_are_cut_to_what_slack_takes():
    button = {"label": "L" * 200, "action": "a" * 400, "value": "v" * 3_000, "style": "loud"}

    made = blocks("Uploads fail", buttons=[button] * 30)

    assert error_in_blocks(made) == ""
    assert [len(block["elements"]) for block in made[1:]] == [25, 5]
    assert "style" not in made[1]["elements"][0]


def test_a_button_counts_as_slack_may_count():
    made = blocks("Uploads fail", buttons=[{"label": "a" + "😀" * 80, "action": "undo"}])

    assert made[1]["elements"][0]["text"]["text"] == "a" + "😀" * 37


@settings(max_examples=40, deadline=None)
@given(text=ANY_TEXT, address=st.sampled_from(["", A_LINK]))
def test_slack_takes_whatever_anybody_wrote(text, address):
    words = {"text": fallback(text), "blocks": blocks(text, address=address)}

    assert error_in_words(words, longest=4_000) == ""


@settings(max_examples=40, deadline=None)
@given(text=ANY_TEXT)
def test_nothing_anybody_wrote_is_markup(text):
    written = "".join(sections(blocks(text))) + fallback(text)

    assert "<" not in written
    assert ">" not in written
