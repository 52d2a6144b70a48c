"""Learns from Slack who its members are, and which of them have an account here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config import Config
from incident.delivery.rounds import Rounds
from incident.delivery.slack_access import access_of
from incident.integrations.slack import account
from incident.integrations.slack.client import Answer, Client
from incident.services import connections, directory, members, slack_connecting
from incident.storage import slack_members
from incident.storage.db import reading, transaction

# Slack lists its members twenty times a minute at most.
PAUSE = 4.0
AT_ONCE = 10
UNKNOWN = ("user_not_found", "user_not_visible")


@dataclass(frozen=True, slots=True)
class _Due:
    """Whom to ask about, whether a page of the directory is due, and whether anybody fits."""

    unasked: Sequence[str]
    page: bool
    link: bool


class Directory(Rounds):
    """One thread. Whoever was met in a channel is asked about within seconds, so that the timeline
    calls them by their name; everybody else within a day. Nothing waits for it."""

    def __init__(self, config: Config, *, clock: Callable[[], datetime]) -> None:
        super().__init__("directory", "the directory of Slack", pause=PAUSE, patience=10)
        self._config, self._clock = config, clock
        self._not_before: datetime | None = None
        self._client: Client | None = None

    def stop(self) -> None:
        """Whatever Slack is being asked just now is given up."""
        super().stop()
        client = self._client
        if client is not None:
            client.hang_up()

    def turn(self) -> bool:
        """Whatever is due. Says whether there was anything."""
        due = self._due()
        if due.link:
            self._link()
        access = access_of(self._config)
        if not access.can_post or not (due.unasked or due.page) or self._is_to_wait():
            return due.link
        with account.calling(self._config.slack_api_url, access.bot_token) as client:
            self._client = client
            team = self._team(client, anew=due.page)
            if team and due.unasked:
                self._ask_about(client, due.unasked, team)
            if team and due.page and not self._is_to_wait():
                self._read_a_page(client, team)
        self._client = None
        return True

    def _due(self) -> _Due:
        with reading() as session:
            return _Due(
                unasked=slack_members.unasked(session, AT_ONCE),
                page=directory.is_due(session, at=self._clock()),
                link=bool(slack_members.linkable(session)),
            )

    def _team(self, client: Client, *, anew: bool) -> str:
        """Our workspace, asked for where it is not known, and `anew` whenever a list begins."""
        with reading() as session:
            settings = connections.settings_of(session, connections.SLACK)
        known = str(settings.get("workspace", {}).get("team", ""))
        begins = anew and not settings.get("directory", {}).get("cursor")
        if known and not begins:
            return known
        answer = client.ask("auth.test")
        if not answer.ok:
            self._wait(answer)
            return ""
        found = account.workspace(answer)
        with transaction() as session:
            slack_connecting.remember_workspace(session, found, at=self._clock())
        return found.team

    def _ask_about(self, client: Client, numbers: Sequence[str], team: str) -> None:
        for number in numbers:
            self.rounds += 1
            told = account.member(client, number)
            if isinstance(told, Answer) and told.error not in UNKNOWN:
                self._wait(told)
                return
            with transaction() as session:
                if isinstance(told, Answer):
                    members.nobody(session, number, at=self._clock())
                else:
                    members.learn(session, [told], team=team, at=self._clock())
                    members.link_by_address(session)

    def _read_a_page(self, client: Client, team: str) -> None:
        with transaction() as session:
            cursor = directory.take_page(session, at=self._clock())
        if cursor is None:
            return
        page, at = account.members(client, cursor), self._clock()
        with transaction() as session:
            if isinstance(page, Answer):
                lost = page.error == "invalid_cursor"
                after = timedelta() if lost else page.after
                directory.page_refused(session, after=after, at=at, anew=lost)
            else:
                members.learn(session, page.members, team=team, at=at)
                members.link_by_address(session)
                directory.page_read(session, cursor=page.cursor, at=at)

    def _link(self) -> None:
        with transaction() as session:
            members.link_by_address(session)

    def _wait(self, answer: Answer) -> None:
        """As long as Slack asks for; where it does not say, until things may have changed."""
        self._not_before = self._clock() + (answer.after or directory.AGAIN)

    def _is_to_wait(self) -> bool:
        """A moment further ahead than we ever set one is of a clock that went wrong."""
        now, until = self._clock(), self._not_before
        return until is not None and now < until <= now + directory.AGAIN
