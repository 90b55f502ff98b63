"""S3 in memory, shaped like boto3's client."""

import io
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class FakeS3:
    """Holds objects by S3 URI; if `refuse` is set, writes raise it."""

    objects: dict[str, bytes] = field(default_factory=dict)
    refuse: Exception | None = None

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: object) -> dict[str, Any]:  # noqa: N803
        """Store an object."""
        if self.refuse is not None:
            raise self.refuse
        self.objects[f"s3://{Bucket}/{Key}"] = Body
        return {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """Return a stored object. Raises KeyError for any other."""
        return {"Body": io.BytesIO(self.objects[f"s3://{Bucket}/{Key}"])}
