"""What Prometheus reads: counted in the database, so any of several processes may answer."""

import hmac
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from flask import Blueprint, Response, current_app, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from config import Config
from incident import clock
from incident.delivery import bell
from incident.rules.incidents import MODES, SEVERITIES
from incident.storage import figures
from incident.storage.db import reading
from incident.storage.figures import Counts, Figures

INTEGRATIONS = ("pagerduty", "slack", "email")
DELIVERY_STATES = ("due", "sending", "sent", "refused", "not_sent", "superseded")
PAGE_STATES = (
    *("promised", "accepted", "seen", "notified", "acknowledged"),
    *("refused", "not_sent", "superseded", "exhausted", "resolved"),
)
QUANTILES = (0.5, 0.95, 1.0)
FORWARDED = ("Forwarded", "X-Forwarded-For")
ONLY_HERE = "Without METRICS_TOKEN only this machine itself may read this."


def hang(bp: Blueprint) -> None:
    bp.add_url_rule(
        "/metrics",
        "metrics_show",
        view_func=show,
        methods=["GET"],
        provide_automatic_options=False,
    )


def show() -> Response:
    """Everything that can be counted, at this moment."""
    _require_watchman()
    with reading() as session:
        found = figures.at(session, clock.now())
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Counted(found, streams=bell.HUB.count()))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=content_type)


def _require_watchman() -> None:
    """By the token; and where there is none, by being here. A proxy's callers are not here."""
    config: Config = current_app.config["DESK"]
    if config.metrics_token:
        kind, _, sent = request.headers.get("Authorization", "").partition(" ")
        good = hmac.compare_digest(sent.strip().encode(), config.metrics_token.encode())
        if kind.lower() != "bearer" or not good:
            challenge = WWWAuthenticate("bearer", {"realm": "incident desk"})
            raise Unauthorized("Send METRICS_TOKEN as a bearer token.", www_authenticate=challenge)
    elif not _is_from_here():
        raise Forbidden(ONLY_HERE)


def _is_from_here() -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, eq=False)
class Counted(Collector):
    """The figures in Prometheus's words."""

    found: Figures
    streams: int

    def collect(self) -> Iterator[Metric]:
        found = self.found
        yield from self._of_the_outbox()
        yield from self._of_pages()
        yield _gauge("timers_overdue", "Timers that should have fired", found.timers_overdue)
        yield _gauge("oldest_timer_seconds", "How late the latest timer is", found.oldest_timer)
        yield _gauge("workers", "Workers that gave a sign of life within 15 s", found.workers)
        beat = math.inf if found.beat is None else found.beat
        yield _gauge("worker_beat_age_seconds", "Since a worker's last sign of life", beat)
        jumped = "By how much a worker's clock jumped within the last day"
        yield _gauge("clock_jump_seconds", jumped, found.jumped)
        yield _gauge("signals_failed", "Messages that could not be read", found.signals_failed)
        unread = "Since the oldest message came that is not read yet"
        yield _gauge("oldest_signal_seconds", unread, found.oldest_signal or 0)
        here = "Screens that listen to the process that answered this"
        yield _gauge("streams_here", here, self.streams)
        yield from self._of_proofs()
        yield from self._of_slack()
        counts: Counts = {(severity, mode): 0 for severity in SEVERITIES for mode in MODES}
        counts |= found.incidents
        yield _gauges("open_incidents", "Incidents not over", ("severity", "mode"), counts)

    def _of_the_outbox(self) -> Iterator[Metric]:
        counts: Counts = {(name, state): 0 for name in INTEGRATIONS for state in DELIVERY_STATES}
        counts |= self.found.deliveries
        yield _gauges("deliveries", "Rows of the outbox", ("integration", "state"), counts)
        oldest = "Since the oldest unsent word to PagerDuty was promised"
        yield _gauge("oldest_due_page_seconds", oldest, self.found.oldest_page or 0)

    def _of_pages(self) -> Iterator[Metric]:
        found = self.found
        counts: Counts = {(state,): found.pages.get(state, 0) for state in PAGE_STATES}
        yield _gauges("pages", "Pages ever asked for", ("state",), counts)
        yield _gauge("page_alarms", "Pages that ever raised an alarm", found.alarms)
        standing = "Pages that raised an alarm and still look for somebody"
        yield _gauge("page_alarms_standing", standing, found.alarms_standing)
        accept = "Until PagerDuty took a page: the pages of the last day"
        yield _summary("page_accept_seconds", accept, found.accept)
        answer = "Until somebody answered a page: the pages of the last day"
        yield _summary("page_answer_seconds", answer, found.answer)

    def _of_proofs(self) -> Iterator[Metric]:
        found = self.found
        yield _gauge("proofs_failed", "Checks of the pager's path that fail", found.proofs_failed)
        oldest = "Since the check that was made longest ago"
        yield _gauge("oldest_proof_seconds", oldest, found.oldest_proof)
        heard = "Since a test event last came back"
        yield _gauge("path_heard_seconds", heard, found.path_heard)

    def _of_slack(self) -> Iterator[Metric]:
        slack = self.found.slack
        degraded = "For how long Slack has taken nothing, or too little; 0 when it takes all"
        yield _gauge("slack_degraded_seconds", degraded, slack.degraded)
        yield _gauge("slack_sockets", "Sockets through which Slack is heard", slack.sockets)
        oldest = "Since the oldest unsent word to Slack was promised"
        yield _gauge("oldest_due_slack_seconds", oldest, slack.oldest_due)
        unheard = "Armed channels where a cry for help does not reach the desk"
        yield _gauge("slack_rules_unheard", unheard, slack.unheard)
        swept = "Since an armed channel was last read again"
        yield _gauges("slack_sweep_age_seconds", swept, ("channel", "name"), slack.swept)


def _gauge(name: str, words: str, value: float | None) -> Metric:
    """Without a value it is named and has no sample: there is nothing to tell."""
    metric = GaugeMetricFamily(f"incident_{name}", f"{words}.")
    if value is not None:
        metric.add_metric((), value)
    return metric


def _gauges(
    name: str, words: str, labels: Sequence[str], counts: Mapping[tuple[str, ...], float]
) -> Metric:
    metric = GaugeMetricFamily(f"incident_{name}", f"{words}.", labels=labels)
    for values, count in counts.items():
        metric.add_metric(values, count)
    return metric


def _summary(name: str, words: str, seconds: Sequence[float]) -> Metric:
    """`seconds` are sorted. Not for rate(): what is older than a day drops out again."""
    metric = Metric(f"incident_{name}", f"{words}.", "summary")
    for quantile in QUANTILES if seconds else ():
        value = seconds[min(int(quantile * len(seconds)), len(seconds) - 1)]
        metric.add_sample(metric.name, {"quantile": str(quantile)}, value)
    metric.add_sample(f"{metric.name}_count", {}, len(seconds))
    metric.add_sample(f"{metric.name}_sum", {}, sum(seconds))
    return metric
