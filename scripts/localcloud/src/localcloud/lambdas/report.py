"""The lines that the Lambda service itself writes to a function's log, in its two formats."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil


@dataclass(frozen=True, kw_only=True)
class Report:
    """An invocation that has ended. Durations are in milliseconds, memory in MiB."""

    request_id: str
    duration_ms: float
    memory_size_mb: int
    peak_memory_mb: int
    init_ms: float | None = None
    problem: str | None = None


def now() -> str:
    """Return the current time in Lambda's format: 2026-01-31T12:00:00.000Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def start(request_id: str, version: str, *, is_json: bool) -> str:
    """Return the first line of an invocation's log."""
    if is_json:
        return _event("platform.start", {"requestId": request_id, "version": version})
    return f"START RequestId: {request_id} Version: {version}\n"


def end(report: Report, *, is_json: bool) -> str:
    """Return the last lines of an invocation's log."""
    problem = f"{report.problem}\n" if report.problem else ""
    return problem + (_json_end(report) if is_json else _text_end(report))


def _text_end(report: Report) -> str:
    memory = report.peak_memory_mb or report.memory_size_mb
    init = "" if report.init_ms is None else f"\tInit Duration: {report.init_ms:.2f} ms"
    return (
        f"END RequestId: {report.request_id}\n"
        f"REPORT RequestId: {report.request_id}\tDuration: {report.duration_ms:.2f} ms\t"
        f"Billed Duration: {ceil(report.duration_ms)} ms\t"
        f"Memory Size: {report.memory_size_mb} MB\tMax Memory Used: {memory} MB{init}\n"
    )


def _json_end(report: Report) -> str:
    metrics = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": ceil(report.duration_ms),
        "memorySizeMB": report.memory_size_mb,
        "maxMemoryUsedMB": report.peak_memory_mb or report.memory_size_mb,
    }
    if report.init_ms is not None:
        metrics["initDurationMs"] = round(report.init_ms, 3)
    status = "failure" if report.problem else "success"
    record = {"requestId": report.request_id, "metrics": metrics, "status": status}
    return _event("platform.report", record)


def _event(kind: str, record: Mapping[str, object]) -> str:
    return json.dumps({"time": now(), "type": kind, "record": record}) + "\n"
