"""What container tests create in a cloud: clusters, tasks, queues, jobs, and their events."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from cloud import Cloud, unique, wait_for
from event_judge import check
from logs import readable

STOCK = "busybox"
REGION = "us-east-1"
NEVER = ["sleep", "1000"]


def sh(script: str) -> list[str]:
    """Return a command that runs the script."""
    return ["sh", "-c", script]


def post(cloud: Cloud, path: str, **body: object) -> int:
    """POST to one of the local cloud's own endpoints; return the status."""
    connection = HTTPConnection("127.0.0.1", cloud.cli.port, timeout=10)
    try:
        connection.request("POST", f"/_localcloud/{path}", json.dumps(body))
        return connection.getresponse().status
    finally:
        connection.close()


def lines(cloud: Cloud, count: int, group: str, streams: list[str]) -> list[str]:
    """Return the lines of log streams, once at least `count` can be read."""
    client = cloud.client("logs")
    wait_for(lambda: len(readable(client, group, logStreamNames=streams)) >= count)
    return readable(client, group, logStreamNames=streams)


@dataclass(frozen=True, kw_only=True)
class Events:
    """The events of a source, which a rule sends to a queue; each is judged by AWS's schema."""

    cloud: Cloud
    url: str

    def take(self, key: str, value: str, last: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for the `last` status and all before; return the details whose `key` has the value.

        An event may overtake another, as on AWS. Events of tasks and trainings are numbered, so a
        gap shows; of Batch's, wait for `count`. Others are dropped: every test has its own.
        """
        found: list[dict[str, Any]] = []

        def all_found() -> bool:
            found.extend(
                body["detail"] for body in self._receive() if body["detail"].get(key) == value
            )
            keys = ("lastStatus", "status", "SecondaryStatus")
            is_last = any(last in (item.get(name) for name in keys) for item in found)
            return is_last and len(found) >= count and _has_no_gap(found)

        wait_for(all_found)
        return found

    def _receive(self) -> list[dict[str, Any]]:
        answer = self.cloud.client("sqs").receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        received = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        for event in received:
            check(event)
        return received


def _has_no_gap(details: list[dict[str, Any]]) -> bool:
    numbers = {
        item.get("version") or len(item.get("SecondaryStatusTransitions", ())) for item in details
    }
    return numbers >= set(range(1, max(numbers) + 1))


def events(cloud: Cloud, source: str) -> Events:
    """Listen to the events of a source from now on."""
    url, arn = cloud.queue()
    cloud.open_to(url, arn, "events")
    client, rule = cloud.client("events"), unique("rule")
    client.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    client.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    return Events(cloud=cloud, url=url)


@dataclass(frozen=True, kw_only=True)
class Ecs:
    """A cluster with Fargate's capacity providers, a log group, and its clients."""

    cloud: Cloud
    cluster: str
    group: str
    subnet: str

    @property
    def client(self) -> Any:
        """ECS."""
        return self.cloud.client("ecs")

    def container(self, command: Sequence[str], **more: Any) -> dict[str, Any]:
        """Return a container definition with the awslogs driver."""
        options = {
            "awslogs-group": self.group,
            "awslogs-region": REGION,
            "awslogs-stream-prefix": "task",
        }
        return {
            "name": "app",
            "image": STOCK,
            "command": list(command),
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            **more,
        }

    def definition(self, *containers: dict[str, Any], **more: Any) -> str:
        """Register a Fargate task definition; return its ARN."""
        answer = self.client.register_task_definition(
            family=unique("family"),
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=list(containers),
            **more,
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def arguments(self, definition: str, **more: Any) -> dict[str, Any]:
        """Return arguments for RunTask."""
        return {
            "cluster": self.cluster,
            "taskDefinition": definition,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": [self.subnet]}},
            **more,
        }

    def run(self, definition: str, **more: Any) -> str:
        """Start one task; return its ARN."""
        answer = self.client.run_task(**self.arguments(definition, **more))
        assert answer["failures"] == []
        return str(answer["tasks"][0]["taskArn"])

    def run_command(self, command: Sequence[str], **container: Any) -> str:
        """Start one task with one container; return its ARN."""
        return self.run(self.definition(self.container(command, **container)))

    def describe(self, arn: str) -> Any:
        """Describe one task."""
        return self.client.describe_tasks(cluster=self.cluster, tasks=[arn])["tasks"][0]

    def reach(self, arn: str, status: str, seconds: float = 15) -> Any:
        """Wait until the task has the status; return the task."""
        wait_for(lambda: self.describe(arn)["lastStatus"] == status, seconds)
        return self.describe(arn)

    def output(self, arn: str, container: str = "app", count: int = 1) -> list[str]:
        """Return the output lines of a container, once at least `count` can be read."""
        stream = f"task/{container}/{arn.rpartition('/')[2]}"
        return lines(self.cloud, count, self.group, [stream])


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A Fargate job queue, and its client."""

    cloud: Cloud
    queue: str
    environment: str

    @property
    def client(self) -> Any:
        """Batch."""
        return self.cloud.client("batch")

    def definition(self, command: Sequence[str], *, image: str = STOCK, **more: Any) -> str:
        """Register a job definition; return its ARN. `container` adds container properties."""
        container = {
            "image": image,
            "command": list(command),
            "resourceRequirements": size("0.25", "512"),
            **more.pop("container", {}),
        }
        answer = self.client.register_job_definition(
            jobDefinitionName=unique("definition"),
            type="container",
            platformCapabilities=["FARGATE"],
            containerProperties=container,
            **more,
        )
        return str(answer["jobDefinitionArn"])

    def submit(self, definition: str, **more: Any) -> str:
        """Submit a job; return its id."""
        arguments = {"jobName": unique("job"), "jobQueue": self.queue, **more}
        return str(self.client.submit_job(jobDefinition=definition, **arguments)["jobId"])

    def run(self, command: Sequence[str], **more: Any) -> str:
        """Submit a job with a new definition; return its id."""
        return self.submit(self.definition(command), **more)

    def describe(self, job: str) -> Any:
        """Describe one job."""
        return self.client.describe_jobs(jobs=[job])["jobs"][0]

    def reach(self, job: str, *statuses: str, seconds: float = 15) -> Any:
        """Wait until the job has one of the statuses; return the job."""
        wait_for(lambda: self.describe(job)["status"] in statuses, seconds)
        return self.describe(job)

    def ended(self, job: str) -> Any:
        """Wait until the job has ended; return it."""
        return self.reach(job, "SUCCEEDED", "FAILED")

    def output(self, container: Any, group: str = "/aws/batch/job", count: int = 1) -> list[str]:
        """Return the output lines of an attempt, once at least `count` can be read."""
        return lines(self.cloud, count, group, [container["logStreamName"]])


def size(vcpus: str, memory_mib: str) -> list[dict[str, str]]:
    """Return a job's resource requirements."""
    return [{"type": "VCPU", "value": vcpus}, {"type": "MEMORY", "value": memory_mib}]


def statuses(details: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the last and desired status of each event, by version."""
    ordered = sorted(details, key=lambda item: item["version"])
    return [(item["lastStatus"], item["desiredStatus"]) for item in ordered]
