"""Retros: drafted from the record, written by people, published or waived."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import NoResultFound

from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.rules.retros.writing import Outdated
from incident.services import action_items, corrections, incidents, retro_shelf, retros
from incident.services.action_items import ItemForm
from incident.services.retro_reading import read
from incident.storage import incidents as incident_rows
from incident.storage import retros as rows
from incident.storage import timeline
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA, SAM, START, TOM
from tests.services.retro_story import at, the_story

LATER = START + timedelta(hours=1)


def write(key, text, *, version=0, actor=ADA, name="summary", when=START, **rest):
    with transaction() as session:
        return retros.edit_section(
            session, incident_key=key, name=name, text=text, version=version, actor=actor, at=when,
            **rest,
        )  # fmt: skip


def section(key, name="summary"):
    with reading() as session:
        return read(session, key, LATER).section(name)


def kept(key, name="summary"):
    with reading() as session:
        retro = rows.of_incident(session, incident_rows.id_of(key))
        return [(e.text, e.written_by, e.fate) for e in rows.edits(session, retro.id, name)]


def tell(key, text, when=START):
    with transaction() as session:
        incidents.tell(session, incident_key=key, text=text, actor=MAYA, at=when, key_moment=True)


def move(key, action, when=START):
    with transaction() as session:
        incidents.move(session, incident_key=key, action=action, actor=TOM, at=when)


def do(command, key, **asked):
    with transaction() as session:
        return command(session, incident_key=key, at=LATER, **{"actor": ADA, **asked})


def is_owed(key):
    with reading() as session:
        return rows.is_owed(session, incident_rows.get(session, key))


def last_line(key):
    with reading() as session:
        return timeline.newest(session, incident_rows.id_of(key), limit=1)[0]


def test_the_story_is_told_with_its_gaps_and_figures(database):
    key = the_story()

    with reading() as session:
        found = retros.as_values(session, key)
    assert [(gap["name"], gap["seconds"] / 3600) for gap in found["gaps"]][::2] == [
        ("report → seen", 11.0), ("posted → seen", 5.0),
    ]  # fmt: skip
    told = {figure["what"]: figure["value"] for figure in found["figures"]}
    assert told["from a report until the team saw it"] == "11 h"
    assert told["from its start until it was mitigated"] == "30 h"
    assert told["from the post until anybody read it"] == "5 h"
    assert told["Count the keys before you delete"] == "1,200,000"
    assert told["Users affected"] is None


def test_the_story_shows_where_the_checklist_was_left(sqlite):
    key = the_story()

    with reading() as session:
        found = retros.as_values(session, key)["deviations"]
    assert [(d["step"], d["what"]) for d in found] == [
        (3, "Deferred by Maya, done 35 min later"), (4, "30 min, allowed 10 min"),
    ]  # fmt: skip


def test_the_story_can_be_exported_whole(sqlite):
    key = the_story()
    with transaction() as session:
        corrections.record_figure(
            session, incident_key=key, label="Comments affected", value="934", source="a query",
            actor=ADA, at=at(12, 9),
        )  # fmt: skip

    with reading() as session:
        written = retros.export_markdown(session, key)
    for words in (
        "**report → seen: 11 h**, from 9 Jul 2021, 00:00 EDT to 11:00",
        "**posted → seen: 5 h**, from 10 Jul 2021, 02:00 EDT to 07:00",
        "| Posted, not paged | 10 Jul 2021, 02:00 EDT | 10 Jul 2021, 07:00 EDT | 5 h |",
        "| 10 Jul 2021, 02:00 EDT | Mobile engineer posts in #emergency (written down",
        "| mobile | Maya | acknowledged by Tom after 4 min |",
        "| iOS certificate removed | 10 Jul 2021, 07:15 EDT | 10 Jul 2021, 08:30 EDT | 1 h 15 min",
        "| Comments affected | 934 | Ada |",
        "| 4 | Count the keys before you delete | 30 min, allowed 10 min |",
        "> How many users were affected? Nobody recorded it.",
    ):
        assert words in written


def test_a_retro_can_be_read_before_anybody_writes_in_it(sqlite, an_incident):
    key = an_incident()

    with reading() as session:
        found = retros.as_values(session, key)
    assert (found["state"], found["sections"][0]["version"]) == ("draft", 0)


def test_resolving_begins_the_retro(sqlite, an_incident):
    key = an_incident()
    move(key, "resolve")
    move(key, "reopen")
    move(key, "resolve")

    with reading() as session:
        assert rows.of_incident(session, incident_rows.id_of(key)).state == "draft"


def test_a_section_nobody_edited_follows_the_record(sqlite, an_incident):
    key = an_incident()
    before = section(key, "response").text

    tell(key, "The queue is growing")

    assert "The queue is growing" not in before
    assert "The queue is growing" in section(key, "response").text


def test_a_persons_words_stay_and_the_news_is_offered(database, an_incident):
    key = an_incident()
    write(key, "Our words.", name="response")

    tell(key, "The queue is growing")

    found = section(key, "response")
    assert found.text == "Our words."
    assert [fact.partition(": ")[2] for fact in found.new_facts] == ["The queue is growing"]


def test_news_that_somebody_has_seen_is_not_offered_again(sqlite, an_incident):
    key = an_incident()
    write(key, "Our words.", name="response")
    tell(key, "The queue is growing")

    seen = section(key, "response")
    write(key, seen.text, name="response", version=1, drawn=seen.drawn)

    assert section(key, "response").new_facts == ()
    assert section(key, "response").version == 1


def test_what_came_in_between_looking_and_saving_is_still_news(sqlite, an_incident):
    key = an_incident()
    on_screen = section(key, "response").drawn
    tell(key, "The queue is growing")

    write(key, "Our words.", name="response", drawn=on_screen)

    assert len(section(key, "response").new_facts) == 1


def test_saving_what_the_record_says_anyway_changes_nothing(sqlite, an_incident):
    key = an_incident()

    write(key, section(key, "response").text, name="response")

    assert not section(key, "response").edited


def test_of_two_who_write_at_once_neither_loses_a_word(database, an_incident):
    key = an_incident()
    write(key, "Tom's words", actor=TOM)

    with pytest.raises(Outdated, match="Tom saved this section while you wrote"):
        write(key, "Ada's words")
    do(retros.keep_refused, key, name="summary", text="Ada's words", version=0)

    assert section(key).text == "Tom's words"
    assert kept(key) == [("Ada's words", "Ada", "refused")]


def test_the_same_words_again_contradict_nobody(sqlite, an_incident):
    key = an_incident()
    write(key, "The same", actor=TOM)

    assert write(key, "The same\r\n").version == 1


def test_every_text_that_is_replaced_is_kept(database, an_incident):
    key = an_incident()
    write(key, "First")
    write(key, "Second", version=1)
    write(key, "", version=2)

    assert kept(key) == [("Second", "Ada", "replaced"), ("First", "Ada", "replaced")]


def test_typing_on_does_not_fill_the_history(sqlite, an_incident):
    key = an_incident()
    write(key, "It")
    write(key, "It broke", version=1)
    write(key, "It all broke", version=2)

    assert kept(key) == []


def test_going_on_with_somebody_elses_text_keeps_theirs(sqlite, an_incident):
    key = an_incident()
    write(key, "It broke", actor=TOM)

    write(key, "It broke twice", version=1)

    assert kept(key) == [("It broke", "Tom", "replaced")]


def test_a_viewer_writes_nothing(sqlite, an_incident):
    key = an_incident()

    with pytest.raises(NotAllowed, match="needs the role responder"):
        write(key, "x", actor=SAM)


def test_an_unknown_section_is_refused(sqlite, an_incident):
    with pytest.raises(NotAllowed, match="A section is one of: summary"):
        write(an_incident(), "x", name="blame")


def test_a_retro_is_published_once_its_incident_is_over(database, an_incident):
    key = an_incident(severity="sev2")
    with pytest.raises(NotAllowed, match="Resolve it before"):
        do(retros.publish, key)
    move(key, "resolve")

    do(retros.publish, key)

    assert not is_owed(key)
    assert (last_line(key).kind, last_line(key).text) == (
        "retro_published", "Ada published the retro",
    )  # fmt: skip


def test_publishing_twice_changes_nothing(sqlite, an_incident):
    key = an_incident()
    move(key, "resolve")
    do(retros.publish, key)
    seq = last_line(key).seq

    assert do(retros.publish, key, actor=TOM).published_by == "Ada"
    assert last_line(key).seq == seq


def test_a_published_retro_is_changed_only_after_reopening(sqlite, an_incident):
    key = an_incident(severity="sev1")
    move(key, "resolve")
    do(retros.publish, key)
    with pytest.raises(NotAllowed, match="Reopen it to change it"):
        write(key, "x")

    do(retros.reopen, key)

    assert write(key, "x").version == 1
    assert is_owed(key)


def test_an_incident_is_closed_only_when_its_retro_is_published_or_waived(sqlite, an_incident):
    key = an_incident(severity="sev2")
    move(key, "resolve")
    with pytest.raises(NotAllowed, match="the retro is neither published nor waived"):
        move(key, "close")

    do(retros.waive, key, reason="  a known\nflake ")
    move(key, "close")

    with reading() as session:
        assert incident_rows.get(session, key).retro_waived == "a known flake"


def test_a_waiver_needs_a_reason_and_can_be_taken_back(sqlite, an_incident):
    key = an_incident(severity="sev2")
    with pytest.raises(NotAllowed, match="Say why there will be no retro"):
        do(retros.waive, key, reason=" ")
    do(retros.waive, key, reason="a flake")

    do(retros.withdraw_waiver, key)

    assert is_owed(key)
    assert last_line(key).text == "Ada asked for a retro after all"


@pytest.mark.parametrize(
    ("opening", "owed"),
    [({"severity": "sev1"}, True), ({"severity": "sev3"}, False),
     ({"severity": "sev1", "mode": "drill"}, False), ({}, False)],
)  # fmt: skip
def test_only_a_live_and_grave_incident_owes_a_retro(sqlite, an_incident, opening, owed):
    assert is_owed(an_incident(**opening)) is owed


def test_an_action_item_is_written_down_changed_and_settled(database, an_incident):
    key = an_incident()
    item = do(
        action_items.add, key, form=ItemForm(text=" Monitor\nit ", kind="detect", owner="web")
    )

    do(action_items.change, key, item_id=item.id, form=ItemForm(state="done", due_on="2021-07-23"))

    with reading() as session:
        [found] = retros.as_values(session, key)["action_items"]
    assert found == {
        "id": item.id, "text": "Monitor it", "kind": "detect", "step": None, "owner": "web",
        "due_on": "2021-07-23", "state": "done", "link": "",
    }  # fmt: skip


def test_an_action_item_of_another_retro_is_not_found(sqlite, an_incident):
    item = do(action_items.add, an_incident(), form=ItemForm(text="Monitor it"))

    with pytest.raises(NoResultFound):
        do(action_items.change, an_incident(), item_id=item.id, form=ItemForm(state="done"))


def test_a_correction_moves_the_event_and_leaves_the_line(database, an_incident):
    key = an_incident()
    tell(key, "Mobile engineer posts", LATER)
    seq = last_line(key).seq

    do(corrections.correct, key, seq=seq, occurred_at=START, moment="posted")

    with reading() as session:
        line = next(x for x in read(session, key, LATER).facts.lines if x.seq == seq)
        event = timeline.since(session, incident_rows.id_of(key), seq - 1, limit=1)[0]
    assert (line.at, line.moment, line.written_at) == (START, "posted", LATER)
    assert event.occurred_at == LATER
    assert last_line(key).text == (
        f"Ada: event {seq} happened 10 Jul 2021, 02:00 UTC and is when it was posted"
    )


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"occurred_at": LATER + timedelta(hours=1)}, "still to come"),
        ({"moment": "blamed"}, "A moment"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(sqlite, an_incident, asked, refusal):
    with pytest.raises(NotAllowed, match=refusal):
        do(corrections.correct, an_incident(), seq=1, **asked)


def test_a_correction_itself_is_not_corrected(sqlite, an_incident):
    key = an_incident()
    do(corrections.correct, key, seq=1, moment="none")

    with pytest.raises(NoResultFound):
        do(corrections.correct, key, seq=last_line(key).seq, moment="seen")


def test_the_list_has_the_owed_ones_first_and_what_was_promised(database, an_incident):
    owing, waived = an_incident(severity="sev1"), an_incident(severity="sev2")
    move(owing, "resolve")
    do(retros.waive, waived, reason="a flake")
    do(action_items.add, owing, form=ItemForm(text="No date"))
    do(action_items.add, owing, form=ItemForm(text="Late", due_on="2021-07-01"))

    with reading() as session:
        found = retro_shelf.shelf(session, LATER, actor=MAYA)
    assert [entry.incident.key for entry in found.owed] == [owing]
    assert [(entry.incident.key, entry.state) for entry in found.others] == [(waived, "waived")]
    assert [(item.text, late) for _, item, late in found.promised] == [
        ("Late", True), ("No date", False),
    ]  # fmt: skip


def test_a_token_writes_like_a_person(sqlite, an_incident):
    key = an_incident()

    write(key, "From a script", actor=Actor("deploys", role="responder", source="api"))

    assert section(key).updated_by == "deploys"
