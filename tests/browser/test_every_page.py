"""Every page, wide and on a telephone, light and dark: axe finds nothing, nothing is cut off."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.chromium import PHONE
from tests.browser.desk import a_desk
from tests.browser.walk import BEFORE_ANYBODY, NO_PAGES, PAGES, everything

pytestmark = pytest.mark.browser

RUN = "async (options) => (await axe.run(document, options)).violations"
CONTRAST = {"runOnly": ["color-contrast"]}
CUT_OFF = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def night(tmp_path_factory, _quick_passwords):
    with a_desk(tmp_path_factory.mktemp("night"), everything) as desk:
        yield desk


@pytest.fixture(scope="module")
def windows(night, chromium):
    """One window for each person: what it has loaded once it does not load again."""
    opened = {}

    def window(who, role):
        if who not in opened:
            opened[who] = night.look(chromium, who, role=role, has_touch=True)
        return opened[who]

    yield window
    for one in opened.values():
        one.close()


@pytest.fixture
def visit(night, windows, ears):
    """Opens a page of the walk, as whoever may see it."""
    pages = []
    ears.expect("Failed to load resource: the server responded with a status of 4")

    def opened(picture):
        page = windows(picture.who, picture.role).new_page()
        pages.append(page)
        ears.listen_to(page)
        page.goto(picture.address)
        picture.prepare(page, night)
        return page

    yield opened
    for page in pages:
        page.close()


def axe(page, **options):
    """What axe objects to, each with the beginning of the elements that it means."""
    found = page.evaluate(RUN, {"resultTypes": ["violations"], **options})
    return [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]


def faults(page):
    """In this size, in both schemes: colours are all that differs between them."""
    page.emulate_media(color_scheme="light")
    found = axe(page)
    page.emulate_media(color_scheme="dark")
    found += axe(page, **CONTRAST)
    return found + ["cut off"] * page.evaluate(CUT_OFF)


@pytest.mark.parametrize("picture", PAGES, ids=lambda picture: picture.name)
def test_axe_finds_nothing_and_nothing_is_cut_off(visit, picture):
    page = visit(picture)
    page.evaluate(AXE_SCRIPT)

    assert faults(page) == []
    page.set_viewport_size(PHONE)
    assert faults(page) == []


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_so_it_is_before_anybody_has_an_account(desk, screen, phone):
    page = screen(desk.setup_link(), "", phone=phone)
    page.evaluate(AXE_SCRIPT)
    assert faults(page) == []

    page.goto("/")
    page.evaluate(AXE_SCRIPT)

    assert faults(page) == []


def test_no_page_is_left_out(desk):
    adapter = desk.app.url_map.bind("localhost")
    opened = {adapter.match(picture.address)[0] for picture in PAGES}
    known = opened | NO_PAGES | BEFORE_ANYBODY | {"links.invitation", "links.new_password"}

    pages = {rule.endpoint for rule in desk.app.url_map.iter_rules() if "GET" in rule.methods}

    assert pages - desk.app.extensions["own_doors"] - known == set()
