import pytest

from incident.rules.checklists import Problem, days, fits, lines, problems, slug_of
from incident.rules.documents import read

TARGETS = {"primary", "mobile"}


def lines_of(items, heading="## Stop it"):
    return lines(read(f"# Purge\n\n{heading}\n\n{items}"))


def sentences(items, *, front="", blocks=True):
    document = read(f"{front}# Purge\n\n## Stop it\n\n{items}")
    return [found.sentence for found in problems(document, TARGETS) if found.blocks == blocks]


def test_a_line_says_what_to_do_and_where_it_stands():
    (line,) = lines_of("- [ ] Remove the **certificate** {killer}\n  It lies in the vault.\n")

    assert (line.title, line.body) == ("Remove the **certificate**", "It lies in the vault.")
    assert (line.section, line.section_slug, line.kind) == ("Stop it", "stop-it", "do")
    assert line.settings == {"killer": True}


@pytest.mark.parametrize(
    ("item", "kind", "settings"),
    [
        ("Wake them {page=primary ack=5m then=mobile}", "page",
         {"target": "primary", "ack": 300, "then": "mobile"}),
        ('Say it {post="#support" text="Yes."}', "post", {"channel": "#support", "text": "Yes."}),
        ("Stop {hold}", "hold", {}),
        ("Well? {decide}", "decide", {"choices": ["yes", "no"]}),
        ('Well? {decide when="severity in sev1"}', "decide",
         {"choices": ["yes", "no"], "when": "severity in sev1"}),
        ('Off {effect="It is off" undo="On" max=4h within=90s}', "do",
         {"effect": "It is off", "undo": "On", "max": 14_400, "within": 90}),
    ],
)  # fmt: skip
def test_attributes_become_settings_in_the_units_of_the_rules(item, kind, settings):
    (line,) = lines_of(f"- [ ] {item}\n")

    assert (line.kind, line.settings) == (kind, settings)


@pytest.mark.parametrize(
    ("item", "settings"),
    [
        ("{wait=10m}", {"wait": 600, "written_kind": "wait"}),
        ('{sense="severity set"}', {"sense": "severity set", "written_kind": "sense"}),
        ('{guard target="q" expect=">0"}',
         {"target": "q", "expect": ">0", "written_kind": "guard"}),
        ("{query=keys}", {"query": "keys", "written_kind": "query"}),
    ],
)  # fmt: skip
def test_a_kind_that_is_not_automatic_runs_as_do_and_says_so(item, settings):
    (line,) = lines_of(f"- [ ] Then {item}\n")

    assert (line.kind, line.settings) == ("do", settings)


def test_a_question_has_answers_and_what_follows_from_each():
    found = lines_of(
        "- [ ] Is it so? {decide}\n  - yes\n    - [ ] Do this\n      - [ ] and this\n"
        "  - **no**\n  - [ ] Either way\n\nAnd then.\n\n- [ ] Next\n"
    )

    assert found[0].settings["choices"] == ["yes", "no"]
    assert [(line.title, line.parent, line.branch, line.depth) for line in found[1:]] == [
        ("Do this", 0, "yes", 1),
        ("and this", 1, None, 2),
        ("Either way", 0, None, 1),
        ("Next", None, None, 0),
    ]


def test_what_is_said_of_an_answer_or_after_the_question_stays_in_sight():
    question, branch = lines_of(
        "- [ ] Is it so? {decide}\n  - yes\n    Because of that.\n    - [ ] Do this\n\nAfter it.\n"
    )

    assert question.body == "**yes**\n\nBecause of that.\n\nAfter it."
    assert branch.body == ""


def test_bullets_of_a_step_that_is_no_question_are_steps():
    found = lines_of("- [ ] Do this\n  - first\n  - then\n")

    assert [(line.title, line.parent) for line in found] == [
        ("Do this", None), ("first", 0), ("then", 0),
    ]  # fmt: skip


def test_a_section_hands_its_mode_down():
    source = (
        "# T\n\n## A {do-confirm}\n\n- a\n\n### B\n\n- b\n\n### C {parallel}\n\n- c\n\n"
        "## D\n\n- d\n"
    )

    assert [line.mode for line in lines(read(source))] == [
        "do-confirm",
        "do-confirm",
        "parallel",
        "",
    ]


