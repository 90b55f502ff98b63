"""Terraform for one environment: the same steps for the local cloud and for an account."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from operations import cloud, outputs, paths
from operations.errors import OperationError
from operations.process import run

if TYPE_CHECKING:
    from pathlib import Path

    from operations.outputs import Outputs

INIT_SECONDS = 300.0
LIMIT_SECONDS = {outputs.LOCAL: 300.0}
ACCOUNT_LIMIT_SECONDS = 1800.0
READ_SECONDS = 60.0
# Most of an apply is waiting for AWS (an SQS queue takes 25 s): wait for everything at once.
PARALLELISM = "-parallelism=30"


def deploy(env: str, *, log: Path | None = None, training: bool = False) -> Outputs:
    """Apply `env` without asking and return its outputs, also written to build/ENV/outputs.json.

    With `log`, Terraform's own words go to that file; with `training` the local stack has trainings.
    Raises OperationError when Terraform fails.
    """
    _init(env, log=log)
    variables = ["-var=training=true"] if training else []
    _terraform(env, "apply", "-auto-approve", "-input=false", PARALLELISM, *variables, log=log)
    return _write_outputs(env)


def plan(env: str) -> Path:
    """Write the plan to build/ENV/terraform.tfplan and show it."""
    _init(env)
    file = _plan_file(env)
    file.parent.mkdir(parents=True, exist_ok=True)
    _terraform(env, "plan", "-input=false", f"-out={file}", PARALLELISM)
    return file


def apply_plan(env: str) -> Outputs:
    """Apply exactly what `plan` wrote. A plan is good for one apply, so it is removed."""
    check(env)
    file = _plan_file(env)
    if not file.exists():
        raise OperationError(
            f"there is no plan for {env}: run `make plan ENV={env}` first, or `make deploy ENV={env}`"
        )
    _terraform(env, "apply", "-input=false", PARALLELISM, str(file))
    file.unlink()
    return _write_outputs(env)


def read_outputs(env: str) -> Outputs:
    """The outputs of a deploy from wherever it was made, out of Terraform's state.

    Raises OperationError when there was none.
    """
    _init(env)
    try:
        return _write_outputs(env)
    except KeyError:
        paths.outputs_file(env).unlink()
        raise OperationError(f"nothing is deployed in {env}: run `make deploy ENV={env}` first") from None


def destroy(env: str, *, ask: bool = True, log: Path | None = None) -> None:
    """Remove everything that `env` holds; Terraform asks before unless told otherwise."""
    _init(env, log=log)
    _terraform(env, "destroy", *(() if ask else ("-auto-approve", "-input=false")), PARALLELISM, log=log)
    paths.outputs_file(env).unlink(missing_ok=True)
    if env == outputs.LOCAL:
        cloud.forget_deployment()


def environments() -> list[str]:
    return sorted(folder.name for folder in paths.ENVIRONMENTS.iterdir() if any(folder.glob("*.tf")))


def check(env: str) -> None:
    """OperationError unless Terraform is there and `env` is one of the environments."""
    if shutil.which("terraform") is None:
        raise OperationError(
            "Terraform 1.11 or newer is needed and was not found: install it and put it on PATH"
        )
    if env not in environments():
        known = ", ".join(environments())
        raise OperationError(f"there is no environment {env!r} in terraform/environments; there are: {known}")
    if env == outputs.LOCAL:
        cloud.must_answer(cloud.endpoint())


def _plan_file(env: str) -> Path:
    return paths.build_dir(env) / "terraform.tfplan"


def _init(env: str, *, log: Path | None = None) -> None:
    check(env)
    done = run([paths.TERRAFORM_INIT, paths.ENVIRONMENTS / env], timeout_seconds=INIT_SECONDS, log=log)
    _must_succeed(done.returncode, "init", log)


def _terraform(env: str, *args: str, log: Path | None = None) -> None:
    limit = LIMIT_SECONDS.get(env, ACCOUNT_LIMIT_SECONDS)
    done = run(
        ["terraform", f"-chdir={paths.ENVIRONMENTS / env}", *args],
        timeout_seconds=limit,
        env=_variables(env),
        log=log,
    )
    _must_succeed(done.returncode, args[0], log)


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
    # No asking Terraform's maker for news; less collecting of the garbage that the provider's schema makes.
    quick = {"CHECKPOINT_DISABLE": "1", "GOGC": os.environ.get("GOGC", "400")}
    return {"TF_IN_AUTOMATION": "1", **quick, **local}


def _must_succeed(code: int, verb: str, log: Path | None) -> None:
    if code != 0:
        detail = log.read_text(encoding="utf-8") if log else ""
        raise OperationError(f"terraform {verb} failed with exit code {code}", detail=detail)
