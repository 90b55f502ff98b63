"""A running sweep of trainings: the progress that each training writes to S3."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from activity_dispatch_cli import execution

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from operations.clients import Clients

RUNNING = "RUNNING"
# At least this long between two lines of a training; its last epoch always has one.
LINE_SECONDS = 2.0
DOCUMENTS = ("comparison_s3_uri", "winner_s3_uri", "learning_curves_s3_uri")


@dataclass(kw_only=True)
class Sweep:
    """An execution of a state machine that trains."""

    clients: Clients
    bucket: str
    backend: str
    arn: str
    ended: bool = False
    _epochs: dict[str, int] = field(default_factory=dict)
    _shown_at: dict[str, float] = field(default_factory=dict)

    def news(self) -> list[str]:
        """Return a line for each training with progress since its last line."""
        # Before the histories, so that the last epoch is shown before the end.
        described = self.clients.stepfunctions.describe_execution(executionArn=self.arn)
        lines = [line for key in self._histories() if (line := self._line(key)) is not None]
        if described["status"] != RUNNING and not self.ended:
            self.ended = True
            lines.append(f"{self.backend:<10} {described['status']}")
        return lines

    def _histories(self) -> list[str]:
        prefix = f"training/{self.arn.rpartition(':')[2]}/"
        answer = self.clients.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for item in answer.get("Contents", []) if item["Key"].endswith("/history.json")]

    def _line(self, key: str) -> str | None:
        history = json.loads(read(self.clients, f"s3://{self.bucket}/{key}"))
        last = history["epochs"][-1]
        is_new = last["epoch"] > self._epochs.get(key, 0)
        is_due = time.monotonic() - self._shown_at.get(key, 0.0) >= LINE_SECONDS
        if not is_new or not (is_due or last["epoch"] == history.get("of")):
            return None
        self._epochs[key], self._shown_at[key] = last["epoch"], time.monotonic()
        number = key.split("/")[2].lstrip("0")
        resumed = history["resumed_after"]
        return (
            f"{self.backend:<10} training {number}  epoch {last['epoch']:>3}/{history.get('of', '?')}"
            f"  loss {last['train_loss']:.4f}  validation accuracy {last['validation_accuracy']:.4f}"
            + (f"  (resumed after epoch {', '.join(map(str, resumed))})" if resumed else "")
        )


def start(
    clients: Clients, bucket: str, backend: str, machine: str, values: Mapping[str, list[float]]
) -> Sweep:
    """Start a sweep of these values."""
    arn = execution.start(clients.stepfunctions, machine, {"sweep": values})
    return Sweep(clients=clients, bucket=bucket, backend=backend, arn=arn)


def read(clients: Clients, uri: str) -> bytes:
    """Return the content of an object."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def fetch(clients: Clients, output: Mapping[str, str], folder: Path) -> None:
    """Download what a sweep published to a local folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in DOCUMENTS:
        (folder / output[name].rpartition("/")[2]).write_bytes(read(clients, output[name]))
