"""`make plan`, `apply`, `deploy` and `destroy`: all the steps, for the local cloud and for an account.

In an account the guard comes first, so that nothing is built for the wrong account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations import paths
from operations.deploy import approval, concurrency, consoles, guard, push, terraform
from operations.errors import OperationError
from operations.outputs import LOCAL
from operations.process import run

if TYPE_CHECKING:
    from operations.deploy.terraform import Plan
    from operations.outputs import Outputs

MAKE_SECONDS = 3600.0


def plan(env: str) -> None:
    """Show what a deploy would change and keep that plan.

    Without credentials no plan is possible: Terraform then checks the environment with mocks.
    """
    terraform.check(env)
    if env != LOCAL:
        if not guard.has_credentials():
            _check_with_mocks(env)
            return
        settings = guard.check(env)
    make("zip")
    terraform.plan(env)
    if env != LOCAL:
        concurrency.check(settings)


def apply(env: str) -> None:
    """Apply the plan that was kept."""
    if env != LOCAL:
        concurrency.check(guard.check(env))
    _announce(env, terraform.apply_plan(env))


def deploy_all(env: str, base: str) -> None:
    """Test, build, push the images, show the plan and apply it; a protected environment asks first."""
    terraform.check(env)
    if env == LOCAL:
        make("zip")
        _announce(env, terraform.deploy(env))
        return
    settings = guard.check(env)
    make("test")
    make("zip")
    for image in settings.images:
        push.push(env, base, image)
    planned = terraform.plan(env)
    concurrency.check(settings)
    if planned.changes and settings.protected:
        _approve(planned, f"Apply this to {env}, account {settings.account_id}?", answer="yes")
    _announce(env, terraform.apply_plan(env))


def destroy(env: str) -> None:
    """Remove what a deploy created once the environment's name is typed; the local cloud does not ask."""
    terraform.check(env)
    if env == LOCAL:
        # The configuration refers to the zips even when everything is to be removed.
        make("zip")
        terraform.destroy(env)
        return
    settings = guard.check(env)
    if settings.protected:
        raise OperationError(
            f"{env} is protected: set protected = false in terraform/environments/{env}/{settings.file.name},"
            f" run `make deploy ENV={env}`, then destroy it"
        )
    make("zip")
    planned = terraform.plan(env, to_destroy=True)
    _approve(planned, f"Remove all of this from {env}, account {settings.account_id}?", answer=env)
    terraform.destroy(env)
    print(f"{env} is gone. Its state bucket, {settings.state_bucket}, and its registries stay.", flush=True)


def make(target: str) -> None:
    """Run a target of the Makefile, unaffected by a make that we run under."""
    alone = {"MAKEFLAGS": "", "MAKELEVEL": ""}
    done = run(["make", "-C", paths.ROOT, target], timeout_seconds=MAKE_SECONDS, env=alone)
    if done.returncode != 0:
        raise OperationError(f"make {target} failed with exit code {done.returncode}")


def _approve(planned: Plan, question: str, *, answer: str) -> None:
    """Ask, and delete the plan unless it is approved."""
    try:
        approval.ask(question, answer=answer)
    except BaseException:
        planned.file.unlink()
        raise


def _check_with_mocks(env: str) -> None:
    command = [str(paths.ROOT / "scripts/terraform-test"), f"terraform/environments/{env}"]
    if run(command, timeout_seconds=MAKE_SECONDS).returncode != 0:
        raise OperationError(f"{env} is not valid")
    print(
        f"No AWS credentials were found: {env} is valid, but no plan was made. Log in to its account to plan."
    )


def _announce(env: str, outputs: Outputs) -> None:
    shown = paths.outputs_file(env).relative_to(paths.ROOT)
    print(f"{env} is deployed. Its resource names are in {shown}.", flush=True)
    if env == LOCAL:
        return
    for what, address in consoles.links(outputs):
        print(f"{what:<24} {address}", flush=True)
