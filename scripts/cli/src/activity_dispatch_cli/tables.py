"""Open tasks as a table, as wide and as high as the terminal."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from activity_dispatch_cli.open_tasks import Open, OpenTask
from activity_dispatch_cli.texts import ID_CHARACTERS, NOTHING, duration, last_part, one_line

_COLOURS = {
    "waiting": "yellow",
    "starting": "cyan",
    "queued": "yellow",
    "started": "green",
    "failed": "red",
    "cancelled": "magenta",
    "succeeded": "blue",
}
# By importance: a narrow terminal has the first ones only. The width is the most that a column takes.
_COLUMNS = (
    ("state", 20),
    ("task", ID_CHARACTERS),
    ("activity", 24),
    ("age", 11),
    ("progress", 24),
    ("backend", 20),
    ("execution", 36),
    ("job", 36),
)
_GAP = 2


@dataclass(frozen=True, kw_only=True)
class Screen:
    """The open tasks below a line that says what they are of, and above the totals.

    `height` is the number of lines that there are; None: as many as needed.
    """

    title: str
    open: Open
    height: int | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render it: the table is cut, header and totals never are."""
        below = self._below()
        shown = len(self.open.tasks)
        if self.height is not None:
            # Without the title, the headings and a line for how many there are more.
            room = max(1, self.height - 2 - len(below))
            if shown > room:
                shown = max(1, room - 1)
        parts: list[RenderableType] = [Text(self.title, style="bold", no_wrap=True, overflow="ellipsis")]
        if self.open.tasks:
            parts.append(_table(self.open.tasks[:shown], options.max_width))
        if more := len(self.open.tasks) - shown:
            parts.append(Text(f"+{more} more", style="dim"))
        yield Group(*parts, *below)

    def _below(self) -> list[RenderableType]:
        counts = self.open.totals.items()
        count = len(self.open.tasks)
        total = f"{count} open task{'s' if count != 1 else ''}" if count else "No open tasks"
        line = Text(no_wrap=True, overflow="ellipsis").append(total, style="bold")
        for number, (state, tasks) in enumerate(counts):
            line.append(": " if number == 0 else ", ").append(f"{tasks} {state}", style=_colour(state))
        waiting = [
            Text(f"{name}: {used} slots used, {tasks} tasks wait", no_wrap=True, overflow="ellipsis")
            for name, (used, tasks) in self.open.waiting.items()
        ]
        problems = [
            Text(problem, style="red", no_wrap=True, overflow="ellipsis") for problem in self.open.problems
        ]
        return [line, *waiting, *problems]


def _table(tasks: tuple[OpenTask, ...], width: int) -> Table:
    rows = [_cells(task) for task in tasks]
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    left = width
    names: list[str] = []
    for name, most in _COLUMNS:
        needed = min(most, max(len(name), *(len(row[name]) for row in rows)))
        if needed > left and names:
            break
        left -= needed + _GAP
        names.append(name)
        table.add_column(name.upper(), no_wrap=True, overflow="ellipsis", width=needed)
    for row in rows:
        table.add_row(
            *(Text(row[name], style=_colour(row["state"]) if name == "state" else "") for name in names)
        )
    return table


def _cells(task: OpenTask) -> dict[str, str]:
    return {
        "state": task.state,
        "task": task.task_id[:ID_CHARACTERS],
        "activity": task.activity,
        "age": duration(task.age_seconds),
        "progress": one_line(task.progress),
        "backend": task.backend if task.attempt == 1 else f"{task.backend}, attempt {task.attempt}",
        "execution": last_part(task.execution_arn),
        "job": last_part(task.job_id, "/"),
    }


def _colour(state: str) -> str:
    return _COLOURS.get(state.partition(",")[0], "")


def plain_lines(found: Open, title: str, region: str | None) -> list[str]:
    """Return what another program or a file gets: everything, in columns as wide as their content."""
    names = [*(name for name, _ in _COLUMNS), "log"]
    rows = [[*_cells(task).values(), task.log.link(region) if task.log else NOTHING] for task in found.tasks]
    lines = [[name.upper() for name in names], *rows] if rows else []
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return [title, *table, *(str(line) for line in Screen(title=title, open=found)._below())]
