"""The receipt: what the thread says about whom we wake, in every state of the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.rules import receipt_buttons as buttons
from incident.rules.incidents import possible_moves
from incident.rules.ladder import joined as joined_names
from incident.rules.receipt_buttons import Button, Making

LIVE = ("accepted", "seen", "notified")
DEAD = ("not_sent", "refused")
ENDED = ("resolved", "closed", "declined", "merged")
# The phases of the reply on how it stands, and of the question once an incident has ended.
REPLY, AFTER = "reply", "after"
OUTCRIES = ("nobody", "late", "exhausted")
LOUD = (*OUTCRIES, "awake", "over")
MANY = (1000, 500, 200, 100, 50, 20, 10, 5)


@dataclass(frozen=True, slots=True)
class PageSeen:
    """The page that the receipt is about. Unless somebody answers by `due_at`, `then` is paged;
    without such a target people have to telephone. `asleep` is whether somebody had it, and did
    nothing."""

    target: str
    state: str
    reason: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    then: str = ""
    asleep: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """An incident as its receipt tells it.

    `due_at` is when the grace ends, and `waiting` whether it still runs. `taken_by` is who said
    "I have it" although nobody had been paged. `on_call` is who is behind the target, `tried`
    whom the ladder of the page rings so far. `last_word` is how the incident ended, `others`
    whether more is open that it could be the same as.
    """

    key: str
    status: str
    target: str
    generation: int = 0
    page: PageSeen | None = None
    due_at: datetime | None = None
    grace_seconds: int = 0
    waiting: bool = False
    phones: Sequence[tuple[str, str]] = ()
    on_call: Sequence[str] = ()
    tried: Sequence[str] = ()
    taken_by: str = ""
    last_word: str = ""
    joined: int = 0
    others: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A message of ours in Slack. `phase` says which state of the page it tells."""

    phase: str
    text: str
    buttons: tuple[Button, ...] = ()


def words(story: Story) -> Words:
    """The receipt as it should read now. The same story always gives the same words."""
    phase = phase_of(story)
    text, usual = PHASES[phase]
    counted = _joined(story.joined)
    said = f"{story.key}: {text(story)}" + (f"\n{counted}" if counted else "")
    shown = [*usual, *([buttons.same_as] if story.others and story.status == "triage" else ())]
    if "decline" not in possible_moves(story.status):
        shown = [one for one in shown if one not in buttons.CALLS_IT_OFF]
    return Words(phase, said, tuple(one(story.key, story.generation) for one in shown))


def is_outcry(phase: str) -> bool:
    """Whether it says that nobody is awake, and whom to telephone."""
    return phase in OUTCRIES


def now_words(story: Story, at: datetime) -> str:
    """The same in one breath, for an answer elsewhere: a countdown counts from `at`."""
    phase = phase_of(story)
    if phase == "grace" and story.due_at is not None:
        return f"Paging {story.target} in {max(int((story.due_at - at).total_seconds()), 0)} s."
    return PHASES[phase][0](story)


def phase_of(story: Story) -> str:
    if story.status in ENDED:
        return "over"
    if story.taken_by or (story.page is not None and story.page.acknowledged_by):
        return "awake"
    if story.page is None:
        if story.waiting:
            return "grace"
        return "late" if story.due_at is not None else "unpaged"
    if story.page.state in LIVE:
        return "paged"
    if story.page.state in DEAD:
        return "exhausted" if story.tried else "nobody"
    return {"promised": "paging", "exhausted": "exhausted"}.get(story.page.state, "unpaged")


def is_unanswered(story: Story) -> bool:
    """Whether somebody is still to answer, whoever looks at it already. Once it is triaged, an
    incident that nobody was to be woken for waits for no answer."""
    phase = phase_of(story)
    return phase not in ("awake", "over") and (phase != "unpaged" or story.status == "triage")


def joined(story: Story, at: datetime, value: str) -> Words:
    """Under a new message that joins an incident."""
    text = f"Joined {story.key}. {now_words(story, at)}\nSomething else?"
    return Words("joined", text, (buttons.button("Page anyway", "page_anyway", value, "danger"),))


def question(story: Story, title: str, due_at: datetime, value: str) -> Words:
    """Under a new message while an older incident of the channel is open."""
    text = (
        f"Same as {story.key}, or new?\n"
        f"{story.key} is {story.status}: {title}\n"
        f"Unless somebody answers by {_clock(due_at)}, it is new and {story.target} is paged."
    )
    same = buttons.button(f"Same as {story.key}", "same_incident", value)
    new = buttons.button("New emergency", "new_emergency", value, "danger")
    return Words("question", text, (same, new))


def discreet(asked: str) -> str:
    """A question that was asked before its incident became private: without its title."""
    first, *_, last = asked.split("\n")
    return f"{first}\n{last}"


def answered(text: str, value: str = "") -> Words:
    """A question that has its answer. `value` keeps a way to say that it is new after all."""
    new = (buttons.button("Page anyway", "page_anyway", value, "danger"),) if value else ()
    return Words("answered", text, new)


