"""The plot of docs/scaling.md: `python plot.py RESULT.json PLOT.svg`, with a Python that has matplotlib."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot


def main(result: Path, picture: Path) -> None:
    """Draw how long each case takes by the number of tasks."""
    lines: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for run in json.loads(result.read_text(encoding="utf-8"))["scaling"]["runs"]:
        lines[run["scenario"]].append((run["tasks"], run["settled_seconds"] / 60))
    # The same input gives the same file.
    mpl.rcParams["svg.hashsalt"] = "scaling"
    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    for name, points in lines.items():
        axes.loglog(*zip(*points, strict=True), marker="o", label=name)
    axes.set(
        xlabel="tasks at once", ylabel="minutes until the last is settled", title="A burst, by what limits it"
    )
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
