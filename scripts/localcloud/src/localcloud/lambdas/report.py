"""The lines that the Lambda service itself writes to a function's log."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil


@dataclass(frozen=True, kw_only=True)
class Report:
    """One invocation, as its log reports it. Durations are in milliseconds, memory in MiB."""

    request_id: str
    version: str
    function_log: str
    duration_ms: float
    memory_size_mb: int
    peak_memory_mb: int
    init_ms: float | None = None
    problem: str | None = None


def now() -> str:
    """Return the current time in Lambda's format: 2026-01-31T12:00:00.000Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_text(report: Report) -> str:
    """Return the log of one invocation in Lambda's plain format."""
    memory = report.peak_memory_mb or report.memory_size_mb
    init = "" if report.init_ms is None else f"\tInit Duration: {report.init_ms:.2f} ms"
    lines = [
        f"START RequestId: {report.request_id} Version: {report.version}",
        *report.function_log.splitlines(),
        *([report.problem] if report.problem else []),
        f"END RequestId: {report.request_id}",
        f"REPORT RequestId: {report.request_id}\tDuration: {report.duration_ms:.2f} ms\t"
        f"Billed Duration: {ceil(report.duration_ms)} ms\t"
        f"Memory Size: {report.memory_size_mb} MB\tMax Memory Used: {memory} MB{init}",
    ]
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """Return the log of one invocation in Lambda's JSON format: one object per line."""
    metrics = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": ceil(report.duration_ms),
        "memorySizeMB": report.memory_size_mb,
        "maxMemoryUsedMB": report.peak_memory_mb or report.memory_size_mb,
    }
    if report.init_ms is not None:
        metrics["initDurationMs"] = round(report.init_ms, 3)
    status = "failure" if report.problem else "success"
    lines = [
        _event("platform.start", {"requestId": report.request_id, "version": report.version}),
        *report.function_log.splitlines(),
        *([report.problem] if report.problem else []),
        _event(
            "platform.report",
            {"requestId": report.request_id, "metrics": metrics, "status": status},
        ),
    ]
    return "\n".join(lines) + "\n"


def _event(kind: str, record: dict[str, object]) -> str:
    return json.dumps({"time": now(), "type": kind, "record": record})