def anyone_there(story: Story, at: datetime) -> Words:
    """Under a reply in the thread while nobody has answered the page."""
    phase = phase_of(story)
    press = buttons.page_now if phase in ("grace", "late", "unpaged") else buttons.page_again
    return Words(
        REPLY,
        f"Nobody has answered yet. {now_words(story, at)}",
        (press(story.key, story.generation),),
    )


def over(story: Story, value: str) -> Words:
    """Under a reply in the thread of an incident that has ended."""
    text = f"{story.key} is {story.status}. Is it back, or is it something else?"
    return Words(AFTER, text, (buttons.button("New emergency", "new_emergency", value, "danger"),))


def is_loud(before: str, after: str) -> bool:
    """An edit rings nobody's phone. What the reporter has to hear is said again, aloud."""
    return before != after and after in LOUD


def intent(dedup_key: str) -> str:
    """The name of the post of this key, for whoever edits it."""
    return f"{dedup_key}/post"


def _in_grace(story: Story) -> str:
    by = f", at {_clock(story.due_at)}" if story.due_at else ""
    return (
        f"Paging {story.target} in {story.grace_seconds} s{by}. Nobody has to do anything for that."
    )


def _is_paging(story: Story) -> str:
    return f"Paging {_whom(story)} now.{_until(story)}"


def _is_paged(story: Story) -> str:
    page = story.page
    at = f" at {_clock(page.accepted_at)}" if page and page.accepted_at else ""
    took = f"PagerDuty took the page{at}; nobody has answered yet."
    return f"Paging {_whom(story)} now. {took}{_until(story)}"


def _whom(story: Story) -> str:
    names = f" ({joined_names(story.on_call)})" if story.on_call else ""
    return f"{story.target}{names}"


def _until(story: Story) -> str:
    """By when somebody has to answer, and what happens then."""
    page = story.page
    if page is None or page.due_at is None:
        return ""
    follows = f"{page.then} is paged" if page.then else "it is time to telephone"
    return f" Unless somebody answers by {_clock(page.due_at)}, {follows}."


def _nobody(story: Story) -> str:
    why = f": {story.page.reason}" if story.page and story.page.reason else ""
    return f"NOBODY WAS PAGED{why}.\n{_phones(story)}"


def _late(story: Story) -> str:
    by = (
        f" It was due at {_clock(story.due_at)}, too long ago to wake somebody unasked."
        if (story.due_at)
        else ""
    )
    return f"NOBODY WAS PAGED.{by} Is it still needed? Press Page now.\n{_phones(story)}"


def _exhausted(story: Story) -> str:
    page, why = story.page, ""
    if page is not None and page.asleep:
        return f"NOBODY IS AT WORK: {page.reason}.\n{_phones(story)}"
    if page is not None and page.state in DEAD:
        why = f", and {page.target} was NOT paged" + (f": {page.reason}" if page.reason else "")
    tried = joined_names(story.tried) or story.target
    return f"NOBODY ANSWERED the page to {tried}{why}.\n{_phones(story)}"


def _unpaged(story: Story) -> str:
    why = f" ({story.page.reason})" if story.page and story.page.reason else ""
    return f"It is {story.status}, and nobody is being paged{why}."


def _awake(story: Story) -> str:
    page = story.page
    if page is not None and page.acknowledged_by:
        at = f" since {_clock(page.acknowledged_at)}" if page.acknowledged_at else ""
        return f"{page.acknowledged_by} is awake{at}, and has it."
    return f"{story.taken_by} is awake, and has it."


def _over(story: Story) -> str:
    return story.last_word or f"It is {story.status}."


def _phones(story: Story) -> str:
    if not story.phones:
        return f"No telephone numbers are kept for {story.target}: call whoever you know."
    lines = [f"{place}. {name} {number}" for place, (name, number) in enumerate(story.phones, 1)]
    return "\n".join(["Telephone, in this order:", *lines])


def _joined(count: int) -> str:
    """In coarse steps: a storm of messages must not become a storm of edits."""
    if not count:
        return ""
    if count == 1:
        return "1 more message joined it."
    many = next((many for many in MANY if count > many), 0)
    return f"More than {many} messages joined it." if many else f"{count} more messages joined it."


def _clock(at: datetime | None) -> str:
    return f"{at:%H:%M:%S} UTC" if at else ""


Telling = Callable[[Story], str]
PHASES: Mapping[str, tuple[Telling, tuple[Making, ...]]] = {
    "grace": (_in_grace, (buttons.page_now, buttons.not_an_emergency)),
    "paging": (_is_paging, (buttons.i_have_it, buttons.page_again, buttons.false_alarm)),
    "paged": (_is_paged, (buttons.i_have_it, buttons.page_again, buttons.false_alarm)),
    "nobody": (_nobody, (buttons.i_have_it, buttons.page_again, buttons.not_an_emergency)),
    "late": (_late, (buttons.page_now, buttons.i_have_it, buttons.not_an_emergency)),
    "exhausted": (_exhausted, (buttons.i_have_it, buttons.page_again, buttons.false_alarm)),
    "unpaged": (_unpaged, (buttons.page_now, buttons.i_have_it, buttons.not_an_emergency)),
    "awake": (_awake, (buttons.page_again, buttons.false_alarm)),
    "over": (_over, ()),
}
