"""A page on which a visitor sees what the stand-ins received, and plays the other side."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader

from incident.integrations.slack.mrkdwn import escape
from tests.fakes import server
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.screen import channels_of, replies_of, threads_of
from tests.fakes.server import Answer, FakeServer, Fault, Request
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_events import a_button_press, send_event, send_press

PAGES = Path(__file__).parent / "pages"
REFRESH = 3
NEWEST = 60
POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
MOODS: dict[str, tuple[str, Fault | None]] = {
    "normal": ("Answer normally", None),
    "500": ("Answer 500", server.status(500)),
    "429": ("Answer 429, wait 30 s", server.rate_limited(30)),
    "silent": ("Say nothing", server.hang(30)),
}
TOLD = {
    0: "The desk did not answer. Is it running at {url}?",
    401: "The desk does not believe that this is Slack (401). Is the signing secret the same?",
}


class Controls(FakeServer):
    """Serves the page. Only this machine may ask, and only the page itself may press."""

    def __init__(
        self,
        port: int,
        *,
        pagerduty: FakePagerDuty,
        slack: FakeSlack,
        app_url: str,
        signing_secret: str,
    ) -> None:
        self.pagerduty, self.slack = pagerduty, slack
        self.app_url, self.signing_secret = app_url.rstrip("/"), signing_secret
        self.mood, self.told = "normal", ""
        self._pages = Environment(loader=FileSystemLoader(PAGES), autoescape=True)
        self._pages.filters["address"] = _address
        self._addresses: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/"): self._index,
            ("GET", "/page.css"): self._style,
            ("GET", "/pagerduty"): self._show_pagerduty,
            ("GET", "/slack"): self._show_slack,
            ("POST", "/messages"): self._post_message,
            ("POST", "/mood"): self._change_mood,
            ("POST", "/presses"): self._press,
            ("POST", "/answers"): self._answer_page,
        }
        super().__init__(port)

    def answer(self, request: Request) -> Answer:
        self.requests.clear()
        if not self._from_here(request):
            return Answer(
                403, b"Only this page itself may do that.", {"Content-Type": "text/plain"}
            )
        view = self._addresses.get((request.method, request.path))
        return view(request) if view else self._page("missing.html", status=404)

    def _from_here(self, request: Request) -> bool:
        here = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
        return host in here and origin in (None, f"http://{host}")

    def _index(self, _: Request) -> Answer:
        return self._page(
            "index.html",
            app_url=_address(self.app_url),
            told=self.told,
            people=self.slack.users,
            threads=threads_of(self.slack),
            mood=self.mood,
            moods={name: words for name, (words, _) in MOODS.items()},
        )

    def _style(self, _: Request) -> Answer:
        style = (PAGES / "page.css").read_bytes()
        return Answer(200, style, HEADERS | {"Content-Type": "text/css; charset=utf-8"})

    def _show_pagerduty(self, request: Request) -> Answer:
        received = self.pagerduty.received[: -NEWEST - 1 : -1]
        readable = [one for one in received if isinstance(one.event, dict)]
        alerts = self.pagerduty.alerts[: -NEWEST - 1 : -1]
        return self._inside(
            request,
            "pagerduty.html",
            received=readable,
            alerts=alerts,
            people=[user.name for user in self.pagerduty.users.values()],
        )

    def _show_slack(self, request: Request) -> Answer:
        return self._inside(
            request,
            "slack.html",
            channels=channels_of(self.slack, newest=NEWEST),
            replies=replies_of(self.slack),
            people=self.slack.users,
            told=self.told,
        )

    def _post_message(self, request: Request) -> Answer:
        form = _form(request)
        text, user = form.get("text", "").strip(), form.get("user", "")
        if not text or user not in self.slack.users:
            return self._page("missing.html", status=422)
        thread = {"thread_ts": form["thread_ts"]} if form.get("thread_ts") else {}
        name = {"user_profile": {"display_name": self.slack.users[user]}}
        told = self.slack.person_says(escape(text), user=user, **thread, **name)
        url = f"{self.app_url}/slack/events"
        status = send_event(url, told, secret=self.signing_secret, at=request.at)
        self._remember(status)
        return _back_to("/")

    def _press(self, request: Request) -> Answer:
        form = _form(request)
        channel = self.slack.channels.get(form.get("channel", ""))
        message = channel.find(form.get("ts", "")) if channel else None
        buttons = _buttons(message) if message else []
        place = int(form["button"]) if form.get("button", "").isdecimal() else -1
        if message is None or not 0 <= place < len(buttons):
            return self._page("missing.html", status=404)
        payload = a_button_press(
            buttons[place]["action_id"],
            buttons[place].get("value", ""),
            channel=form["channel"],
            ts=message["ts"],
            thread_ts=message.get("thread_ts"),
            trigger_id=f"{message['ts']}.{request.at.timestamp()}",
            response_url=f"{self.slack.url}/response/{message['ts']}",
        )
        url = f"{self.app_url}/slack/actions"
        self._remember(send_press(url, payload, secret=self.signing_secret, at=request.at))
        return _back_to("/slack")

    def _answer_page(self, request: Request) -> Answer:
        """What somebody does on their telephone, or nobody does."""
        form = _form(request)
        key, who = form.get("dedup_key", ""), form.get("who", "")
        known = [incident.alert.dedup_key for incident in self.pagerduty.incidents]
        acts = {
            "acknowledge": lambda: self.pagerduty.acknowledge(key, who),
            "resolve": lambda: self.pagerduty.resolve(key, who),
            "escalate": lambda: self.pagerduty.escalate(key),
            "exhaust": lambda: self.pagerduty.exhaust(key),
        }
        act = acts.get(form.get("act", ""))
        is_somebody = who in [user.name for user in self.pagerduty.users.values()]
        if act is None or key not in known or not is_somebody:
            return self._page("missing.html", status=422)
        act()
        return _back_to("/pagerduty")

    def _change_mood(self, request: Request) -> Answer:
        mood = _form(request).get("mood", "")
        if mood not in MOODS:
            return self._page("missing.html", status=422)
        self.mood, self.pagerduty.always = mood, MOODS[mood][1]
        return _back_to("/")

    def _remember(self, status: int) -> None:
        said = TOLD.get(status, "The desk answered {status}.")
        self.told = "" if status == 200 else said.format(status=status, url=self.app_url)

    def _inside(self, request: Request, name: str, **shown: Any) -> Answer:
        still = "still" in parse_qs(request.query)
        at = request.at.strftime("%H:%M:%S")
        page = self._page(name, still=still, at=at, every=REFRESH, **shown)
        refresh = {} if still else {"Refresh": str(REFRESH)}
        return Answer(page.status, page.body, dict(page.headers) | refresh)

    def _page(self, name: str, *, status: int = 200, **shown: Any) -> Answer:
        html = self._pages.get_template(name).render(**shown)
        return Answer(status, html.encode(), HEADERS | {"Content-Type": "text/html; charset=utf-8"})


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [block for block in message.get("blocks", []) if block["type"] == "actions"]
    return [element for row in rows for element in row["elements"]]


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(errors="replace")))


def _back_to(path: str) -> Answer:
    return Answer(303, b"", HEADERS | {"Location": path})


def _address(address: Any) -> str:
    """Only what a browser may open: somebody else wrote these."""
    try:
        scheme = urlsplit(str(address)).scheme
    except ValueError:
        return ""
    return str(address) if scheme in ("http", "https") else ""