def test_sections_with_one_title_have_addresses_of_their_own():
    source = "# T\n\n## Steps\n\n- a\n\n## Steps\n\n- b\n"

    assert [line.section_slug for line in lines(read(source))] == ["steps", "steps-2"]


def test_what_opens_a_section_is_read_with_its_first_step():
    first, second = lines_of("Mind the gap.\n\n- a\n  body\n- b\n")

    assert (first.body, second.body) == ("Mind the gap.\n\nbody", "")


@pytest.mark.parametrize(
    ("item", "title", "body"),
    [
        ("- Short\n  and more\n", "Short", "and more"),
        ("- " + "long " * 13 + "\n  goes on. End.\n", "long " * 13 + "goes on. End.", ""),
        ("- " + "long " * 13 + "{killer}\n  more\n", ("long " * 13).strip(), "more"),
        (
            "- ```sh\n  kubectl get pods\n  ```\n",
            "`kubectl get pods`",
            "```sh\nkubectl get pods\n```",
        ),
        ("- ### A heading ###\n  more\n", "A heading", "more"),
        ("- | a | b |\n  |---|---|\n", "a b", "| a | b |\n|---|---|"),
        ("-\n", "See below", ""),
        ("- See [x]\n  or [x]\n\n[x]: /y\n", "See [x](/y)", "or [x]\n\n[x]: /y\n\n[x]: /y"),
    ],
)
def test_a_title_is_what_can_be_read_at_a_glance(item, title, body):
    (line,) = lines_of(item)

    assert line.title == title
    assert line.body == body or item.endswith("/y\n")


def test_a_heading_is_a_step_where_there_is_no_list():
    source = (
        "# T\n\n## Overview\n\nTo know.\n\n## Restart it\n\nGently.\n\n### Look\n\nRun:\n\n    ls\n"
    )

    assert [(line.title, line.body, line.section) for line in lines(read(source))] == [
        ("Restart it", "Gently.", ""),
        ("Run:", "    ls", "Look"),
    ]


def test_a_checklist_in_order_has_no_problems():
    assert (
        sentences('- [ ] Count {expect=">0"}\n- [ ] Page {page=mobile ack=5m then=primary}\n') == []
    )


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("x {page=web}", "“web” is no page target. There is: mobile, primary."),
        ("x {page=primary then=web}", "“web” is no page target"),
        ("x {within=5m late=web}", "“web” is no page target"),
        ("x {page}", "“page” needs a value"),
        ("x {hold soon}", "“soon” is not an attribute that is known here."),
        ("x {expect=fine}", "expect: “fine” is not a condition"),
        ('x {expect="/(a/"}', "expect: A “(” is not closed"),
        ("x {decide when=bad}", "when: “bad” is not a condition"),
        ("x {ack=5m}", "“ack” says nothing without “page”."),
        ("x {text=a}", "“text” says nothing without “post”."),
        ('x {undo="b"}', "“undo” says nothing without “effect”."),
        ('x {when="severity in sev1"}', "“when” says nothing without “decide”."),
        ("x {post=support}", "“support” is no channel: write #name."),
        (
            "x {page=primary hold}",
            "A step is of one kind: “page” and “hold” cannot stand together.",
        ),
        ('x {docs="javascript:alert(1)"}', "is no address"),
        ('x {sense="moon is full"}', "is nothing that can be sensed"),
        ('x {fail="#nowhere"}', "There is no section #nowhere"),
        ("Use {{queue}}", "“{{queue}}” is not declared under variables"),
        ("x {decide}\n  - yes", "A question needs two answers"),
        ("x {decide}\n  - yes\n  - Yes", "Two answers of this question are the same."),
        ("x {decide}\n  - yes {killer}\n  - no", "An answer has no attributes."),
        ("x" * 501, "longer than 500 characters"),
        ("x \0", "is not text"),
        ("x \ud800", "is not text"),
    ],
)
def test_what_nobody_could_obey_blocks_publishing(item, sentence):
    found = sentences(f"- [ ] {item}\n")

    assert len(found) == 1
    assert sentence in found[0]


