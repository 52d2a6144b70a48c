"""For everybody: axe finds nothing on any page, in either scheme; the policy is never broken."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PAGES = ("/", "/incidents/INC-1", "/incidents/new", "/checklists", "/checklists/new")


@pytest.fixture
def busy_desk(desk):
    desk.declare(
        'Count them {expect=">0" killer within=5m}',
        "Page them {page=primary ack=5m}",
        "Is it over? {decide}",
        "Everything is settled {hold}",
    )
    desk.declare(status="triage", title="Somebody says it is slow")
    desk.declare("Look", "Page them {page=primary}", mode="drill")
    return desk


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(busy_desk, screen, address, scheme):
    page = screen(address, color_scheme=scheme)

    found = Axe().run(page).response["violations"]

    assert [(v["id"], [n["html"][:150] for n in v["nodes"]][:3]) for v in found] == []


def test_no_page_breaks_the_security_policy(busy_desk, screen):
    page = screen("/")
    said = []
    page.on("console", lambda message: said.append(message.text))
    for address in PAGES:
        page.goto(busy_desk.url + address, wait_until="load")

    assert [text for text in said if "Content Security Policy" in text] == []


def test_the_borders_of_controls_can_be_seen(busy_desk, screen):
    for scheme in ("light", "dark"):
        page = screen("/incidents/new", color_scheme=scheme)

        assert page.evaluate(CONTRAST) >= 3, scheme


CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(Number)
      .map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const control = document.getElementById('title')
  const border = light(getComputedStyle(control).borderTopColor)
  const behind = (one) => light(getComputedStyle(one).backgroundColor)
  const around = [document.documentElement, control].map(behind)
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
  return Math.min(...around.map((back) => ratio(border, back)))
}"""
