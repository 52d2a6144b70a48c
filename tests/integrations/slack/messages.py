"""Messages as the outbox hands them over."""

from incident.integrations.notifier import Message

INTENT = "ic/0a1b2c3d/42/cord/g1/post"


def a_post(*, settings=None, **fields):
    given = {
        "delivery_id": 8,
        "action": "post",
        "target": "C0EMERGENCY",
        "subject": "INC-42 Uploads fail",
        "dedup_key": "ic/0a1b2c3d/42/cord/g1",
        "intent_key": INTENT,
        "settings": {"channel": "C0EMERGENCY", "text": "Paging in 30 seconds"} | (settings or {}),
    }
    return Message(**given | fields)


def an_update(ts, **settings):
    return a_post(action="update", settings={"ts": ts} | settings)
