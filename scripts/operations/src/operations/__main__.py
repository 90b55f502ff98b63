"""`python -m operations COMMAND`: what the Makefile's targets call.

Exit codes: 0 done; 1 failed; 3 not possible on this machine; 4 called wrongly or not possible in the current
state; 130 stopped by Ctrl-C or SIGTERM. `run` returns the execution's outcome: 0 succeeded, 1 failed, 2 timed
out, 3 aborted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, override

from operations import exits, gpu_check, outputs, paths
from operations.artifacts import images, zips
from operations.artifacts.release import release
from operations.demo import processing, training
from operations.deploy import local_stack, pipeline
from operations.deploy.bootstrap import bootstrap
from operations.deploy.push import push
from operations.docs import terraform_docs
from operations.executions.run import run
from operations.executions.status import status
from operations.local import allowances, second_cloud
from operations.migrate.command import migrate
from operations.migrate.moves import Calls
from operations.schemas.refresh import refresh
from operations.verify.command import verify

if TYPE_CHECKING:
    from collections.abc import Callable


class Parser(argparse.ArgumentParser):
    """argparse exits with 2 after a wrong call, which is `run`'s code for an execution that timed out."""

    @override
    def error(self, message: str) -> NoReturn:
        self.exit(exits.USAGE, f"{self.format_usage()}{self.prog}: {message}\n")


def main() -> int:
    options = _parser().parse_args()
    return exits.run_command(lambda: options.command(options), error_code=options.error_code)


def _parser() -> Parser:
    parser = Parser(prog="python -m operations", description="The commands behind the Makefile's targets.")
    parser.set_defaults(error_code=exits.FAILED)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    add("zip", _zip, "build the zip of one function").add_argument("destination", type=Path)
    add("local-up", _local_up, "start the local cloud and deploy the stack to it")
    empty = add("cloud-up", _cloud_up, "start a local cloud without a stack")
    empty.add_argument("--images", default="", help="a JSON file: what runs in place of which image")
    add("local-down", _local_down, "stop the local cloud")
    add("demo", lambda _: processing.demo(), "show everything once on a local cloud")
    add("demo-training", lambda _: training.demo_training(), "show a sweep of trainings on a local cloud")
    add("docs", _docs, "update the parts of the docs that come from .tf files")
    gpu = add("gpu-check", lambda options: gpu_check.check(options.python, options.device), "train on a GPU")
    gpu.add_argument("--python", default=str(paths.TRAINING_PYTHON), help="the interpreter that has PyTorch")
    gpu.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    add("schemas", _schemas, "update the kept schemas of the AWS provider")
    for part in (_add_second_cloud, _add_images, _add_environments, _add_executions, _add_migrate):
        part(add)
    return parser


def _add_environments(add: Callable[..., argparse.ArgumentParser]) -> None:
    for name, command, text in (
        ("bootstrap", _bootstrap, "create the state bucket and the registries"),
        ("plan", _plan, "write and show a plan"),
        ("apply", _apply, "apply the plan that was written"),
        ("deploy", _deploy, "test, build, push, plan and apply"),
        ("destroy", _destroy, "remove everything in an environment"),
    ):
        sub = add(name, command, text)
        sub.add_argument("--env", default=outputs.LOCAL)
        if name == "deploy":
            sub.add_argument("--base", default="", help="the image to build on")
    packages = add("release", _release, "write what other repositories take of a version")
    packages.add_argument("--version", default="", help="also write the changelog's section of this version")
    packages.add_argument("--bucket", default="")
    packages.add_argument("--prefix", default="")


def _add_second_cloud(add: Callable[..., argparse.ArgumentParser]) -> None:
    start = add("second-cloud-up", _second_cloud_up, "start the second cloud")
    start.add_argument("--iam", choices=("0", "1"), default="1", help="0: judge no permissions")
    add("second-cloud-down", _second_cloud_down, "stop the second cloud")
    add("second-cloud-allow", _second_cloud_allow, "grant the roles what only the second cloud asks for")


