"""The command line: python -m localcloud start | stop | status."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from localcloud import patches, service
from localcloud.settings import Address, StartSettings, default_address

NOT_RUNNING = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 on an error, or 3 from status if not running."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.command(parsed))
    except (service.ServiceError, patches.UnknownPatchError) as error:
        print(f"localcloud: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("localcloud: interrupted", file=sys.stderr)
        return 130


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="localcloud", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    address = default_address(os.environ)

    start = commands.add_parser("start", help="start the cloud, or use one that already answers")
    start.add_argument("--lambda-python", required=True, help="a Python that has awslambdaric")
    start.add_argument("--host", default=address.host, help="default: LOCALSTACK_HOST")
    start.add_argument("--port", type=int, default=address.port, help="default: EDGE_PORT or 4566")
    start.add_argument("--timeout", type=float, default=60.0, help="seconds to wait for health")
    start.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a LocalStack variable"
    )
    start.set_defaults(command=_start)
    stop = commands.add_parser("stop", help="stop everything that start started")
    stop.set_defaults(command=_stop)
    status = commands.add_parser("status", help="show whether it runs; exit status 3 if not")
    status.set_defaults(command=_status)
    for command in (start, stop, status):
        command.add_argument("--state-dir", required=True, type=Path, help="where its files are")
    return parser


def _start(parsed: argparse.Namespace) -> int:
    patches.left_out(os.environ.get(patches.WITHOUT_VARIABLE, ""))
    settings = StartSettings(
        state_dir=parsed.state_dir.resolve(),
        lambda_python=_lambda_python(parsed.lambda_python),
        address=Address(host=parsed.host, port=parsed.port),
        timeout_seconds=parsed.timeout,
        extra=_pairs(parsed.set),
    )
    started = service.start(settings)
    if started.seconds:
        print(f"started LocalStack at {started.address.url} in {started.seconds:.1f} s")
    elif started.ours:
        print(f"LocalStack already runs at {started.address.url}")
    else:
        print(f"using the LocalStack at {started.address.url}, which is not ours")
    return 0


def _stop(parsed: argparse.Namespace) -> int:
    ended = service.stop(parsed.state_dir.resolve())
    print(f"stopped; {ended} processes ended" if ended else "not running")
    return 0


def _status(parsed: argparse.Namespace) -> int:
    record = service.running(parsed.state_dir.resolve())
    if record is None:
        print("not running")
        return NOT_RUNNING
    print(f"running at {record.address.url}, pid {record.pid}")
    return 0


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise service.ServiceError(f"--set takes NAME=VALUE, not {wrong[0]!r}")
    return {name: value for name, _, value in pairs}


def _lambda_python(given: str) -> str:
    path = shutil.which(given)
    if path is None:
        raise service.ServiceError(f"--lambda-python: {given} is not an executable file")
    # Absolute but not resolved: a virtual environment's interpreter only works as a symlink.
    path = str(Path(path).absolute())
    check = subprocess.run([path, "-c", "import awslambdaric"], capture_output=True, check=False)
    if check.returncode != 0:
        raise service.ServiceError(f"--lambda-python: {given} cannot import awslambdaric")
    return path
