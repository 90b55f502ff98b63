"""`python -m operations COMMAND`: what the Makefile's targets call.

Exit codes: 0 done; 1 failed; 4 wrongly called or not possible as things are; 130 stopped by Ctrl-C or TERM.
`run` has the execution's outcome: 0 succeeded, 1 failed, 2 timed out, 3 aborted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, override

from botocore.exceptions import BotoCoreError, ClientError

from operations import cost_tables, images, interrupts, local, outputs, paths, pipeline, zips
from operations.bootstrap import bootstrap
from operations.demo import demo
from operations.demo_training import demo_training
from operations.environment import WORKER
from operations.errors import OperationError
from operations.measure import measure
from operations.release import release
from operations.run import run
from operations.status import status

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED = 1
USAGE = 4
INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """argparse's own code for a wrong call is 2, which is `run`'s code for an execution that timed out."""

    @override
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.format_usage()}{self.prog}: {message}\n")


def main() -> int:
    options = _parser().parse_args()
    interrupts.stop_on_signals()
    command: Callable[[argparse.Namespace], int] = options.command
    error_code: int = options.error_code
    try:
        return command(options)
    except OperationError as error:
        if error.detail:
            print(error.detail, file=sys.stderr)
        print(f"Error: {error}", file=sys.stderr)
        return error_code
    except (BotoCoreError, ClientError) as error:
        print(f"Error: AWS or the local cloud refused: {error}", file=sys.stderr)
        return error_code
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> Parser:
    parser = Parser(prog="python -m operations", description="What the Makefile's targets call.")
    parser.set_defaults(error_code=FAILED)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    add("zip", _zip, "build the zip of one function").add_argument("destination", type=Path)
    add("local-up", _local_up, "start the local cloud and deploy the stack to it")
    add("local-down", _local_down, "stop the local cloud")
    add("demo", lambda _: demo(), "everything once on a local cloud")
    add("demo-training", lambda _: demo_training(), "a sweep of trainings on a local cloud")
    for part in (_add_images, _add_environments, _add_docs, _add_status):
        part(add)
    follow = add("run", lambda options: run(options.env, options.backend, options.input), "start and follow")
    follow.set_defaults(error_code=USAGE)
    follow.add_argument("--env", default=outputs.LOCAL)
    follow.add_argument("--backend", default="lambda")
    follow.add_argument("--input", default="", help="JSON or @file; a text of ours when it is left out")
    return parser


def _add_environments(add: Callable[..., argparse.ArgumentParser]) -> None:
    for name, command, text in (
        ("bootstrap", _bootstrap, "make state bucket and registries"),
        ("plan", _plan, "write and show a plan"),
        ("apply", _apply, "apply the plan that was written"),
        ("deploy", _deploy, "test, build, push, plan and apply"),
        ("destroy", _destroy, "remove everything an environment holds"),
    ):
        sub = add(name, command, text)
        sub.add_argument("--env", default=outputs.LOCAL)
        if name == "deploy":
            sub.add_argument("--base", default="", help="what images are built on")
    packages = add("release", _release, "write the zips and packages.json for other repositories")
    packages.add_argument("--bucket", default="")
    packages.add_argument("--prefix", default="")


def _add_docs(add: Callable[..., argparse.ArgumentParser]) -> None:
    add("docs", _docs, "write what the docs take from other files")
    add("measure", lambda _: measure(), "measure what docs/cost.md is computed from, on the local cloud")


def _add_images(add: Callable[..., argparse.ArgumentParser]) -> None:
    build = add("images", _images, "build the container images")
    build.add_argument("--base", default="", help="what they are built on; packed: this machine's Python")
    build.add_argument("--or-packed", action="store_true", help="packed where the usual base is out of reach")
    send = add("push", _push, "build the images and push them to an environment's registry")
    send.add_argument("--env", default=outputs.LOCAL)
    send.add_argument("--base", default="")
    for sub in (build, send):
        sub.add_argument("--image", default=WORKER, choices=sorted(images.MEMBERS))


def _add_status(add: Callable[..., argparse.ArgumentParser]) -> None:
    look = add("status", lambda options: status(options.env, watch=options.watch), "list the open tasks")
    look.add_argument("--env", default=outputs.LOCAL)
    look.add_argument("--watch", action="store_true", help="again every two seconds, until Ctrl-C")


def _zip(options: argparse.Namespace) -> int:
    size = zips.build(options.destination.stem, options.destination)
    print(f"{options.destination}: {size:,} bytes")
    return 0


def _local_up(_options: argparse.Namespace) -> int:
    local.up()
    return 0


def _local_down(_options: argparse.Namespace) -> int:
    local.down()
    return 0


def _docs(_options: argparse.Namespace) -> int:
    # The parser of .tf files takes seconds to begin with, which no other command is to wait for.
    from operations import terraform_docs

    written = [file for file in terraform_docs.readmes(paths.ROOT) if terraform_docs.write(file)]
    written += [file for file in cost_tables.documents(paths.ROOT) if cost_tables.write(file)]
    for file in written:
        print(f"{file.relative_to(paths.ROOT)}: written")
    return 0


def _bootstrap(options: argparse.Namespace) -> int:
    bootstrap(options.env)
    return 0


def _plan(options: argparse.Namespace) -> int:
    pipeline.plan(options.env)
    return 0


def _apply(options: argparse.Namespace) -> int:
    pipeline.apply(options.env)
    return 0


def _deploy(options: argparse.Namespace) -> int:
    pipeline.deploy_all(options.env, options.base)
    return 0


def _destroy(options: argparse.Namespace) -> int:
    pipeline.destroy(options.env)
    return 0


def _release(options: argparse.Namespace) -> int:
    release(options.bucket, options.prefix)
    return 0


def _images(options: argparse.Namespace) -> int:
    base = options.base
    if options.or_packed and not base and not images.default_base_is_reachable():
        print("The base image cannot be fetched here: this machine's Python is packed instead.")
        base = images.PACKED
    images.build(base, options.image)
    return 0


def _push(options: argparse.Namespace) -> int:
    images.push(options.env, options.base, options.image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
