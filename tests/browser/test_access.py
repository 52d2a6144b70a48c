"""For eyes that see little: what axe does not measure."""

import pytest

pytestmark = pytest.mark.browser

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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_borders_of_controls_can_be_seen(desk, screen, dark):
    page = screen("/incidents/new", dark=dark)

    assert page.evaluate(CONTRAST) >= 3
