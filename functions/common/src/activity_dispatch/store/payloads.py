"""Stores inputs too large for the task table and outputs too large for Step Functions in S3."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "tasks"


@dataclass(frozen=True, kw_only=True)
class PayloadStore:
    """S3 objects under `tasks/<task_id>/`. `client` is called on each use, so no client is created before.

    All methods raise ClientError and BotoCoreError.
    """

    client: Callable[[], "S3Client"]
    bucket: str

    def put_input(self, task_id: str, text: str) -> str:
        """Store a task's input; return its S3 URI."""
        return self._put(f"{PREFIX}/{task_id}/input.json", text)

    def put_output(self, task_id: str, text: str) -> str:
        """Store a job's output; return the JSON text that replaces it.

        It is `{"output_s3_uri": "s3://...", "bytes": N, "sha256": "..."}`.
        """
        data = text.encode()
        return json.dumps(
            {
                "output_s3_uri": self._put(f"{PREFIX}/{task_id}/output.json", text),
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )

    def get(self, uri: str) -> str:
        """Return the text of an object in this store's bucket, by its S3 URI."""
        key = uri.removeprefix(f"s3://{self.bucket}/")
        response = self.client().get_object(Bucket=self.bucket, Key=key)
        return response["Body"].read().decode()

    def _put(self, key: str, text: str) -> str:
        self.client().put_object(
            Bucket=self.bucket, Key=key, Body=text.encode(), ContentType="application/json"
        )
        return f"s3://{self.bucket}/{key}"
