"""`make verify ENV=NAME`: say what it costs, create what the checks need, run them, remove it, report."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from operations import exits, outputs, paths
from operations.clients import session_for
from operations.deploy import approval, guard, terraform
from operations.errors import OperationError
from operations.interrupts import uninterrupted
from operations.steps import say, step
from operations.verify import catalogue, cost, deployment, known, packing, report, surroundings
from operations.verify.deployment import Deployment
from operations.verify.results import Result, Status, succeeded, summary, table
from operations.verify.running import at_once, run_all
from operations.verify.world import World, overview

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import boto3

    from operations.outputs import Outputs
    from operations.verify.known import Known
    from operations.verify.results import Check
    from operations.verify.surroundings import Surroundings
    from operations.verify.world import Made

LOCAL_MINUTES = "about 4 minutes"
ACCOUNT_MINUTES = "15 to 30 minutes, most of it waiting"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run does, before it does anything."""

    env: str
    name: str
    stack: Outputs
    session: boto3.Session
    around: Surroundings
    checks: Sequence[Check]
    known: Mapping[str, Known]

    @property
    def deployment(self) -> Deployment:
        return Deployment(env=self.env, endpoint=self.stack.endpoint)


def verify(env: str, known_file: str) -> int:
    """Verify a deployed environment and return the exit code: 0 only if nothing failed.

    `known_file` names the checks that a cloud is known not to pass; "" for none. Raises OperationError when
    nothing is deployed, the run is not approved, or Terraform fails.
    """
    plan = prepare(env, known_file)
    dollars = announce(plan)
    if env != outputs.LOCAL:
        approval.ask("Start?", answer="yes")
    started, begun = datetime.now(UTC), time.monotonic()
    with plan.deployment.locked():
        results, applying, cleaned_up = execute(plan)
    ended = report.Run(
        started=started.isoformat(timespec="seconds"),
        seconds=time.monotonic() - begun,
        apply_seconds=applying,
        cleaned_up=cleaned_up,
        estimated_usd=dollars,
        surroundings=plan.around,
        results=results,
    )
    return conclude(ended)


def prepare(env: str, known_file: str) -> Plan:
    """Read the environment and choose the checks. Creates nothing."""
    terraform.check(env)
    # Before anything is created.
    at_once()
    account_id = None if env == outputs.LOCAL else guard.check(env).account_id
    stack = terraform.known_outputs(env)
    session = session_for(stack)
    around = surroundings.of(stack, overview(session, stack).activities, account_id)
    checks = catalogue.checks_for(
        stack,
        trains_on=surroundings.INSTANCE_TYPE if around.training_image else None,
        environment_trains_on=around.training_instance_type,
    )
    return Plan(
        env=env,
        name=deployment.new_name(around.name),
        stack=stack,
        session=session,
        around=around,
        checks=checks,
        known=known.read(known_file, catalogue.names(checks)),
    )


def announce(plan: Plan) -> float:
    """Say what the run creates, costs and takes; return the estimate in US dollars."""
    dollars, unknown = cost.estimate(plan.checks)
    local = plan.env == outputs.LOCAL
    say(f"{len(plan.checks)} checks of {plan.env}, {LOCAL_MINUTES if local else ACCOUNT_MINUTES}.")
    say(
        f"It creates a stack {plan.name} beside it (terraform/verify), starts executions of the environment's"
        " own state machines, and removes at the end what it created. Finished executions and training jobs,"
        " the environment's log lines and the results of its trainings stay."
    )
    if not local:
        say(f"It costs at most about ${dollars:.2f} (list prices of us-east-1), in your account.")
        say("Lambda's recursion detection, which it provokes once, may notify you of a loop in NAME-chain.")
        for name in unknown:
            say(f"Not included, because its price is not known here: {name}, of each training.")
    return dollars


def execute(plan: Plan) -> tuple[list[Result], float, bool]:
    """Create, check and remove; return the results, the seconds of the apply and whether all is removed."""
    made = plan.deployment
    if made.is_left():
        with step("Remove what an earlier run left"):
            made.destroy()
    packing.pack(made.package)
    removed: list[bool] = []
    begun = time.monotonic()
    with _removed(plan, removed):
        with step(f"Create {plan.name}"):
            found = made.apply(plan.around.variables(plan.name, str(made.package)))
        applying = time.monotonic() - begun
        results = _check(plan, found)
    return results, applying, all(removed)


def conclude(ended: report.Run) -> int:
    """Print the table, write the report and return the exit code."""
    say("")
    for line in table(ended.results):
        say(line)
    say("")
    file = report.write(ended)
    say(f"{summary(ended.results)} in {ended.seconds / 60:.1f} minutes. The report is in {file.name}.")
    return 0 if succeeded(ended.results) and ended.cleaned_up else exits.FAILED


def _check(plan: Plan, found: Made) -> list[Result]:
    world = World(stack=plan.stack, made=found, session=plan.session, local=plan.around.account_id is None)

    def tell(result: Result) -> None:
        if result.status is not Status.NOT_APPLICABLE:
            say(f"  {result.name}: {result.status} ({result.seconds:.1f} s)")

    with step("Check"):
        return run_all(plan.checks, world, plan.known, tell)


@contextmanager
def _removed(plan: Plan, removed: list[bool]) -> Iterator[None]:
    """Remove everything after the block, also after an error or Ctrl-C; note whether that worked."""
    try:
        yield
    finally:
        with uninterrupted(), step(f"Remove {plan.name}"):
            removed.append(_clean_up(plan))


def _clean_up(plan: Plan) -> bool:
    try:
        plan.deployment.destroy()
        _delete_objects(plan)
    except OperationError as error:
        log = plan.deployment.log.relative_to(paths.ROOT)
        say(f"FAILED: {error} (Terraform's output: {log})")
        return False
    return True


def _delete_objects(plan: Plan) -> None:
    """Delete the texts of the run and their results from the environment's bucket."""
    s3, bucket = plan.session.client("s3"), plan.stack.data_bucket
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"verify/{plan.name}/")
    for key in [item["Key"] for page in pages for item in page.get("Contents", [])]:
        s3.delete_object(Bucket=bucket, Key=key)
