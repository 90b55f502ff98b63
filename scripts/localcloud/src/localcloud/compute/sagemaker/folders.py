"""The files that a training container finds under /opt/ml.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import json
from pathlib import Path
from typing import Any

from localcloud.compute.cloud import Document
from localcloud.compute.sagemaker.jobs import TrainingJob
from localcloud.compute.sagemaker.storage import StorageError, download

BASE = "/opt/ml"
CHECKPOINTS = f"{BASE}/checkpoints"
# AWS's sagemaker-training toolkit reads it to find /opt/ml if it is elsewhere.
BASE_VARIABLE = "SAGEMAKER_BASE_DIR"

_HOST = "algo-1"
_MAX_FAILURE_CHARACTERS = 1024


class Folders:
    """The folders of one container."""

    def __init__(self, base: Path) -> None:
        """Create them below `base`, which stands for /opt/ml."""
        self.base = base
        self.config = base / "input/config"
        self.data = base / "input/data"
        self.model = base / "model"
        self.output = base / "output"
        self.checkpoints = base / "checkpoints"
        for folder in (self.config, self.data, self.model, self.output / "data", self.checkpoints):
            folder.mkdir(parents=True, exist_ok=True)

    def fill(self, job: TrainingJob, client: Any) -> None:
        """Write the configuration and download the channels; StorageError says what is missing."""
        document = job.describe()
        channels = document.get("InputDataConfig") or []
        self._write("hyperparameters.json", document.get("HyperParameters") or {})
        self._write(
            "inputdataconfig.json", {item["ChannelName"]: _channel(item) for item in channels}
        )
        self._write("resourceconfig.json", _resources(document["ResourceConfig"]))
        for channel in channels:
            uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
            folder = self.data / channel["ChannelName"]
            folder.mkdir()
            if not download(client, uri, folder):
                raise StorageError(
                    f"No S3 objects found under S3 URL {uri!r} given in input data source."
                )

    def failure(self) -> str:
        """Return what the container wrote about its failure."""
        file = self.output / "failure"
        if not file.is_file():
            return ""
        return file.read_text(encoding="utf-8", errors="replace")[:_MAX_FAILURE_CHARACTERS].strip()

    def _write(self, name: str, document: Document) -> None:
        (self.config / name).write_text(json.dumps(document), encoding="utf-8")


def _channel(channel: Document) -> Document:
    source = channel["DataSource"]["S3DataSource"]
    content = {"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}
    return content | {
        "TrainingInputMode": "File",
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }


def _resources(resources: Document) -> Document:
    kind = resources["InstanceType"]
    group = {
        "instance_group_name": "homogeneousCluster",
        "instance_type": kind,
        "hosts": [_HOST],
    }
    return {
        "current_host": _HOST,
        "current_instance_type": kind,
        "current_group_name": group["instance_group_name"],
        "hosts": [_HOST],
        "instance_groups": [group],
        "network_interface_name": "eth0",
    }
