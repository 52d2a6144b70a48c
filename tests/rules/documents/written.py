"""Documents made up for the tests: simple ones, and ones nobody should write."""

from hypothesis import strategies as st

from incident.rules.documents import read, to_json

PURGE = """\
---
title: Purge a runaway notification queue
slug: runaway-notifications
owner: mobile
severity: [sev1, sev2]   # the bad ones
reviewed: 2021-07-10
variables:
  queue: {choices: [push, email]}
---

# Purge a runaway notification queue

Users receive notifications that nobody meant to send.

## Stop the bleeding

- [ ] Confirm that users still receive them {expect="yes" within=5m}
- [x] Remove the iOS certificate {effect="iOS certificate removed" max=4h}
  It lies in the vault.

  ```sh
  heroku certs:remove ios
  ```
- [ ] Is Android affected? {decide}
  - yes
    - [ ] Revoke the FCM key
  - no

What stands after a list belongs to its last step.

## Clear the queue

1. Count the keys, see [the docs][rpush]
2. Delete them

[rpush]: https://example.org/rpush "Rpush"
"""

_words = st.sampled_from(
    ["Count the keys", "Read the [docs][a]", "`cmd {x}`", "**Stop**", "a {{ b }}", "ends {hold}"]
)
_pieces = st.sampled_from(
    [
        "plain text",
        "- [ ] a box",
        "- [x] ticked {killer}",
        "* star",
        "  * nested star",
        "1. one",
        "2) two",
        "   - under a number",
        "- - two at once",
        "> quoted\n> - [ ] in a quote",
        "# Title",
        "## Section {parallel}",
        "Set\n===",
        "Under\n---",
        "```sh\ncmd --flag\n```",
        "```\nnever closed",
        "  ```\n  indented fence\n  ```",
        "    indented code",
        "\tby a tab",
        "-\tafter a tab\n\n\t\tcode",
        "| a | b |\n|---|---|\n| 1 | - 2 |",
        "<div>\n- no list\n</div>",
        "<!-- comment",
        "[a]: http://example.org/a",
        "***",
        "{hold}",
        "- {page=primary ack=5m}",
        "+ [ ] {broken=",
        "10. ten\n    - deep\n      - deeper",
        "\u00a0",
        "- [ ]",
        "-",
        "\0",
    ]
)
_ends = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n \n"])
_fronts = st.sampled_from(
    ["", "---\ntitle: T\n---\n", "---\na: [\n---\n", "\ufeff", "\n\n", "---\n"]
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Anything that Markdown allows, in any order, with any line ends."""
    pieces = draw(st.lists(st.one_of(_pieces, _words), max_size=12))
    return draw(_fronts) + "".join(piece + draw(_ends) for piece in pieces)


def shown(source: str) -> dict:
    """The JSON of a document."""
    return to_json(read(source))


def bare(value):
    """The JSON without what depends on where things stand."""
    placed = {"span", "source", "source_start", "marker", "suggested"}
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if name not in placed}
    if isinstance(value, list):
        return [bare(inner) for inner in value]
    return value.rstrip() if isinstance(value, str) else value


def every_step(value: dict) -> list[dict]:
    """All steps of a JSON, in reading order."""
    found = []
    for step in [*value.get("steps", []), *value.get("children", [])]:
        found += [step, *every_step(step)]
    for section in value.get("sections", []):
        found += every_step(section)
    return found
