"""The ears of the browser tests: they hear what they are there for."""

import pytest

pytestmark = pytest.mark.browser

INLINE = """() => {
  const script = document.createElement("script")
  script.textContent = "window.ran = true"
  document.head.append(script)
}"""


def test_a_broken_policy_is_heard(screen, ears):
    page = screen()

    with page.expect_event("console"):
        page.evaluate(INLINE)

    assert ["Content Security Policy" in said for said in ears.complaints] == [True]
    ears.expect("Content Security Policy")


def test_an_exception_in_a_script_is_heard(screen, ears):
    page = screen()

    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('it broke') })")

    assert [said for said in ears.complaints if "it broke" in said]
    ears.expect("it broke")


def test_an_address_that_is_not_there_is_heard(screen, ears):
    page = screen()

    with page.expect_event("console"):
        page.evaluate("fetch('/nowhere')")

    assert [said for said in ears.complaints if "status of 404" in said]
    ears.expect("status of 404")
