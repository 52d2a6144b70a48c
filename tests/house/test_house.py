"""The house inspects itself: one clock, one writer, no mocks, nothing too long, nothing silent."""

import ast
import re

import pytest

from config import Config
from incident.integrations import NAMES
from incident.rules.step_kinds import KINDS
from tests.house.code import (
    CODE,
    ROOT,
    SCRIPTS,
    STYLES,
    TEMPLATES,
    TESTS,
    calls,
    depth,
    functions,
    imported,
    name,
    tree,
)

FILE_LINES, FUNCTION_LINES, NESTING = 300, 40, 3
STYLE_LINES, TEMPLATE_LINES = 200, 160


@pytest.mark.parametrize("path", CODE, ids=name)
def test_nothing_is_too_long_or_too_deep(path):
    assert len(path.read_text().splitlines()) <= FILE_LINES
    for function in functions(path):
        assert function.end_lineno - function.lineno < FUNCTION_LINES, function.name
        assert depth(function) <= NESTING, function.name


def test_styles_scripts_and_templates_fit_on_a_few_screens():
    sizes = {name(path): len(path.read_text().splitlines()) for path in (*STYLES, *SCRIPTS)}
    pages = {name(path): len(path.read_text().splitlines()) for path in TEMPLATES}

    assert {path for path, lines in sizes.items() if lines > STYLE_LINES} == set()
    assert {path for path, lines in pages.items() if lines > TEMPLATE_LINES} == set()


def test_only_the_clock_tells_the_time():
    asking = ("datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.today")
    tellers = {name(path) for path in CODE if calls(path) & set(asking)}

    assert tellers == {"incident/clock.py"}


def test_only_the_configuration_reads_the_environment():
    readers = {name(path) for path in CODE if calls(path) & {"os.environ", "os.getenv"}}

    assert readers <= {"config.py"}


def test_timeline_pages_and_outbox_have_one_writer():
    rows = {"timeline.TimelineEvent", "outbox.Delivery", "pages.Page"}
    rows = {f"incident.storage.{row}" for row in rows}
    makers = {path: {i.rsplit(".", 1)[1] for i in imported(path) & rows} for path in CODE}
    writers = {name(path) for path, makes in makers.items() if makes & _constructed(path)}

    assert writers == {"incident/services/record.py"}


def test_every_module_says_what_it_is():
    silent = [name(path) for path in CODE if not ast.get_docstring(tree(path))]

    assert silent == []


def test_vendors_libraries_have_one_host_each():
    hosts = {
        "pdpyras": "incident/integrations/pagerduty",
        "slack_sdk": "incident/integrations/slack",
    }
    for library, host in hosts.items():
        guests = {name(p) for p in CODE if any(i.split(".")[0] == library for i in imported(p))}
        assert all(guest.startswith(host) for guest in guests), library


def test_flask_stays_at_the_doors():
    doors = ("app.py", "incident/web/", "incident/api/", "incident/slack/", "incident/cli/")
    indoors = {
        name(path)
        for path in CODE
        if any(i.split(".")[0] in {"flask", "flask_login", "flask_wtf"} for i in imported(path))
    }

    assert {path for path in indoors if not path.startswith(doors)} == set()


def test_broad_nets_hang_in_two_places_only():
    nets = {
        name(path) for path in CODE if re.search(r"except (Base)?Exception\b", path.read_text())
    }

    assert all(path.startswith("incident/delivery/") for path in nets), nets
    assert len(nets) <= 2


def test_fakes_not_mocks():
    mocked = [name(path) for path in TESTS if any("unittest.mock" in i for i in imported(path))]

    assert mocked == []


def test_every_kind_of_step_is_drawn_tested_and_documented():
    drawn = {p.stem.removeprefix("_") for p in (ROOT / "templates/steps/kinds").glob("_*.html")}
    documented = {path.stem for path in (ROOT / "docs/step-kinds").glob("*.md")}
    tested = {p.stem.removeprefix("test_") for p in (ROOT / "tests/rules/step_kinds").glob("t*.py")}

    assert set(KINDS) == drawn == documented == tested


@pytest.mark.parametrize("integration", NAMES)
def test_every_integration_is_tested_and_documented(integration):
    assert list((ROOT / "tests/integrations" / integration).glob("test_*.py"))
    assert (ROOT / "docs/integrations" / f"{integration}.md").is_file()


def test_every_setting_is_documented():
    page = (ROOT / "docs/operate.md").read_text()

    assert [field for field in Config.model_fields if f"`{field.upper()}`" not in page] == []


def test_no_template_carries_a_style_or_a_script_of_its_own():
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", re.IGNORECASE)
    guilty = [name(path) for path in TEMPLATES if inline.search(path.read_text())]

    assert guilty == []


def test_no_name_says_nothing():
    empty_words = {"utils", "helpers", "common", "misc", "manager", "base"}

    assert [name(path) for path in CODE if path.stem in empty_words] == []


def test_lock_files_name_no_host():
    for lock in ROOT.glob("*.lock"):
        assert not re.search(r"https?://|index-url|find-links", lock.read_text()), lock.name


def _constructed(path):
    return {
        node.func.id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
