"""Cards as Slack takes them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incident.integrations.slack.blocks import size
from incident.integrations.slack.card_blocks import blocks, cut
from incident.rules import card_parts as parts
from incident.rules import cards
from incident.rules.card_steps import RunSeen, StepSeen
from incident.rules.cards import Alarm, EffectSeen, PageSeen, Story
from tests.integrations.slack.validators import assert_valid

NOW = datetime(2021, 7, 10, 2, 14, tzinfo=UTC)
DESK = "https://desk.example"
HOSTILE = (
    st.text(st.characters(codec="utf-16", exclude_categories=()), max_size=60)
    | st.sampled_from(["<!channel>", "<@U0MAYA>", "&" * 5_000, "🔥" * 5_000, "*_~`|>", "\n\n", ""])
    | st.text(st.sampled_from("a &<>*`\n🔥"), max_size=5_000)
)
NUMBERS = st.integers(0, 10**9)
MOMENTS = st.integers(-100, 100).map(lambda minutes: NOW + timedelta(minutes=minutes))
STEPS = st.builds(
    StepSeen,
    number=NUMBERS,
    kind=st.sampled_from(["do", "decide", "hold", "page", "post", "guard"]),
    title=HOSTILE,
    body=HOSTILE,
    seq=NUMBERS,
    press=HOSTILE.map("Done, then page {}".format),
    wakes=st.booleans(),
    expect=HOSTILE,
    choices=st.lists(HOSTILE, max_size=30),
    effect=HOSTILE,
    waits_for=st.lists(st.tuples(NUMBERS, HOSTILE), max_size=8),
)
RUNS = st.builds(RunSeen, HOSTILE, NUMBERS, NUMBERS, STEPS | st.none())
STATES = st.sampled_from(["promised", "accepted", "seen", "notified", "exhausted"])
PAGES = st.builds(
    PageSeen, NUMBERS, HOSTILE, STATES, st.none() | NUMBERS, st.none() | MOMENTS, HOSTILE
)
ALARMS = st.builds(
    Alarm, HOSTILE, st.lists(HOSTILE, max_size=9), st.lists(st.tuples(HOSTILE, HOSTILE))
)
STORIES = st.builds(
    Story,
    key=st.just("INC-42"),
    title=HOSTILE,
    status=st.sampled_from(["triage", "investigating", "closed"]),
    severity=st.sampled_from(["unset", "sev1"]),
    drill=st.booleans(),
    commander=HOSTILE,
    runs=st.lists(RUNS, max_size=8),
    pages=st.lists(PAGES, max_size=8),
    effects=st.lists(st.builds(EffectSeen, HOSTILE, MOMENTS, st.none() | MOMENTS), max_size=8),
    deferred=st.integers(0, 99),
    awake=st.lists(HOSTILE, max_size=8),
    alarm=st.none() | ALARMS,
    update_due_at=st.none() | MOMENTS,
    update_owed_by=st.sampled_from(["", "comms"]),
    last_word=HOSTILE,
)


@given(STORIES)
def test_whatever_a_card_tells_slack_takes_it(story):
    made = blocks(cards.card(story, NOW).parts, desk=DESK)

    assert_valid(made)


def acted_on(value):
    """The texts in which Slack acts on what stands between < and >."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value["text"]] if isinstance(value, dict) and value.get("type") == "mrkdwn" else []
    return own + [text for each in inner for text in acted_on(each)]


@given(STORIES)
def test_nothing_on_a_card_pings_anybody(story):
    made = "\n".join(acted_on(blocks(cards.card(story, NOW).parts, desk=DESK)))

    assert made.count("<!") == made.count("<!date^")
    assert "<@" not in made
    assert "<#" not in made


def test_bare_names_on_a_card_stay_words_and_addresses_are_links():
    made = blocks([parts.text(parts.plain("@here #general https://x.org"))], desk=DESK)

    assert made[0]["text"] == {
        "type": "mrkdwn",
        "text": "@here #general <https://x.org>",
        "verbatim": True,
    }


@given(HOSTILE, st.integers(0, 50))
def test_what_is_cut_is_never_longer_than_it_may_be(text, longest):
    assert size(cut(text, longest)) <= longest


def test_what_is_said_last_can_be_pressed_however_long_the_rest_is():
    told = [parts.text(parts.plain("&" * 5_000)) for _ in range(8)]
    button = parts.button("Page…", "card_page", "INC-42")

    made = blocks([*told, parts.row(button)], desk=DESK)

    assert made[-1]["elements"][0]["value"] == "INC-42"


def test_a_moment_is_shown_to_each_reader_in_their_own_zone():
    made = blocks([parts.text(parts.plain("Since "), parts.moment(NOW))])

    assert made[0]["text"]["text"] == f"Since <!date^{int(NOW.timestamp())}^{{time}}|02:14 UTC>"


def test_a_step_is_a_link_to_the_desk():
    made = blocks([parts.text(parts.way("/incidents/INC-42#step-4", "Purge <it>"))], desk=DESK)

    assert made[0]["text"]["text"] == (
        "<https://desk.example/incidents/INC-42#step-4|Purge &lt;it&gt;>"
    )


def test_a_star_in_a_bold_word_does_not_end_it():
    made = blocks([parts.text(parts.bold("rm *.jpg\nnow"))])

    assert made[0]["text"]["text"] == "*rm ∗.jpg now*"


def test_the_words_of_a_step_look_as_they_look_in_the_desk():
    words = "Run `purge <it>`, then **wait**\n- [ ] see [the board](https://x.org)"

    made = blocks([parts.text(parts.markdown(words))])

    assert made[0]["text"]["text"] == (
        "Run `purge &lt;it&gt;`, then *wait*\n☐ see <https://x.org|the board>"
    )


def test_marks_that_find_no_room_are_shown_as_they_were_typed():
    made = blocks([parts.text(parts.markdown("**a** " * 1_000))])

    assert made[0]["text"]["text"].startswith("**a** **a**")
    assert made[0]["text"]["text"].endswith("…")


def test_two_buttons_for_the_same_action_have_names_of_their_own():
    yes, no = parts.button("yes", "step_answer", "1"), parts.button("no", "step_answer", "2")

    [made] = blocks([parts.row(yes, no)])

    assert len({one["action_id"] for one in made["elements"]}) == 2


def test_a_button_that_wakes_somebody_asks_first():
    [made] = blocks([parts.row(parts.button("Done, then page dba", "step_done", "1", asks="Go?"))])

    assert made["elements"][0]["confirm"]["text"]["text"] == "Go?"


def test_only_a_channel_can_be_named_as_one():
    [made] = blocks([parts.text(parts.channel("C0INC42"), parts.channel("C1> <!channel"))])

    assert made["text"]["text"] == "<#C0INC42>another channel"
