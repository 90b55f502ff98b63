"""Terraform for one environment: the same steps for the local cloud and for an account."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations import outputs, paths
from operations.deploy import environment
from operations.errors import OperationError
from operations.local import cloud
from operations.process import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operations.outputs import Outputs

INIT_SECONDS = 300.0
LIMIT_SECONDS = {outputs.LOCAL: 300.0}
ACCOUNT_LIMIT_SECONDS = 1800.0
READ_SECONDS = 60.0
# Errors come last.
LAST_LINES = 80
# An apply mostly waits for AWS (an SQS queue takes 25 s): wait for everything at once.
PARALLELISM = "-parallelism=30"
# Exit codes of `terraform plan -detailed-exitcode`.
NO_CHANGE = 0
CHANGES = 2


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan that was written. `changes`: whether it changes anything."""

    file: Path
    changes: bool


def new_log() -> Path:
    """Return the file for what Terraform says of the local stack, without what it said before."""
    log = paths.build_dir(outputs.LOCAL) / "terraform.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    return log


def deploy(env: str, *, log: Path | None = None, training: bool = False) -> Outputs:
    """Apply `env` without asking and return its outputs, also written to build/ENV/outputs.json.

    With `log`, Terraform's output goes to that file; with `training`, the local stack has trainings.
    Raises OperationError when Terraform fails.
    """
    _init(env, log=log)
    variables = ["-var=training=true"] if training else _images(env)
    _terraform(env, "apply", "-auto-approve", "-input=false", PARALLELISM, *variables, log=log)
    return _write_outputs(env)


def plan(env: str, *, to_destroy: bool = False) -> Plan:
    """Write a plan into build/ENV and show it; `to_destroy` plans to remove everything.

    Each kind has its own file: `make apply` must never find a plan that removes.
    """
    _init(env)
    file = _plan_file(env, to_destroy=to_destroy)
    file.parent.mkdir(parents=True, exist_ok=True)
    kind = ["-destroy"] if to_destroy else []
    variables = _images(env, needed=not to_destroy)
    arguments = ["-input=false", "-detailed-exitcode", f"-out={file}", PARALLELISM, *kind, *variables]
    code = _terraform(env, "plan", *arguments, done=(NO_CHANGE, CHANGES))
    return Plan(file=file, changes=code == CHANGES)


def planned_changes(env: str) -> Sequence[Mapping[str, Any]]:
    """Return the changes to resources of the plan that is kept, as `terraform show -json` has them.

    Source: https://developer.hashicorp.com/terraform/internals/json-format
    """
    file = _plan_file(env)
    _must_exist(env, file)
    done = run(
        ["terraform", f"-chdir={paths.ENVIRONMENTS / env}", "show", "-json", str(file)],
        timeout_seconds=READ_SECONDS,
        env=_variables(env),
        capture=True,
    )
    _must_succeed(done.returncode, "show", None)
    changes: Sequence[Mapping[str, Any]] = json.loads(done.stdout).get("resource_changes", [])
    return changes


def apply_plan(env: str) -> Outputs:
    """Apply exactly what `plan` wrote. A plan can be applied once, so it is deleted."""
    _apply_kept_plan(env, _plan_file(env))
    return _write_outputs(env)


def read_outputs(env: str) -> Outputs:
    """Return the outputs of a deploy from any machine, read from Terraform's state.

    Raises OperationError when nothing is deployed.
    """
    _init(env)
    try:
        return _write_outputs(env)
    except KeyError:
        paths.outputs_file(env).unlink()
        raise OperationError(f"nothing is deployed in {env}: run `make deploy ENV={env}` first") from None


def known_outputs(env: str) -> Outputs:
    """Return the outputs of the last deploy, wherever it was made from.

    Raises OperationError when nothing is deployed.
    """
    # A deploy from another machine left no file here, but Terraform's state has the outputs.
    return outputs.load(env) if env == outputs.LOCAL or outputs.exist(env) else read_outputs(env)


