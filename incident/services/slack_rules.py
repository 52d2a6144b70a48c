"""Slack rules: which channel wakes whom. A new one is a dry run until somebody arms it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import slack_rules as rules
from incident.rules.fields import refuse
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor, require
from incident.services import left_lines
from incident.storage import checklists, incident_channels, incidents, slack_rules, targets
from incident.storage.slack_rules import SlackRule


@dataclass(frozen=True, slots=True)
class RuleForm:
    """What is asked to change. What is None stays as it is.

    `work_hours` and `work_grace_seconds` are given together; empty hours are none.
    """

    target: str | None = None
    channel_name: str | None = None
    checklist: str | None = None
    grace_seconds: int | None = None
    threads: bool | None = None
    strangers: bool | None = None
    armed: bool | None = None
    words: Sequence[str] | None = None
    urgent_words: Sequence[str] | None = None
    bots: Sequence[str] | None = None
    work_hours: Mapping[str, Any] | None = None
    work_grace_seconds: int | None = None


FIELDS = ("target", "checklist", "grace_seconds", "threads", "strangers", "armed")
LISTS = ("words", "urgent_words", "bots")


def put(session: Session, *, channel: str, form: RuleForm, actor: Actor, at: datetime) -> SlackRule:
    """Change the rule of this channel, or make it."""
    require(actor, "admin")
    is_new = slack_rules.find(session, channel) is None
    refuse(_problems(session, channel, form, is_new=is_new))
    rule = slack_rules.find_or_make(session, channel, form.target or "", at)
    was_armed = rule.armed
    _fill_in(rule, form)
    if rule.armed and not was_armed:
        _require_free(session, channel)
        rule.armed_at = at
    if is_new:
        rule.look_back_at = at
        left_lines.take_over(session, rule)
    if form.channel_name is not None:
        rule.channel_name = rules.named(form.channel_name)
    rule.updated_at = at
    session.flush()
    return rule


def remove(session: Session, *, channel: str, actor: Actor) -> None:
    """From now on the channel is only a channel. What it opened stays; its pinned line is taken
    back."""
    require(actor, "admin")
    rule = slack_rules.find(session, channel, lock=True)
    if rule is not None:
        name, ts = rule.channel_name, rule.pinned_ts
        left_lines.leave(session, channel=channel, name=name, ts=ts)
        session.delete(rule)


def _require_free(session: Session, channel: str) -> None:
    """People who work on an incident there do not call for help with every word."""
    lives = incident_channels.living_in(session, channel)
    if lives is not None:
        raise NotAllowed(rules.is_lived_in(incidents.key_of(lives)))


def _fill_in(rule: SlackRule, form: RuleForm) -> None:
    for field in FIELDS:
        if getattr(form, field) is not None:
            setattr(rule, field, getattr(form, field))
    for field in LISTS:
        if getattr(form, field) is not None:
            setattr(rule, field, list(getattr(form, field)))
    if form.work_hours is not None:
        rule.work_hours = dict(form.work_hours)
        rule.work_grace_seconds = form.work_grace_seconds


def _problems(session: Session, channel: str, form: RuleForm, *, is_new: bool) -> dict[str, str]:
    grace = 30 if form.grace_seconds is None else form.grace_seconds
    hours = form.work_hours or {}
    return {
        "channel": rules.channel_problem(channel),
        "channel_name": rules.name_problem(form.channel_name or ""),
        "target": _target_problem(session, form.target, is_new=is_new),
        "checklist": _checklist_problem(session, form.checklist),
        "grace_seconds": rules.grace_problem(grace),
        "words": rules.words_problem(form.words or ()),
        "urgent_words": rules.words_problem(form.urgent_words or ()),
        "bots": rules.bots_problem(form.bots or ()),
        "work_hours": rules.hours_problem(hours),
        "work_grace_seconds": rules.work_grace_problem(hours, form.work_grace_seconds),
    }


def _target_problem(session: Session, target: str | None, *, is_new: bool) -> str:
    if target is None and not is_new:
        return ""
    found = targets.find(session, target or "")
    if found is not None and not found.proving:
        return ""
    return f"There is no target {target}." if target else "Say whom to wake."


def _checklist_problem(session: Session, slug: str | None) -> str:
    """A message at night must not fail on a checklist that nobody published."""
    if not slug or checklists.published(session, slug):
        return ""
    return f"There is no published checklist {slug}."
