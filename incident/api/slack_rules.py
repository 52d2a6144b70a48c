"""Slack rules: which channel is a pull-cord, and whom it wakes."""

from incident.api.models.slack_rules import SlackRuleAsked, SlackRulesTold, SlackRuleTold
from incident.api.routes import Call, endpoint
from incident.services import slack_rules as services
from incident.services.slack_rules import RuleForm
from incident.storage import slack_rules
from incident.storage.slack_rules import SlackRule


@endpoint("GET", "/api/slack-rules", answer=SlackRulesTold)
def index(call: Call[None, None]) -> SlackRulesTold:
    """Every rule, by its channel's name."""
    return SlackRulesTold(rules=[_told(row) for row in slack_rules.every(call.session)])


@endpoint(
    "PUT",
    "/api/slack-rules/{channel}",
    body=SlackRuleAsked,
    answer=SlackRuleTold,
    role="admin",
)
def put(call: Call[SlackRuleAsked, None], channel: str) -> SlackRuleTold:
    """Make the rule of a channel, or replace it. It opens nothing until it is armed."""
    asked = call.body.model_dump(by_alias=True)
    form = RuleForm(**asked | {"work_hours": asked["work_hours"] or {}})
    row = services.put(call.session, channel=channel, form=form, actor=call.actor, at=call.at)
    return _told(row)


def _told(row: SlackRule) -> SlackRuleTold:
    return SlackRuleTold(**{name: getattr(row, name) for name in SlackRuleTold.model_fields})
