"""Messages as the outbox hands them over."""

from incident.integrations.notifier import Message

A_ROUTING_KEY = "0123456789abcdef0123456789abcdef"
A_LINK = "https://desk.example/incidents/INC-42#step-3"


def a_message(**fields):
    given = {
        "delivery_id": 7,
        "action": "trigger",
        "target": "primary",
        "subject": "[SEV2] INC-42 Uploads fail: Page the database team",
        "dedup_key": "ic/0a1b2c3d/42/step-3/g1",
        "intent_key": "ic/0a1b2c3d/42/step-3/g1/trigger",
        "settings": {"severity": "sev2", "link": A_LINK, "details": {"said_by": "Sam"}},
        "secret": A_ROUTING_KEY,
    }
    return Message(**given | fields)
