"""What Slack may do to us: crowded, closed, breaking off, gone. No page ever waits for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tests.fakes import server
from tests.fakes.slack import A_TOKEN, says
from tests.fakes.slack_events import OUR_MEMBER
from tests.trials.cords import START, a_cry
from tests.trials.desk import Desk
from tests.trials.processes import wait_until
from tests.trials.rows import let_it_act, require_one_cry

PAGED_WITHIN = 3.0
BACK_WITHIN = 30.0
# What failed at the very moment of the return is tried again after half a minute, or a fifth more.
LONGEST_PAUSE = 45.0
AN_HOUR = 3600
A_MINUTE = 60
# Of the second that Slack asks for; the requests may arrive a little unevenly.
LEFT_ALONE = 0.7
EVERY = 300
# The desk looks every ten seconds for what is too old to be posted.
UNTIL_FOLDED = 12
MOST_POSTS_ON_RETURN = 4


def is_crowded(desk: Desk) -> None:
    """ "Too many" for ten minutes. Afterwards everything comes in its order, and once."""
    with _slack(desk, always=server.rate_limited(1)):
        channel = _cry(desk)
        key = desk.opened_by(channel)
        let_it_act(desk)
        assert desk.tell(a_cry(channel, "Anyone?", ts=_ts(2), thread_ts=_ts(1))) == 200
        desk.client.insist("POST", f"/api/incidents/{key}/resolution", {})
        time.sleep(desk.outage)
    _require_told(desk, channel, "resolved")
    intents = [str(message["metadata"]["event_payload"]) for message in desk.stands_in(channel)]
    assert "/receipt/" in intents[0], intents
    gaps = desk.between_posts(channel)
    assert min(gaps) > LEFT_ALONE, f"asked again after {min(gaps):.2f} s"
    _require_once(desk, channel)


def breaks_off_after_it_posted(desk: Desk) -> None:
    """The post is there and Slack says it failed: nobody posts it again."""
    desk.slack.script_for["chat.postMessage"] = [says("fatal_error", taken=True)]
    channel = _cry(desk)
    _require_told(desk, channel)
    desk.wait_until_settled(desk.opened_by(channel))
    _require_once(desk, channel)
    assert len(desk.stands_in(channel)) == 1


def cuts_the_line_after_it_posted(desk: Desk) -> None:
    desk.slack.script_for["chat.postMessage"] = [server.reset(taken=True)]
    channel = _cry(desk)
    _require_told(desk, channel)
    desk.wait_until_settled(desk.opened_by(channel))
    _require_once(desk, channel)


def archives_the_channel(desk: Desk) -> None:
    """The page goes out; the timeline says what could not be posted, and why."""
    channel = desk.hang_a_cord(grace_seconds=0)
    desk.slack.channels[channel].archived = True
    _cry_in(desk, channel)
    _require_refused(desk, channel, "archived")


def has_us_outside(desk: Desk) -> None:
    """Not in the channel: it is public, so the desk joins and posts."""
    channel = desk.hang_a_cord(grace_seconds=0)
    desk.slack.channels[channel].joined = desk.slack.write_public = False
    try:
        _cry_in(desk, channel)
        _require_told(desk, channel)
    finally:
        desk.slack.write_public = True
    assert desk.slack.channels[channel].joined


def has_the_name_already(desk: Desk) -> None:
    """The channel of an incident gets the next name that is free; its page waits for none."""
    key = desk.declare()
    desk.slack.add_channel(f"{key.lower()}-trial")
    began = time.monotonic()
    desk.client.insist("POST", f"/api/incidents/{key}/channel", {})
    desk.tick(key)
    wait_until(lambda: desk.alerts_of(key), "the page", desk.patience)
    desk.require_within(PAGED_WITHIN, since=began)
    wait_until(lambda: _channels_of(desk, key), "another channel", BACK_WITHIN)
    desk.wait_for_page(key)
    assert len(_channels_of(desk, key)) == 1, _channels_of(desk, key)


def revokes_the_token(desk: Desk) -> None:
    """Told in words; with a good token the next cry is answered as ever."""
    desk.slack.revoked.add(A_TOKEN)
    try:
        channel = _cry(desk)
        _require_refused(desk, channel, "token")
    finally:
        desk.slack.revoked.clear()
    after = _cry(desk)
    _require_told(desk, after)


def is_away_for_an_hour(desk: Desk) -> None:
    """The web is whole and pages go out; on its return Slack gets one summary."""
    with _slack(desk, always=server.close()):
        channel = _cry(desk)
        _wait_until_taken(desk, desk.opened_by(channel))
        for passed in range(EVERY, AN_HOUR, EVERY):
            desk.set_clock(passed)
            _ask_again(desk, channel, passed)
        key = desk.declare()
        desk.tick(key)
        desk.wait_for_page(key)
        desk.set_clock(AN_HOUR)
        time.sleep(UNTIL_FOLDED)
    desk.set_clock(AN_HOUR + A_MINUTE)
    wait_until(lambda: _tells_it_was_away(desk, channel), "the summary", BACK_WITHIN)
    desk.wait_until_settled(desk.opened_by(channel), LONGEST_PAUSE)
    _require_once(desk, channel)
    posts = desk.stands_in(channel)
    assert len(posts) <= MOST_POSTS_ON_RETURN, [message["text"] for message in posts]
    assert sum(_is_summary(message) for message in posts) == 1
    desk.recover()


def _wait_until_taken(desk: Desk, key: str) -> None:
    """Else the clock is set while the answer is read, and the page is overdue at once."""
    took = "PagerDuty took the page"
    wait_until(lambda: any(took in line["text"] for line in desk.lines(key)), took)


def _ask_again(desk: Desk, channel: str, passed: int) -> None:
    """In the thread, so many seconds later. The clock goes on when the desk has read it."""
    words = f"Anyone? {passed}"
    reply = a_cry(channel, words, ts=_ts(passed), thread_ts=_ts(1))
    assert desk.tell(reply, ahead=timedelta(seconds=passed)) == 200
    key = desk.opened_by(channel)
    wait_until(lambda: any(words in line["text"] for line in desk.lines(key)), words)


@contextmanager
def _slack(desk: Desk, *, always: server.Fault) -> Iterator[None]:
    """Slack answers like this to everything while it lasts."""
    desk.slack.always = always
    try:
        yield
    finally:
        desk.slack.always = None


def _cry(desk: Desk) -> str:
    channel = desk.hang_a_cord(grace_seconds=0)
    _cry_in(desk, channel)
    return channel


def _cry_in(desk: Desk, channel: str) -> None:
    """The page does not wait for Slack."""
    began = time.monotonic()
    assert desk.tell(a_cry(channel, ts=_ts(1))) == 200
    key = desk.opened_by(channel)
    wait_until(lambda: desk.alerts_of(key, f"rule-{channel}"), "the page", desk.patience)
    desk.require_within(PAGED_WITHIN, since=began)


def _require_told(desk: Desk, channel: str, words: str = "") -> None:
    """The receipt stands in the channel, and reads so in the end."""

    def is_told() -> bool:
        return any(words in message["text"].lower() for message in desk.stands_in(channel))

    wait_until(is_told, f"{words or 'something'} to stand in {channel}", BACK_WITHIN)
    require_one_cry(desk, channel)


def _require_refused(desk: Desk, channel: str, why: str) -> None:
    require_one_cry(desk, channel)
    refused = [
        line["text"]
        for line in desk.lines(desk.opened_by(channel))
        if line["kind"] == "post_refused"
    ]
    assert any(why in text for text in refused), refused


def _require_once(desk: Desk, channel: str) -> None:
    """No post with the same intent stands there twice."""
    told = [m["metadata"]["event_payload"] for m in desk.stands_in(channel) if "metadata" in m]
    assert len(told) == len({str(each) for each in told}), told


def _tells_it_was_away(desk: Desk, channel: str) -> bool:
    return any(_is_summary(message) for message in desk.stands_in(channel))


def _is_summary(message: dict[str, object]) -> bool:
    return "Slack was away" in str(message)


def _channels_of(desk: Desk, key: str) -> list[str]:
    """Those that the desk made for this incident."""
    with desk.slack.lock:
        ours = [c.name for c in desk.slack.channels.values() if c.creator == OUR_MEMBER]
    return [name for name in ours if name.startswith(f"{key.lower()}-")]


def _ts(second: int) -> str:
    return f"{START + second}.000100"
