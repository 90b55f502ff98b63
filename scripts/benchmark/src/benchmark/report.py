"""The documents based on a result, from the templates beside this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmark import places
from benchmark.cost.per_million import MEMORY_MB, MEMORY_OF_A_CORE_MB
from benchmark.model import Scenario
from benchmark.scaling import ADVICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LONG_SECONDS, VERY_LONG_SECONDS = 120, 7_200


def benchmarks(result: Mapping[str, Any]) -> str:
    """Return docs/benchmarks.md."""
    emulator = result["latency"]["emulator"]["calls_ms"]
    reconciler = result["reconciler"]
    return _fill(
        "benchmarks",
        result,
        targets_table=targets(result),
        burst_table=_burst(result["burst"]["contestants"]),
        reconciler_calls=", ".join(f"{count:,} {name}" for name, count in reconciler["calls"].items()),
        reconciler_512=reconciler["cpu_seconds"] * MEMORY_OF_A_CORE_MB / MEMORY_MB,
        latency_table=_latency(result["latency"]),
        emulator_calls=", ".join(f"{name} takes {value:.0f} ms" for name, value in emulator.items()),
        cost_table=_table(
            ("a million tasks", "USD"),
            ((name, f"{usd:.2f}") for name, usd in result["cost"]["usd_per_million"].items()),
        ),
    )


def scaling(result: Mapping[str, Any]) -> str:
    """Return docs/scaling.md."""
    runs = result["scaling"]["runs"]
    sizes = sorted({run["tasks"] for run in runs})
    by_key = {(run["scenario"], run["tasks"]): run for run in runs}

    def row(name: str) -> Sequence[str]:
        binding = by_key[name, sizes[-1]]["binding"]
        durations = (_duration(by_key[name, size]["settled_seconds"]) for size in sizes)
        return (name, *durations, binding, ADVICE[binding])

    head = ("case", *(f"{size:,} tasks" for size in sizes), "what binds", "ask AWS to raise")
    table = _table(head, map(row, dict.fromkeys(run["scenario"] for run in runs)))
    return _fill("scaling", result, scaling_table=table, max_dispatchers=Scenario.max_dispatchers)


def targets(result: Mapping[str, Any]) -> str:
    """Return the table of targets."""
    return _table(
        ("what", "measured", "target", "met"),
        (
            (one["name"], f"{one['value']:.2f}", one["limit"], "yes" if one["is_met"] else "**no**")
            for one in result["targets"]
        ),
    )


def _burst(contestants: Mapping[str, Any]) -> str:
    ours = contestants["dispatcher"]["tasks_per_second"]
    rows = (
        (
            name,
            f"{one['tasks_per_second'] / ours:.2f}",
            f"{one['tasks_per_second']:.0f}",
            f"{one['cpu_ms_per_task']:.2f}",
            f"{one['calls_per_task']:.1f}",
            str(one["lost"]),
        )
        for name, one in contestants.items()
    )
    return _table(("one process", "of ours", "tasks/s", "CPU ms/task", "calls/task", "lost"), rows)


def _latency(latency: Mapping[str, Any]) -> str:
    native = latency["native"]["warm"]["p50_ms"]
    rows = (
        (
            name,
            heat,
            f"{one[heat]['p50_ms'] / native:.2f}",
            *(f"{one[heat][key]:.0f}" for key in ("p50_ms", "p95_ms", "p99_ms")),
            str(one[heat]["count"]),
        )
        for name, one in latency.items()
        for heat in ("warm", "cold")
        if heat in one
    )
    return _table(("way", "", "of native", "p50 ms", "p95 ms", "p99 ms", "times"), rows)


def _fill(template: str, result: Mapping[str, Any], **more: Any) -> str:
    text = (places.PACKAGE / "templates" / f"{template}.md").read_text(encoding="utf-8")
    return text.format(**result, **more)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _duration(seconds: float) -> str:
    if seconds < LONG_SECONDS:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < VERY_LONG_SECONDS else f"{seconds / 3600:.1f} h"
