"""S3 in memory, shaped as boto3's client."""

import io
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class FakeS3:
    """Keeps objects by their S3 URIs; `refuse` is raised in place of a write, when set."""

    objects: dict[str, bytes] = field(default_factory=dict)
    refuse: Exception | None = None

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: object) -> dict[str, Any]:  # noqa: N803
        """Keep an object."""
        if self.refuse is not None:
            raise self.refuse
        self.objects[f"s3://{Bucket}/{Key}"] = Body
        return {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """Return an object that was put; KeyError for any other."""
        return {"Body": io.BytesIO(self.objects[f"s3://{Bucket}/{Key}"])}
