"""The documents lead where they say: no relative link of any page ends nowhere."""

import re

import pytest

from tests.house.code import ROOT, name

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SLACK_GUIDES = ("slack", "slack-card", "channels", "private", "updates", "cord")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#")
LINK = re.compile(r"\]\(\s*<?([^()<>\s]+)>?[^()]*\)|^\[[^\]]+\]:\s*<?([^<>\s]+)", re.MULTILINE)
CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1|^(?: {4}|\t).*?$|(`+)[^`].*?\2", re.MULTILINE | re.DOTALL)


def links(path):
    """The addresses of a page, without those that stand there only as examples."""
    found = LINK.findall(CODE.sub("", path.read_text(encoding="utf-8")))
    return [inline or defined for inline, defined in found]


def missing(path):
    """The files of this project to which a page leads, and which are not there."""
    near = [address for address in links(path) if not ELSEWHERE.match(address)]
    files = {address.partition("#")[0] for address in near}
    return sorted(file for file in files if not (path.parent / file).resolve().exists())


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_leads_to_a_file(path):
    assert missing(path) == []


def test_the_page_about_slack_leads_to_every_guide_to_it():
    told = set(links(ROOT / "docs/integrations/slack.md"))

    assert {guide for guide in SLACK_GUIDES if f"../guide/{guide}.md" not in told} == set()


def test_the_first_page_leads_to_every_guide():
    told = set(links(ROOT / "README.md"))
    guides = {f"docs/guide/{path.name}" for path in (ROOT / "docs/guide").glob("*.md")}

    assert guides - told == set()


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    page = tmp_path / "page.md"

    page.write_text(
        "[a](gone.md#here) [b](page.md) [c](https://x.org)\n```\n[d](e)\n```\n[f]: h.md"
    )

    assert missing(page) == ["gone.md", "h.md"]