def _add_images(add: Callable[..., argparse.ArgumentParser]) -> None:
    build = add("images", _images, "build a container image")
    build.add_argument("--base", default="", help="the image to build on; packed: this machine's Python")
    build.add_argument("--or-packed", action="store_true", help="packed if the default base is out of reach")
    build.add_argument(
        "--architecture",
        default="",
        choices=("", *images.ARCHITECTURES),
        help="the processor to build for; default: the engine's",
    )
    send = add("push", _push, "build a container image and push it to an environment's registry")
    send.add_argument("--env", default=outputs.LOCAL)
    send.add_argument("--base", default="")
    for sub in (build, send):
        sub.add_argument("--image", default=images.WORKER, choices=sorted(images.MEMBERS))


def _add_executions(add: Callable[..., argparse.ArgumentParser]) -> None:
    follow = add(
        "run",
        lambda options: run(options.env, options.backend, options.input),
        "start and follow an execution",
    )
    follow.set_defaults(error_code=exits.USAGE)
    follow.add_argument("--env", default=outputs.LOCAL)
    follow.add_argument("--backend", default="lambda")
    follow.add_argument("--input", default="", help="JSON or @file; default: a sample text")
    accept = add("verify", lambda options: verify(options.env, options.known), "run the acceptance checks")
    accept.add_argument("--env", default=outputs.LOCAL)
    accept.add_argument(
        "--known", default="", help="a TOML file: checks that are known to fail, with reasons"
    )
    show = add("status", lambda options: status(options.env, watch=options.watch), "list the open tasks")
    show.add_argument("--env", default=outputs.LOCAL)
    show.add_argument("--watch", action="store_true", help="refresh every two seconds, until Ctrl-C")


def _add_migrate(add: Callable[..., argparse.ArgumentParser]) -> None:
    sub = add("migrate", _migrate, "write moved.tf for a stack of 0.1.0's modules")
    sub.add_argument("state", metavar="STATE", help="what `terraform show -json` printed; -: stdin")
    sub.add_argument("--to", type=Path, default=Path(), help="the folder of the Terraform root")
    sub.add_argument("--back", action="store_true", help="undo it: STATE is the one from before")
    sub.add_argument("--stack", default="module.stack", help="address of the stack's call, before and after")
    sub.add_argument("--word-count", default="module.word_count", help="address of the example's new call")
    sub.add_argument("--training", default="module.training[0]", help="address of the trainings' new call")


def _second_cloud_up(options: argparse.Namespace) -> int:
    second_cloud.up(iam=options.iam == "1")
    return 0


def _second_cloud_down(_options: argparse.Namespace) -> int:
    second_cloud.down()
    return 0


def _second_cloud_allow(_options: argparse.Namespace) -> int:
    allowances.allow()
    return 0


def _zip(options: argparse.Namespace) -> int:
    size = zips.build(options.destination.stem, options.destination)
    print(f"{options.destination}: {size:,} bytes")
    return 0


def _local_up(_options: argparse.Namespace) -> int:
    local_stack.up()
    return 0


def _cloud_up(options: argparse.Namespace) -> int:
    local_stack.cloud_up(Path(options.images) if options.images else None)
    return 0


def _local_down(_options: argparse.Namespace) -> int:
    local_stack.down()
    return 0


def _docs(_options: argparse.Namespace) -> int:
    for file in terraform_docs.readmes(paths.ROOT):
        if terraform_docs.write(file):
            print(f"{file.relative_to(paths.ROOT)}: updated")
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
    release(options.bucket, options.prefix, options.version)
    return 0


def _migrate(options: argparse.Namespace) -> int:
    calls = Calls(stack=options.stack, word_count=options.word_count, training=options.training)
    migrate(options.state, options.to, calls, back=options.back)
    return 0


def _schemas(_options: argparse.Namespace) -> int:
    refresh()
    return 0


def _images(options: argparse.Namespace) -> int:
    base = options.base
    if options.or_packed and not base and not images.default_base_is_reachable():
        print("The base image cannot be pulled here, so this machine's Python is packed instead.")
        base = images.PACKED
    images.build(base, options.image, options.architecture)
    return 0


def _push(options: argparse.Namespace) -> int:
    push(options.env, options.base, options.image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
