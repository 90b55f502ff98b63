"""Where a training gets its input and leaves its results: as a task's program, or in SageMaker.

The task's program: docs/contract.md. SageMaker:
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from training.checkpoints import FolderStore, S3Store, Store
from training.hyperparameters import Hyperparameters, InvalidHyperparameters

# SageMaker starts a container with this argument: `docker run IMAGE train`.
TRAIN = "train"
# Names the folder to use in place of /opt/ml; AWS's own training toolkit reads it too.
BASE_VARIABLE = "SAGEMAKER_BASE_DIR"
MAX_FAILURE_CHARACTERS = 1_024


class Contract(Protocol):
    """What the training needs from its surroundings."""

    def hyperparameters(self) -> Hyperparameters:
        """Return the hyperparameters; raise InvalidHyperparameters if they are."""
        ...

    def checkpoints(self) -> Store:
        """Return the store of the checkpoints."""
        ...

    def progress(self, line: Mapping[str, Any]) -> None:
        """Report how far the training is."""
        ...

    def finish(self, artefacts: Mapping[str, bytes], metrics: Mapping[str, Any]) -> None:
        """Hand over the artefacts, by name, and the final metrics."""
        ...

    def fail(self, message: str) -> None:
        """Report why the training failed."""
        ...


@dataclass(frozen=True, kw_only=True)
class TaskContract:
    """A task's program: files that `task-worker` names, everything else in S3."""

    environment: Mapping[str, str]
    make_s3: Callable[[], Any]

    def hyperparameters(self) -> Hyperparameters:
        """Return the input's `hyperparameters`."""
        return Hyperparameters.from_json(self._input().get("hyperparameters", {}))

    def checkpoints(self) -> Store:
        """Return the store at the input's `checkpoint_s3_uri`."""
        return self._store("checkpoint_s3_uri")

    def progress(self, line: Mapping[str, Any]) -> None:
        """Append to TASK_PROGRESS, of which the last line counts."""
        path = self.environment.get("TASK_PROGRESS")
        if path:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def finish(self, artefacts: Mapping[str, bytes], metrics: Mapping[str, Any]) -> None:
        """Put the artefacts below the input's `output_s3_uri`, and their URIs into TASK_OUTPUT."""
        store = self._store("output_s3_uri")
        base = self._input()["output_s3_uri"].rstrip("/")
        for name, content in artefacts.items():
            store.write(name, content)
        output = {
            "model_s3_uri": f"{base}/model.pt",
            "metrics": metrics,
            "artefacts_s3_uris": [f"{base}/{name}" for name in artefacts],
        }
        Path(self.environment["TASK_OUTPUT"]).write_text(json.dumps(output), encoding="utf-8")

    def fail(self, message: str) -> None:
        """Write the error to TASK_ERROR."""
        document = {"error": "Job.Failed", "message": message}
        Path(self.environment["TASK_ERROR"]).write_text(json.dumps(document), encoding="utf-8")

    def _input(self) -> Mapping[str, Any]:
        document = json.loads(Path(self.environment["TASK_INPUT"]).read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise InvalidHyperparameters(f"input: {type(document).__name__}; it must be an object")
        return document

    def _store(self, name: str) -> Store:
        uri = self._input().get(name)
        if not isinstance(uri, str) or not uri.startswith("s3://"):
            raise InvalidHyperparameters(f"{name}: {uri!r:.200}; it must be an S3 URI")
        return S3Store(client=self.make_s3(), uri=uri)


@dataclass(frozen=True, kw_only=True)
class SageMakerContract:
    """A training container: everything is below /opt/ml, which SageMaker copies from and to S3."""

    base: Path

    def hyperparameters(self) -> Hyperparameters:
        """Return the training job's hyperparameters."""
        file = self.base / "input/config/hyperparameters.json"
        return Hyperparameters.from_texts(json.loads(file.read_text(encoding="utf-8")))

    def checkpoints(self) -> Store:
        """Return the folder that is copied to CheckpointConfig's S3Uri."""
        return FolderStore(folder=self.base / "checkpoints")

    def progress(self, line: Mapping[str, Any]) -> None:
        """Do nothing: SageMaker reads the metrics from the log."""

    def finish(self, artefacts: Mapping[str, bytes], metrics: Mapping[str, Any]) -> None:
        """Write the artefacts to the folder that becomes model.tar.gz; the metrics are in the log."""
        del metrics
        for name, content in artefacts.items():
            FolderStore(folder=self.base / "model").write(name, content)

    def fail(self, message: str) -> None:
        """Write the file that becomes the job's FailureReason."""
        folder = self.base / "output"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "failure").write_text(message[:MAX_FAILURE_CHARACTERS], encoding="utf-8")


def contract(arguments: list[str], environment: Mapping[str, str]) -> Contract:
    """Return the contract under which this process was started."""
    if arguments == [TRAIN]:
        return SageMakerContract(base=Path(environment.get(BASE_VARIABLE, "/opt/ml")))
    return TaskContract(environment=environment, make_s3=_s3)


def _s3() -> Any:
    import boto3  # here, because SageMaker's contract does not need it

    return boto3.client("s3", region_name=os.environ.get("AWS_REGION"))
