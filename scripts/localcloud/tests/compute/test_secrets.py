"""Secrets of ECS tasks and Batch jobs, read as their execution role before anything starts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cloud import Cloud, unique

from compute.resources import Batch, Ecs, sh
from compute.test_roles import allow

LOGS = allow(["logs:CreateLogStream", "logs:PutLogEvents"])
PULL = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "

type Runs = Callable[..., "Ended"]


@dataclass(frozen=True)
class Ended:
    """The exit code, the output and, if it did not start, the reason."""

    code: int | None
    output: list[str]
    reason: str


@pytest.fixture
def secret(cloud: Cloud) -> str:
    """A secret with two versions; return its ARN."""
    client = cloud.client("secretsmanager")
    text = json.dumps({"user": "me", "tries": 3})
    arn = client.create_secret(Name=unique("secret"), SecretString=text)["ARN"]
    client.put_secret_value(SecretId=arn, SecretString=json.dumps({"user": "you", "tries": 4}))
    return str(arn)


def on_ecs(ecs: Ecs) -> Runs:
    def run(role: str, script: str, **references: str) -> Ended:
        secrets = [{"name": name, "valueFrom": value} for name, value in references.items()]
        container = ecs.container(sh(script), secrets=secrets)
        arn = ecs.run(ecs.definition(container, executionRoleArn=role))
        task = ecs.reach(arn, "STOPPED")
        code = task["containers"][0].get("exitCode")
        if code is None:
            assert task["stopCode"] == "TaskFailedToStart"
        return Ended(code, ecs.output(arn) if code == 0 else [], task["stoppedReason"])

    return run


def on_batch(batch: Batch, group: str) -> Runs:
    def run(role: str, script: str, **references: str) -> Ended:
        secrets = [{"name": name, "valueFrom": value} for name, value in references.items()]
        options = {"logDriver": "awslogs", "options": {"awslogs-group": group}}
        more = {"secrets": secrets, "executionRoleArn": role, "logConfiguration": options}
        job = batch.ended(batch.submit(batch.definition(sh(script), container=more)))
        container = job["container"]
        code = container.get("exitCode")
        if code is None:
            assert (job["status"], job["statusReason"]) == ("FAILED", "Task failed to start")
        output = batch.output(container, group) if code == 0 else []
        return Ended(code, output, container.get("reason", ""))

    return run


@pytest.fixture(params=["ecs", "batch"])
def runs(request: pytest.FixtureRequest, ecs: Ecs, batch: Batch) -> Runs:
    """Run a script with an execution role and secrets."""
    return on_ecs(ecs) if request.param == "ecs" else on_batch(batch, ecs.group)


def test_a_secret_whole_and_by_key_stage_and_version(cloud: Cloud, runs: Runs, secret: str) -> None:
    versions = cloud.client("secretsmanager").list_secret_version_ids(SecretId=secret)["Versions"]
    (old,) = (item["VersionId"] for item in versions if item["VersionStages"] == ["AWSPREVIOUS"])
    ended = runs(
        cloud.role(LOGS, allow("secretsmanager:GetSecretValue", secret)),
        "echo $WHOLE $USER_NAME $TRIES $STAGED $OLD",
        WHOLE=secret,
        USER_NAME=f"{secret}:user::",
        TRIES=f"{secret}:tries::",
        STAGED=f"{secret}:user:AWSPREVIOUS:",
        OLD=f"{secret}:user::{old}",
    )
    assert ended.output == ['{"user": "you", "tries": 4} you 4 me me']


@pytest.mark.parametrize("prefix", ["", "/studio/"])
def test_a_parameter_by_arn_and_by_name(cloud: Cloud, runs: Runs, prefix: str) -> None:
    name = f"{prefix}{unique('parameter')}"
    cloud.client("ssm").put_parameter(Name=name, Value="hidden", Type="SecureString")
    arn = f"arn:aws:ssm:us-east-1:000000000000:parameter/{name.removeprefix('/')}"
    role = cloud.role(LOGS, allow("ssm:GetParameters", arn))
    ended = runs(role, "echo $BY_ARN $BY_NAME", BY_ARN=arn, BY_NAME=name)
    assert ended.output == ["hidden hidden"]


def test_without_permission_nothing_starts(cloud: Cloud, runs: Runs, secret: str) -> None:
    parameter = "arn:aws:ssm:us-east-1:000000000000:parameter/studio/key"
    ended = runs(cloud.role(LOGS), "true", A=secret)
    assert ended.code is None
    assert ended.reason.startswith(f"{PULL}retrieval failed: unable to retrieve secret from asm: ")
    assert f"not authorized to perform: secretsmanager:GetSecretValue on resource: {secret}" in (
        ended.reason
    )
    ended = runs(cloud.role(LOGS), "true", A=parameter)
    assert ended.reason.startswith(f"{PULL}retrieval failed: unable to retrieve secrets from ssm: ")
    assert f"not authorized to perform: ssm:GetParameters on resource: {parameter}" in ended.reason


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("{secret}:password::", "did not contain json key password"),
        ("{secret}:user:NO_SUCH_STAGE:", "ResourceNotFoundException"),
        ("arn:aws:secretsmanager:us-east-1:000000000000:secret:none-abcdef", "ResourceNotFound"),
        ("arn:aws:ssm:us-east-1:000000000000:parameter/none", "invalid ssm parameters: arn:"),
    ],
)
def test_what_is_missing_ends_the_start(
    cloud: Cloud, runs: Runs, secret: str, reference: str, said: str
) -> None:
    role = cloud.role(LOGS, allow(["secretsmanager:*", "ssm:*"]))
    ended = runs(role, "true", A=reference.format(secret=secret))
    assert ended.code is None
    assert ended.reason.startswith(PULL)
    assert said in ended.reason


def test_secrets_require_an_execution_role(ecs: Ecs, batch: Batch, secret: str) -> None:
    given = {"secrets": [{"name": "A", "valueFrom": secret}]}
    with pytest.raises(ecs.client.exceptions.ClientException, match="executionRoleArn"):
        ecs.definition(ecs.container(["true"], **given))
    with pytest.raises(batch.client.exceptions.ClientException, match="executionRoleArn"):
        batch.definition(["true"], container=given)


def test_a_sidecars_secret_is_its_own(cloud: Cloud, ecs: Ecs, secret: str) -> None:
    role: Any = cloud.role(LOGS, allow("secretsmanager:GetSecretValue", secret))
    echo = sh("echo ${A:-nothing}")
    helper = ecs.container(
        echo,
        name="helper",
        essential=False,
        secrets=[{"name": "A", "valueFrom": f"{secret}:user::"}],
    )
    job = ecs.container(echo, dependsOn=[{"containerName": "helper", "condition": "SUCCESS"}])
    arn = ecs.run(ecs.definition(job, helper, executionRoleArn=role))
    ecs.reach(arn, "STOPPED")
    assert (ecs.output(arn), ecs.output(arn, "helper")) == (["nothing"], ["you"])
