"""The commands of `activity-dispatch`, and their options."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from activity_dispatch_cli import follow as following
from activity_dispatch_cli import interventions
from activity_dispatch_cli import show as showing
from activity_dispatch_cli import slots as using
from activity_dispatch_cli.account import Account, connect
from activity_dispatch_cli.errors import Exit, run_command
from activity_dispatch_cli.list_stacks import list_stacks
from activity_dispatch_cli.stack import Stack, find
from activity_dispatch_cli.status import status as show_status

HELP = """Look into the stacks of activity-dispatch, on AWS or on a local cloud.

Exit codes: 0 done; 1 failed, or AWS refused; 4 the call is wrong, or what it names does not exist;
130 stopped by Ctrl-C. run and follow return the execution's outcome: 0 succeeded, 1 failed,
2 timed out, 3 aborted.
"""

app = typer.Typer(
    name="activity-dispatch",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

StackName = Annotated[
    str | None,
    typer.Option(
        "--stack", "-s", envvar="ACTIVITY_DISPATCH_STACK", help="The stack's name; default: the only one."
    ),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        envvar="ACTIVITY_DISPATCH_ENDPOINT", help="URL of a local cloud. It gets no real credentials."
    ),
]
Region = Annotated[str | None, typer.Option(help="Default: as for AWS's other tools.")]
Profile = Annotated[str | None, typer.Option(help="A profile of AWS's configuration files.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]
TaskId = Annotated[
    str, typer.Argument(metavar="TASK", help="A task's id, or for an open task the beginning of it.")
]


def main() -> None:
    """Run the command line; wrong calls exit with 4, which no execution's outcome has."""
    command = typer.main.get_command(app)
    try:
        code = command.main(prog_name="activity-dispatch", standalone_mode=False)
    except typer.Abort:
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader, such as `head`, has what it wants; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.FAILED
    except Exception as error:
        # Typer and Click have no common class for a wrong call that both export.
        if not hasattr(error, "exit_code") or not hasattr(error, "show"):
            raise
        error.show()
        code = Exit.USAGE
    sys.exit(code)


def _console() -> Console:
    return Console(highlight=False)


def _in_account(
    command: Callable[[Account], int], region: str | None, profile: str | None, endpoint: str | None
) -> int:
    return run_command(lambda: command(connect(region=region, profile=profile, endpoint=endpoint)))


def _with_stack(
    command: Callable[[Stack], int],
    name: str | None,
    region: str | None,
    profile: str | None,
    endpoint: str | None,
) -> int:
    return _in_account(lambda account: command(find(account, name)), region, profile, endpoint)


@app.command()
def stacks(
    *, region: Region = None, profile: Profile = None, endpoint: Endpoint = None, as_json: AsJson = False
) -> int:
    """List the stacks of the account's region."""
    return _in_account(
        lambda account: list_stacks(account, _console(), as_json=as_json), region, profile, endpoint
    )


@app.command()
def status(
    *,
    watch: Annotated[bool, typer.Option(help="Refresh every two seconds, until Ctrl-C.")] = False,
    as_json: AsJson = False,
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """List the open tasks, oldest first. In a terminal the table fits it."""

    def command(found: Stack) -> int:
        return show_status(found, _console(), watch=watch, as_json=as_json)

    return _with_stack(command, stack, region, profile, endpoint)


@app.command()
def show(
    task: TaskId,
    *,
    as_json: AsJson = False,
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """Show what happened to a task: its steps, its attempts, why it failed, where its log is."""

    def command(found: Stack) -> int:
        return showing.show(found, task, as_json=as_json)

    return _with_stack(command, stack, region, profile, endpoint)


@app.command()
def logs(
    task: TaskId,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the task ends.")] = False,
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """Print the log of a task's job."""

    def command(found: Stack) -> int:
        return showing.logs(found, task, follow=follow)

    return _with_stack(command, stack, region, profile, endpoint)


@app.command()
def run(
    machine: Annotated[str, typer.Argument(metavar="MACHINE", help="Name or ARN of a state machine.")],
    *,
    document: Annotated[str, typer.Option("--input", "-i", help="JSON, @FILE, or @- for stdin.")] = "{}",
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """Start an execution and follow it: its events, its jobs, their progress and their logs."""

    def command(found: Stack) -> int:
        return following.run(found, machine, document)

    return _with_stack(command, stack, region, profile, endpoint)


@app.command()
def follow(
    execution: Annotated[str, typer.Argument(metavar="EXECUTION", help="ARN of an execution.")],
    *,
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """Follow an execution that runs, or tell what happened in one that has ended."""

    def command(found: Stack) -> int:
        return following.follow(found, execution)

    return _with_stack(command, stack, region, profile, endpoint)


@app.command()
def cancel(
    task: TaskId,
    *,
    reason: Annotated[str, typer.Option(help="For the cause of the error.")] = "cancelled by hand",
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """End an open task as Job.Cancelled, and stop its job. Its state may catch the error or retry it."""

    def command(found: Stack) -> int:
        return interventions.cancel(found, task, reason)

    return _with_stack(command, stack, region, profile, endpoint)


@app.command()
def missed(
    activity: Annotated[str, typer.Argument(metavar="ACTIVITY", help="Name or ARN of an activity.")],
    *,
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """Look now for an activity's tasks that nobody announced, as the reconciler does every 15 minutes."""

    def command(found: Stack) -> int:
        return interventions.look_for_missed(found, activity)

    return _with_stack(command, stack, region, profile, endpoint)


@app.command()
def slots(
    *,
    as_json: AsJson = False,
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """List who holds how many slots, and who waits."""

    def command(found: Stack) -> int:
        return using.slots(found, _console(), as_json=as_json)

    return _with_stack(command, stack, region, profile, endpoint)


@app.command()
def timeline(
    execution: Annotated[
        str | None, typer.Argument(metavar="[EXECUTION]", help="ARN of an execution.")
    ] = None,
    *,
    last: Annotated[
        str | None, typer.Option(help="All tasks of this time: 30m, 1h, 2d. Reads the whole table.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path(
        "timeline.html"
    ),
    stack: StackName = None,
    region: Region = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
) -> int:
    """Write a page that shows what happened: a bar for each task, slots in use, outcomes."""

    def command(found: Stack) -> int:
        # Imported here: the other commands start faster.
        from activity_dispatch_cli.timeline.command import timeline as write

        return write(found, execution, last, output)

    return _with_stack(command, stack, region, profile, endpoint)
