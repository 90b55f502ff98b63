"""SageMaker training jobs that tests start, and the bucket they use."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud import Cloud, unique, wait_for

from compute.resources import STOCK, lines, post


@dataclass(frozen=True, kw_only=True)
class Training:
    """A bucket for training jobs, and SageMaker's client."""

    cloud: Cloud
    bucket: str
    scripts: Path
    role: str

    @property
    def client(self) -> Any:
        """SageMaker."""
        return self.cloud.client("sagemaker")

    def uri(self, key: str) -> str:
        """Return the URI of an object."""
        return f"s3://{self.bucket}/{key}"

    def put(self, key: str, body: bytes) -> None:
        """Put an object into the bucket."""
        self.cloud.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)

    def objects(self, uri: str) -> list[str]:
        """Return the keys below a URI."""
        prefix = uri.removeprefix(self.uri(""))
        answer = self.cloud.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for item in answer.get("Contents", [])]

    def read(self, uri: str) -> bytes:
        """Return the content of an object."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())

    def members(self, uri: str) -> dict[str, bytes]:
        """Return the files in a tar.gz object."""
        with tarfile.open(fileobj=io.BytesIO(self.read(uri))) as archive:
            files = [(item.name, archive.extractfile(item)) for item in archive.getmembers()]
            return {name: file.read() for name, file in files if file}

    def channel(self, name: str, prefix: str) -> dict[str, Any]:
        """Return a channel of all objects below a prefix."""
        source = {"S3DataType": "S3Prefix", "S3Uri": self.uri(prefix)}
        return {"ChannelName": name, "DataSource": {"S3DataSource": source}}

    def arguments(
        self,
        command: Sequence[str] | None = None,
        *,
        image: str = STOCK,
        metrics: Mapping[str, str] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Return arguments for CreateTrainingJob."""
        algorithm: dict[str, Any] = {"TrainingImage": image, "TrainingInputMode": "File"}
        if command is not None:
            algorithm |= {"ContainerEntrypoint": [*command], "ContainerArguments": ["train"]}
        definitions = [{"Name": name, "Regex": regex} for name, regex in (metrics or {}).items()]
        return {
            "TrainingJobName": unique("training"),
            "RoleArn": self.role,
            "AlgorithmSpecification": algorithm | {"MetricDefinitions": definitions},
            "OutputDataConfig": {"S3OutputPath": self.uri("models/")},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 1,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            **more,
        }

    def create(self, command: Sequence[str] | None = None, **more: Any) -> str:
        """Start a job; return its name."""
        arguments = self.arguments(command, **more)
        self.client.create_training_job(**arguments)
        return str(arguments["TrainingJobName"])

    def run(self, command: Sequence[str], **more: Any) -> str:
        """Start a job that runs a command; return its name."""
        return self.create(command, **more)

    def run_script(self, script: str, **more: Any) -> str:
        """Start a job that runs a script of any length; return its name."""
        file = self.scripts / unique("script")
        file.write_text(script, encoding="utf-8")
        return self.create(["sh", str(file)], **more)

    def describe(self, name: str) -> Any:
        """Describe a job."""
        return self.client.describe_training_job(TrainingJobName=name)

    def ended(self, name: str, seconds: float = 15) -> Any:
        """Wait until the job has ended; return it."""
        ends = ("Completed", "Failed", "Stopped")
        wait_for(lambda: self.describe(name)["TrainingJobStatus"] in ends, seconds)
        return self.describe(name)

    def output(self, name: str, count: int = 1) -> list[str]:
        """Return the output lines of all its containers, once at least `count` can be read."""
        group = "/aws/sagemaker/TrainingJobs"
        found = self.cloud.client("logs").describe_log_streams(
            logGroupName=group, logStreamNamePrefix=f"{name}/algo-1-"
        )
        names = [stream["logStreamName"] for stream in found["logStreams"]]
        return lines(self.cloud, count, group, names)


def interrupt(training: Training, name: str, **how: Any) -> None:
    """Interrupt a job once it is training."""

    def accepted() -> bool:
        return post(training.cloud, "spot-interruption", training_job=name, **how) == 200

    wait_for(accepted)
