"""The computed tables of the docs: costs, prices, measured figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmark.cost.model import TASKS, Way, prices, read, usd, ways
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PLACE = re.compile(r"(<!-- Computed by `make docs`: ([a-z-]+) -->\n).*?(<!-- End of \2 -->)", re.DOTALL)


def tables() -> dict[str, str]:
    """Return the computed parts of the docs by name."""
    by_name, all_ways = prices(), ways()
    head = [
        "| | a task | " + " | ".join(f"{count:,} a month" for count in TASKS) + " |",
        "|---|---:|---:|---:|---:|",
    ]
    rows = [
        f"| {way.name} | ${way.task_usd(by_name):.7f} | "
        + " | ".join(_money(way.month_usd(count, by_name)) for count in TASKS)
        + " |"
        for way in all_ways
    ]
    return {
        "months": "\n".join([*head, *rows]),
        "million": _million(all_ways, by_name),
        "parts": _parts(all_ways[0], by_name),
        "break-even": _break_even(all_ways, by_name),
        "prices": _prices(),
        "measured": _measured(),
    }


def _million(all_ways: list[Way], by_name: Mapping[str, float]) -> str:
    rows = [
        f"| {way.name} | ${way.task_usd(by_name) * 1_000_000:.0f} | {_money(usd(way.month, by_name))} |"
        for way in all_ways[:5]
    ]
    return "\n".join(["| | a million tasks | a month without one |", "|---|---:|---:|", *rows])


def _parts(way: Way, by_name: Mapping[str, float]) -> str:
    described = read("prices.json")["prices"]
    names = dict.fromkeys([*way.task, *way.month])
    rows = [
        f"| {described[name]['of']} | {_count(way.task.get(name, 0))} | ${way.task.get(name, 0) * price:.8f} "
        f"| {_money(way.month.get(name, 0) * price)} |"
        for name, price in ((name, by_name[name]) for name in names)
    ]
    return "\n".join(["| | units a task | a task | a month anyway |", "|---|---:|---:|---:|", *rows])


def _break_even(all_ways: list[Way], by_name: Mapping[str, float]) -> str:
    requests, logs, poll = all_ways[:3]
    lines = []
    for other in (requests, logs):
        fixed = usd(poll.month, by_name) - usd(other.month, by_name)
        tasks = fixed / (other.task_usd(by_name) - poll.task_usd(by_name))
        lines.append(
            f"`poll` is cheaper than {other.name} from about {round(tasks, -4):,.0f} tasks a month on."
        )
    return "\n".join(lines)


def _prices() -> str:
    document = read("prices.json")
    rows = [
        f"| {price['of']} | ${price['usd']:.10f}".rstrip("0").rstrip(".") + f" | <{price['source']}> |"
        for price in document["prices"].values()
    ]
    head = [
        f"{document['note']} Region {document['region']}, {document['date']}.",
        "",
        "| | | source |",
        "|---|---:|---|",
    ]
    return "\n".join([*head, *rows])


def _measured() -> str:
    document = read("measured.json")
    rows = [
        f"| {part} | {name.replace('_', ' ')} | {value:,} |"
        for part, figures in document.items()
        if isinstance(figures, dict)
        for name, value in figures.items()
    ]
    head = [f"{document['date']}, {document['machine']}. {document['how']}", "", "| | | |", "|---|---|---:|"]
    return "\n".join([*head, *rows])


def _money(usd: float) -> str:
    return f"${usd:,.2f}" if usd < 100 else f"${usd:,.0f}"


def _count(units: float) -> str:
    return f"{units:.8f}".rstrip("0").rstrip(".") if units else "0"


def documents(root: Path) -> list[Path]:
    """Return the documents that have computed parts."""
    return [
        file
        for file in [root / "README.md", *sorted((root / "docs").glob("*.md"))]
        if _PLACE.search(file.read_text())
    ]


def write(document: Path) -> bool:
    """Update the computed parts of a document; return whether that changed it."""
    before = document.read_text(encoding="utf-8")
    after = updated(before)
    if after != before:
        document.write_text(after, encoding="utf-8")
    return after != before


def updated(text: str) -> str:
    """Return a document's text with the computed parts filled in."""
    computed = tables()

    def fill(match: re.Match[str]) -> str:
        if match[2] not in computed:
            raise OperationError(f"nothing is computed for {match[2]!r}; there are: {', '.join(computed)}")
        return f"{match[1]}\n{computed[match[2]]}\n\n{match[3]}"

    return _PLACE.sub(fill, text)
