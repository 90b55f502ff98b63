"""`make plan`, `apply`, `deploy` and `destroy`: all the steps, for the local cloud and for an account.

In an account the guard comes first: nothing is built for the wrong one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations import approval, consoles, deploy, guard, images, paths
from operations.errors import OperationError
from operations.outputs import LOCAL
from operations.process import run

if TYPE_CHECKING:
    from operations.deploy import Plan
    from operations.outputs import Outputs

MAKE_SECONDS = 3600.0


def plan(env: str) -> None:
    """Show what a deploy would change and keep that plan.

    Without credentials no plan can be made: Terraform then checks the environment with mocks.
    """
    deploy.check(env)
    if env != LOCAL:
        if not guard.has_credentials():
            _check_with_mocks(env)
            return
        guard.check(env)
    make("zip")
    deploy.plan(env)


def apply(env: str) -> None:
    """Apply the plan that was kept."""
    if env != LOCAL:
        guard.check(env)
    _tell(env, deploy.apply_plan(env))


def deploy_all(env: str, base: str) -> None:
    """Test, build, push the images, show the plan and apply it; a protected environment asks before."""
    deploy.check(env)
    if env == LOCAL:
        make("zip")
        _tell(env, deploy.deploy(env))
        return
    settings = guard.check(env)
    make("test")
    make("zip")
    for image in settings.images:
        images.push(env, base, image)
    planned = deploy.plan(env)
    if planned.changes and settings.protected:
        _approve(planned, f"Apply this to {env}, account {settings.account_id}?", answer="yes")
    _tell(env, deploy.apply_plan(env))


def destroy(env: str) -> None:
    """Remove what a deploy made, after the environment's name was typed; not asked about the local cloud."""
    deploy.check(env)
    if env == LOCAL:
        # The zips are part of the configuration, although they are to go.
        make("zip")
        deploy.destroy(env)
        return
    settings = guard.check(env)
    if settings.protected:
        raise OperationError(
            f"{env} is protected: set protected = false in terraform/environments/{env}/{settings.file.name},"
            f" run `make deploy ENV={env}`, and destroy it then"
        )
    make("zip")
    planned = deploy.plan(env, to_destroy=True)
    _approve(planned, f"Remove all of this from {env}, account {settings.account_id}?", answer=env)
    deploy.destroy(env)
    print(f"{env} is gone. Its state bucket, {settings.state_bucket}, and its registries stay.", flush=True)


def make(target: str) -> None:
    """Run a target of the Makefile; a make that we run under has no say in it."""
    alone = {"MAKEFLAGS": "", "MAKELEVEL": ""}
    done = run(["make", "-C", paths.ROOT, target], timeout_seconds=MAKE_SECONDS, env=alone)
    if done.returncode != 0:
        raise OperationError(f"make {target} failed with exit code {done.returncode}")


def _approve(planned: Plan, question: str, *, answer: str) -> None:
    """Ask; a plan that nobody approved is not kept."""
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
        f"No AWS credentials were found: {env} is valid, but no plan was made. Log in to its account for one."
    )


def _tell(env: str, outputs: Outputs) -> None:
    shown = paths.outputs_file(env).relative_to(paths.ROOT)
    print(f"{env} is deployed; its names are in {shown}.", flush=True)
    if env == LOCAL:
        return
    for what, address in consoles.links(outputs):
        print(f"{what:<24} {address}", flush=True)
