"""A card on its way to Slack."""

from datetime import UTC, datetime

from incident.integrations.notifier import Delivered
from incident.rules import cards
from incident.rules.card_steps import RunSeen, StepSeen
from incident.rules.cards import Story
from tests.integrations.slack.messages import a_post, an_update

NOW = datetime(2021, 7, 10, 2, 14, tzinfo=UTC)
STEP = StepSeen(number=4, kind="do", title="Purge the <!channel>", seq=118)
STORY = Story(
    key="INC-42",
    title="Uploads are failing",
    status="investigating",
    runs=[RunSeen("List", 3, 9, STEP)],
)


def settings_of(story):
    path = f"/incidents/{story.key}"
    told = cards.card(story, NOW)
    link = f"https://desk.example{path}"
    return {"card": list(told.parts), "text": told.text, "path": path, "link": link}


def test_slack_takes_a_card_with_its_buttons(notifier, slack):
    result = notifier.send(a_post(settings=settings_of(STORY)))

    [post] = slack.posts
    assert isinstance(result, Delivered)
    assert post["text"] == (
        "INC-42 · severity not set · investigating: Uploads are failing. "
        "Step 4: Purge the &lt;!channel&gt;"
    )
    assert "<https://desk.example/incidents/INC-42#step-4|" in str(post["blocks"])
    assert "<!channel>" not in str(post["blocks"])


def test_a_card_is_edited_in_place(notifier, slack):
    ts = notifier.send(a_post(settings=settings_of(STORY))).receipt["ts"]
    closed = Story("INC-42", "Uploads are failing", "closed", last_word="Tom closed it.")

    notifier.send(an_update(ts, **settings_of(closed)))

    blocks = slack.channels["C0EMERGENCY"].find(ts)["blocks"]
    assert "Tom closed it." in str(blocks)
    assert "actions" not in [block["type"] for block in blocks]