@pytest.mark.parametrize(
    ("front", "sentence"),
    [
        ("slug: Not This", "The slug is an address"),
        ("severity: [sev1, bad]", "“bad” is no severity"),
        ("review every: sometimes", "“review every” needs a time such as 90 days."),
        ("variables: [queue]", "The variables are names"),
        ("title: [a]", "“title” in the front matter must be text."),
        ("a: &x 1", "write the value out"),
    ],
)
def test_front_matter_that_nobody_could_obey_blocks_publishing(front, sentence):
    (found,) = sentences("- a\n", front=f"---\n{front}\n---\n")

    assert sentence in found


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("- a\n", "The checklist has no title"),
        ("# T\n\nJust words.\n", "The checklist has no steps"),
        ("", "The checklist has no title"),
        ("# T\n\n" + "- a\n" * 1_001, "1000 are too many"),
        ("# " + "t" * 501 + "\n\n- a\n", "The title is longer than 500"),
        ("# T\n\n" + "- a\n" * 10_001, "it is far too long"),
        ("# T\n\n## A {parallel soon}\n\n- a\n", "“soon” is not an attribute"),
        ('# T\n\n- x {fail="#a"}\n\n## A\n\n- a\n\n## A\n\n- b\n', "#a could be several sections"),
    ],
)
def test_a_document_that_cannot_run_says_why(source, sentence):
    found = problems(read(source), TARGETS)

    assert any(problem.blocks and sentence in problem.sentence for problem in found)


def test_a_problem_names_its_line():
    document = read("---\ntitle: T\nslug: A B\n---\n\n# T\n\n- a\n- b\n  more\n- c {page=web}\n")

    assert [problem.line for problem in problems(document, TARGETS)] == [3, 11]


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("Clean up\n  ```sh\n  rm -rf /var/spool\n  ```", "deletes something outside a guard"),
        ("Run `redis-cli -n 1 DEL queue`", "deletes something outside a guard"),
        ("Escalate to the database team", "reads like a page, but pages nobody"),
        ("Wake them {page=primary", "has a brace that is never closed"),
        ("Wake them {page=primary}", "The first step sends as soon as"),
    ],
)
def test_what_deserves_a_second_look_does_not_block(item, sentence):
    assert sentences(f"- [ ] {item}\n") == []
    assert any(sentence in found for found in sentences(f"- [ ] {item}\n", blocks=False))


@pytest.mark.parametrize("item", ["Delete nothing", "Purge {guard}\n  ```\n  FLUSHALL\n  ```"])
def test_words_delete_nothing_and_a_guard_may(item):
    assert not any("deletes" in found for found in sentences(f"- [ ] {item}\n", blocks=False))


def test_what_blocks_comes_first():
    found = problems(read("# T\n\n- Run `rm -rf x`\n- {page=web}\n"), TARGETS)

    assert [problem.blocks for problem in found] == [True, False]
    assert isinstance(found[0], Problem)


def test_words_count_for_more_than_severity():
    push = {"use when": ["push storm", "queue"], "severity": ["sev1"]}
    general = {"severity": ["sev1", "sev2"]}

    told = {"severity": "sev2", "text": "A push storm: the queue grows"}
    assert fits(push, **told) > fits(general, **told) == 1
    assert fits(push, severity="sev1", text="A storm of push messages") > 1


@pytest.mark.parametrize("front", [{}, {"use when": None, "severity": None}, {"use when": "que"}])
def test_what_has_nothing_to_do_with_it_does_not_fit(front):
    assert fits(front, severity="sev1", text="The queue grows") == 0


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Purge a runaway queue!", "purge-a-runaway-queue"), ("Don't päge", "dont-page"),
     ("  ", "checklist"), ("日本", "日本"), ("a" * 200, "a" * 80)],
)  # fmt: skip
def test_a_slug_is_made_of_the_title(title, slug):
    assert slug_of(title) == slug


@pytest.mark.parametrize(
    ("words", "number"),
    [("90 days", 90), ("1 week", 7), ("6 months", 180), ("1 year", 365), ("0 days", None),
     ("soon", None), (90, None), (None, None)],
)  # fmt: skip
def test_how_often_is_a_number_of_days(words, number):
    assert days(words) == number
