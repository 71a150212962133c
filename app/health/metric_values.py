"""The figures of /metrics. No name, number or text of a person is in them."""

import shutil
import time
from collections.abc import Iterator, Mapping
from platform import python_version

from app.accounts.open_session_queries import count_open_sessions
from app.core.clock import now
from app.core.settings import current_settings
from app.core.slow_statements import SLOW_STATEMENTS
from app.core.version import VERSION
from app.delivery.queries.engine_figures import count_queue_by_state, list_blast_figures
from app.delivery.queries.heartbeat import load_heartbeat
from app.delivery.queries.refused_calls import find_refused_calls
from app.health.metric_text import Metric, Sample
from app.health.request_counts import list_request_counts
from app.migrations.database_backups import find_newest_backup_time
from app.sending_limits.queries.all_totals import count_texts_by_carrier

STARTED_AT = time.time()


def collect_metrics() -> Iterator[Metric]:
    """Yield the figures. Raises SQLAlchemyError and OSError."""
    yield from _collect_program()
    yield from _collect_sending()
    yield from _collect_requests()
    yield from _collect_files()
    yield from _collect_slow_statements()


def _collect_program() -> Iterator[Metric]:
    build = Sample(1, {"version": VERSION, "python": python_version()})
    yield Metric("build_info", "gauge", "The version that runs.", [build])
    started = [Sample(STARTED_AT)]
    yield Metric("process_start_time_seconds", "gauge", "When this process started.", started)


def _collect_sending() -> Iterator[Metric]:
    yield Metric(
        "texts_in_queue",
        "gauge",
        "Texts by state.",
        _build_samples(count_queue_by_state(), "state"),
    )
    figures = list_blast_figures()
    blasts = {figure.status: figure.blasts for figure in figures}
    yield Metric("blasts", "gauge", "Released blasts by state.", _build_samples(blasts, "state"))
    results = {
        "sent": sum(figure.sent for figure in figures),
        "failed": sum(figure.failed for figure in figures),
    }
    samples = _build_samples(results, "result")
    yield Metric("blast_texts", "gauge", "Texts of all blasts by result.", samples)
    samples = _build_samples(count_texts_by_carrier(), "carrier")
    yield Metric("texts_sent_total", "counter", "Texts handed to a carrier.", samples)
    heartbeat = load_heartbeat()
    if heartbeat.age_seconds is not None:
        beat = [Sample(float(heartbeat.age_seconds), {"pid": str(heartbeat.pid or "")})]
        meaning = "Seconds since the leading engine said that it is alive."
        yield Metric("engine_heartbeat_age_seconds", "gauge", meaning, beat)
    is_sending = [Sample(int(not heartbeat.outage_reason))]
    yield Metric("engine_up", "gauge", "1 while texts are sent.", is_sending)


def _collect_requests() -> Iterator[Metric]:
    samples = [
        Sample(count, {"kind": kind, "answer": code}) for kind, code, count in list_request_counts()
    ]
    yield Metric("requests_total", "counter", "Requests that this process answered.", samples)
    refused = find_refused_calls(current_settings().carrier)
    calls = [Sample(refused.count if refused else 0)]
    yield Metric("refused_calls", "gauge", "Webhooks refused since the last good one.", calls)
    sessions = [Sample(count_open_sessions(now()))]
    yield Metric("open_sessions", "gauge", "Sign-ins that have not ended.", sessions)


def _collect_files() -> Iterator[Metric]:
    database = current_settings().database_path
    sizes = []
    for kind, ending in (("database", ""), ("wal", "-wal")):
        file = database.with_name(database.name + ending)
        size = file.stat().st_size if file.exists() else 0
        sizes.append(Sample(size, {"file": kind}))
    yield Metric("file_bytes", "gauge", "Size of the database and its log.", sizes)
    free = [Sample(shutil.disk_usage(database.parent).free)]
    yield Metric("disk_free_bytes", "gauge", "Free space on the disk of the database.", free)
    newest = find_newest_backup_time(database)
    if newest is not None:
        age = [Sample((now() - newest).total_seconds())]
        yield Metric("last_backup_age_seconds", "gauge", "Age of the newest backup.", age)


def _collect_slow_statements() -> Iterator[Metric]:
    statements = SLOW_STATEMENTS.list_statements()
    counts, seconds = [], []
    for statement in statements:
        labels = {"place": statement.place, "sql": statement.sql}
        counts.append(Sample(statement.count, labels))
        seconds.append(Sample(statement.total_seconds, labels))
    yield Metric("slow_statements_total", "counter", "Slow statements of this process.", counts)
    yield Metric("slow_statement_seconds_total", "counter", "Their seconds.", seconds)


def _build_samples(values: Mapping[str, int], label: str) -> list[Sample]:
    return [Sample(value, {label: str(name)}) for name, value in sorted(values.items())]