def destroy(env: str, *, log: Path | None = None) -> None:
    """Remove everything that `env` holds, without asking."""
    if env == outputs.LOCAL:
        _init(env, log=log)
        _terraform(env, "destroy", "-auto-approve", "-input=false", PARALLELISM, log=log)
        cloud.forget_deployment()
    else:
        _apply_kept_plan(env, _plan_file(env, to_destroy=True))
        paths.outputs_file(env).unlink(missing_ok=True)


def environments() -> list[str]:
    return sorted(folder.name for folder in paths.ENVIRONMENTS.iterdir() if any(folder.glob("*.tf")))


def check(env: str) -> None:
    """Raise OperationError unless Terraform is installed and `env` is one of the environments."""
    if shutil.which("terraform") is None:
        raise OperationError(
            "Terraform 1.11 or newer is required but was not found: install it and add it to PATH"
        )
    if env not in environments():
        known = ", ".join(environments())
        raise OperationError(f"there is no environment {env!r} in terraform/environments, only: {known}")
    if env == outputs.LOCAL:
        cloud.must_answer(cloud.endpoint())


def _apply_kept_plan(env: str, file: Path) -> None:
    check(env)
    _must_exist(env, file)
    _terraform(env, "apply", "-input=false", PARALLELISM, str(file))
    file.unlink()


def _must_exist(env: str, file: Path) -> None:
    if not file.exists():
        raise OperationError(
            f"there is no plan for {env}: run `make plan ENV={env}` first, or `make deploy ENV={env}`"
        )


def _images(env: str, *, needed: bool = True) -> list[str]:
    """The variable `images` of an environment in an account: the addresses that `make push` recorded."""
    if env == outputs.LOCAL:
        return []
    file = paths.images_file(env)
    pushed = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    wanted = environment.read(env).images
    for name in wanted:
        if needed and name not in pushed:
            raise OperationError(
                f"the image {name} was not pushed from here: run `make push ENV={env} IMAGE={name}` first"
            )
    # Destroying needs no image, but the variable must have a value.
    images = {name: pushed.get(name, "none") for name in wanted}
    return [f"-var=images={json.dumps(images)}"]


def _plan_file(env: str, *, to_destroy: bool = False) -> Path:
    return paths.build_dir(env) / ("destroy.tfplan" if to_destroy else "terraform.tfplan")


def _init(env: str, *, log: Path | None = None) -> None:
    check(env)
    arguments = [] if env == outputs.LOCAL else environment.read(env).backend_arguments
    command = [str(paths.TERRAFORM_INIT), str(paths.ENVIRONMENTS / env), *arguments]
    done = run(command, timeout_seconds=INIT_SECONDS, log=log)
    _must_succeed(done.returncode, "init", log)


def _terraform(env: str, *args: str, log: Path | None = None, done: tuple[int, ...] = (0,)) -> int:
    ended = run(
        ["terraform", f"-chdir={paths.ENVIRONMENTS / env}", *args],
        timeout_seconds=LIMIT_SECONDS.get(env, ACCOUNT_LIMIT_SECONDS),
        env=_variables(env),
        log=log,
    )
    if ended.returncode not in done:
        _must_succeed(ended.returncode, args[0], log)
    return ended.returncode


def _write_outputs(env: str) -> Outputs:
    done = run(
        ["terraform", f"-chdir={paths.ENVIRONMENTS / env}", "output", "-json"],
        timeout_seconds=READ_SECONDS,
        env=_variables(env),
        capture=True,
    )
    _must_succeed(done.returncode, "output", None)
    return outputs.save(env, done.stdout)


def _variables(env: str) -> dict[str, str]:
    local = {"TF_VAR_endpoint": cloud.endpoint()} if env == outputs.LOCAL else {}
    # Skip the check for new versions; collect less often the garbage that the provider's schema makes.
    quick = {"CHECKPOINT_DISABLE": "1", "GOGC": os.environ.get("GOGC", "400")}
    return {"TF_IN_AUTOMATION": "1", **quick, **local}


def _must_succeed(code: int, verb: str, log: Path | None) -> None:
    if code != 0:
        lines = log.read_text(encoding="utf-8").splitlines() if log else []
        more = f"; all it said is in {log}" if log else ""
        detail = "\n".join(lines[-LAST_LINES:])
        raise OperationError(f"terraform {verb} failed with exit code {code}{more}", detail=detail)
