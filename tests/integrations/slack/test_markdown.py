import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.integrations.slack.markdown import from_markdown
from incident.integrations.slack.mrkdwn import plain

MARKS = st.sampled_from(
    ["<!channel>", "<@U0MAYA>", "<#C1>", "<!subteam^S1>", "[a](", ")", "**", "_", "`", "```", "~~"]
    + ["<", ">", "!", "@", "|", "https://x.org", "\n", "- ", "# ", "a", " ", "&lt;!here&gt;"]
)
FOREIGN = st.lists(MARKS, max_size=30).map("".join) | st.text()
LETTERS = st.text(st.characters(categories=["L", "N"]) | st.sampled_from(" .,:;?&<>"), max_size=80)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Stop **all** workers", "Stop *all* workers"),
        ("Stop __all__ workers", "Stop *all* workers"),
        ("Stop *some* or _most_", "Stop _some_ or _most_"),
        ("~~Restart~~ wait", "~Restart~ wait"),
        ("Run `kubectl get <pod>`", "Run `kubectl get &lt;pod&gt;`"),
        ("See [the runbook](https://x.org/a|b)", "See <https://x.org/a%7Cb|the runbook>"),
        ("See <https://x.org/a>", "See <https://x.org/a|https://x.org/a>"),
        ("See https://x.org/a?b=1&c=2.", "See <https://x.org/a?b=1&amp;c=2>."),
        ("Run `curl https://x.org`", "Run `curl https://x.org`"),
        ("See [this](javascript:alert)", "See this"),
        ("# Uploads are **down**", "*Uploads are down*"),
        ("- one\n- [ ] two\n  - [x] three", "• one\n☐ two\n  ☑ three"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("```sh\nrm -rf <dir> **x**\n```", "```\nrm -rf &lt;dir&gt; **x**\n```"),
        ("```\nnever closed", "```\nnever closed\n```"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("**a _b_ c**", "*a _b_ c*"),
        ("", ""),
    ],
)
def test_our_markdown_reads_the_same_in_slack(ours, theirs):
    assert from_markdown(ours) == theirs


@given(FOREIGN)
def test_no_foreign_text_pings_anybody(text):
    controls = re.findall(r"<.", from_markdown(text))

    assert set(controls) <= {"<h"}


@given(LETTERS)
def test_plain_words_come_back_as_they_were(text):
    assert plain(from_markdown(text)) == text
