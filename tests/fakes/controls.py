"""A page on which a visitor sees what the stand-ins received, and plays the other side."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader

from incident.rules.slack_manifest import SHORTCUTS
from tests.fakes import screen, server
from tests.fakes.hands import REACTION, Hands, NoSuchThing
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.server import Answer, FakeServer, Fault, Request
from tests.fakes.slack import FakeSlack

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
        self.app_url = app_url.rstrip("/")
        self.hands = Hands(slack, self.app_url, signing_secret)
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
            ("POST", "/people"): self._become,
            ("POST", "/presses"): self._press,
            ("POST", "/shortcuts"): self._choose,
            ("GET", "/dialog"): self._show_dialog,
            ("POST", "/dialog"): self._fill_in,
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
        if view is None:
            return self._page("missing.html", status=404)
        try:
            return view(request)
        except NoSuchThing:
            return self._page("missing.html", status=422 if request.path == "/messages" else 404)

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
            places=screen.places_of(self.slack),
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
            channels=screen.channels_of(self.slack, newest=NEWEST),
            whispers=screen.whispers_of(self.slack),
            dialogs=screen.dialogs_of(self.slack),
            shortcuts=[(each["callback_id"], each["name"]) for each in SHORTCUTS],
            reaction=REACTION,
            people=self.slack.users,
            person=self.hands.person,
            told=self.told,
        )

    def _post_message(self, request: Request) -> Answer:
        form = _form(request)
        text, place = form.get("text", "").strip(), form.get("place", "C0EMERGENCY")
        if not text:
            raise NoSuchThing("text")
        user = form.get("user", "")
        if form.get("ts"):
            self.hands.recall(text, user=user, place=place, ts=form["ts"])
            return _back_to("/")
        self._remember(self.hands.write(text, user=user, place=place, at=request.at))
        return _back_to("/")

    def _become(self, request: Request) -> Answer:
        """Whose hands press from now on."""
        person = _form(request).get("person", "")
        if person not in self.slack.users:
            raise NoSuchThing("person")
        self.hands.person = person
        return _back_to("/slack")

    def _press(self, request: Request) -> Answer:
        self._remember(self.hands.press(_form(request), request.at))
        return _back_to("/slack")

    def _choose(self, request: Request) -> Answer:
        self._remember(self.hands.choose(_form(request), request.at))
        return _back_to("/slack")

    def _show_dialog(self, request: Request) -> Answer:
        """Drawn anew only while it asks nothing: nobody's words are to be swept away."""
        open_ones = screen.dialogs_of(self.slack)
        if not open_ones:
            return _back_to("/slack")
        page = self._page("dialog.html", dialog=open_ones[-1], told=self.told)
        waits = all(part["kind"] == "words" for part in open_ones[-1]["parts"])
        refresh = {"Refresh": "1"} if waits else {}
        return Answer(page.status, page.body, dict(page.headers) | refresh)

    def _fill_in(self, request: Request) -> Answer:
        form = _form(request)
        view = self.slack.view(form.get("id", ""))
        if view is None or view.get("closed"):
            raise NoSuchThing("dialog")
        if form.get("act") == "close":
            self._remember(self.hands.close(view, request.at))
        else:
            values = _values(view, parse_qs(request.body.decode(), keep_blank_values=True))
            self._remember(self.hands.fill_in(view, values, request.at))
        return _back_to("/slack" if view.get("closed") else "/dialog")

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


def _values(view: dict[str, Any], given: dict[str, list[str]]) -> dict[str, Any]:
    """What was filled in, by the ids of the blocks: a list where several may be chosen."""
    asked = [block for block in view["blocks"] if block["type"] == "input"]
    kinds = {block["block_id"]: screen.KINDS.get(block["element"]["type"]) for block in asked}
    return {
        name: given.get(f"f-{name}", []) if kind == "ticks" else given.get(f"f-{name}", [""])[0]
        for name, kind in kinds.items()
    }


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
