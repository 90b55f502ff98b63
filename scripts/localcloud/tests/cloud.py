"""A cloud to test against, and the AWS resources that tests create in it."""

import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import logs
from botocore.config import Config
from botocore.exceptions import ClientError
from command_line import Cli

# The role of most tests' functions and executions; it may do everything.
ROLE = "arn:aws:iam::000000000000:role/test"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SERVICES = ("lambda", "states", "ecs-tasks")
_ONCE = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})
_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """Return a name that no other test uses."""
    return f"{prefix}-{next(_numbers)}"


def wait_for[T](check: Callable[[], T | None], seconds: float = 10, every: float = 0.02) -> T:
    """Poll until `check` returns something true, and return it; AssertionError on timeout."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"nothing within {seconds} s; last seen: {found!r}"
        time.sleep(every)


def stays[T](check: Callable[[], T], value: T, seconds: float) -> bool:
    """Return whether `check` keeps returning the value for that long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check() != value:
            return False
        time.sleep(0.05)
    return True


def error_code(call: Callable[..., Any], **arguments: Any) -> str | None:
    """Return the code of the call's error; None if it succeeds."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def started(cli: Cli) -> "Cloud":
    """Start a command line's cloud, and create the role of tests' functions."""
    result = cli.run("start")
    assert result.returncode == 0, result.stderr
    cloud = Cloud(cli=cli)
    cloud.role(EVERYTHING, name="test")
    return cloud


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """A running cloud with its command line and clients."""

    cli: Cli

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.cli.port}"

    def client(self, service: str, **settings: Any) -> Any:
        """Return a client; `settings` are botocore's."""
        return _client(self.url, service, tuple(sorted(settings.items())))

    def function(self, code: str, *, timeout: int = 10, role: str = ROLE, **more: Any) -> str:
        """Deploy a function whose module is the code, with handler `handle`; return its name."""
        name = unique("function")
        client = self.client("lambda")
        client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="handler.handle",
            Timeout=timeout,
            Code={"ZipFile": _zip(code)},
            **more,
        )
        client.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
        )
        return name

    def update(self, name: str, code: str) -> None:
        """Update a function's code, and wait until the update is complete."""
        client = self.client("lambda")
        client.update_function_code(FunctionName=name, ZipFile=_zip(code))
        client.get_waiter("function_updated_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
        )

    def role(
        self,
        *statements: Mapping[str, Any],
        name: str | None = None,
        services: Sequence[str] = SERVICES,
    ) -> str:
        """Create a role that these services may assume, with the policy `mine`; return its ARN."""
        client, name = self.client("iam"), name or unique("role")
        principals = {"Service": [f"{service}.amazonaws.com" for service in services]}
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principals}
        role = client.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        if statements:
            self.allow(name, *statements)
        return str(role["Role"]["Arn"])

    def allow(self, role: str, *statements: Mapping[str, Any]) -> None:
        """Replace all statements of a role, given by name or ARN."""
        self.client("iam").put_role_policy(
            RoleName=role.rpartition("/")[2],
            PolicyName="mine",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        )

    def acting_as(self, role: str) -> Callable[..., Any]:
        """Return a function that makes clients with the role."""
        made = self.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        session = boto3.Session(
            made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], "us-east-1"
        )

        def client(service: str, config: Config = _ONCE) -> Any:
            return session.client(service, endpoint_url=self.url, config=_ONCE.merge(config))

        return client

    def invoke(self, name: str, event: object = None, **more: Any) -> Any:
        """Invoke a function; return the whole response, with the payload parsed."""
        response = self.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(event), **more
        )
        body = response["Payload"].read()
        return {**response, "Payload": json.loads(body) if body else None}

    def log(self, group: str) -> str:
        """Return what can be read of a log group by now; empty if the group does not exist."""
        return "".join(logs.readable(self.client("logs"), group))

    def queue(self, **attributes: str) -> tuple[str, str]:
        """Create a queue; return its URL and ARN."""
        client = self.client("sqs")
        name = unique("queue") + (".fifo" if "FifoQueue" in attributes else "")
        url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, arn["Attributes"]["QueueArn"]

    def open_to(self, url: str, arn: str, service: str) -> None:
        """Let a service send to a queue."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    def activity(self) -> str:
        """Create an activity; return its ARN."""
        arn = self.client("stepfunctions").create_activity(name=unique("activity"))
        return str(arn["activityArn"])

    def start(self, state: Mapping[str, Any], given: object = None, **top: Any) -> str:
        """Start an execution of a machine with only this state; return the execution's ARN."""
        definition = {"StartAt": "Only", "States": {"Only": {**state, "End": True}}, **top}
        return self.execute(self.machine(definition), given)

    def machine(self, definition: Mapping[str, Any] | str, role: str = ROLE) -> str:
        """Create a state machine, of a definition or of its text; return its ARN."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        made = self.client("stepfunctions").create_state_machine(
            name=unique("machine"), definition=text, roleArn=role
        )
        return str(made["stateMachineArn"])

    def execute(self, machine: str, given: object = None) -> str:
        """Start an execution; return its ARN."""
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=machine, input=json.dumps(given or {})
        )
        return str(started["executionArn"])

    def status(self, execution: str) -> str:
        """Return RUNNING, SUCCEEDED, FAILED, ABORTED or TIMED_OUT."""
        return str(self.describe(execution)["status"])

    def describe(self, execution: str) -> Any:
        """Call DescribeExecution."""
        return self.client("stepfunctions").describe_execution(executionArn=execution)

    def ended(self, execution: str, seconds: float = 10) -> Any:
        """Wait until the execution has ended; return DescribeExecution."""
        wait_for(lambda: self.status(execution) != "RUNNING", seconds)
        return self.describe(execution)

    def history(self, execution: str) -> list[str]:
        """Return the types of the execution's events."""
        events = self.client("stepfunctions").get_execution_history(executionArn=execution)
        return [event["type"] for event in events["events"]]

    def take(self, activity: str) -> str:
        """Take a task from the activity; return its token."""
        task = self.client("stepfunctions").get_activity_task(activityArn=activity)
        return str(task["taskToken"])


@cache
def _client(url: str, service: str, settings: tuple[tuple[str, Any], ...]) -> Any:
    defaults = {"read_timeout": 70, "max_pool_connections": 60, "retries": {"max_attempts": 0}}
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(**{**defaults, **dict(settings)}),
    )


def _zip(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", code)
    return buffer.getvalue()
