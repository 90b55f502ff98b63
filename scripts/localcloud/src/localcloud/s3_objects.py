"""The objects of a cloud's buckets lie in its own state folder."""

import tempfile
from pathlib import Path

from localstack.services.s3 import provider


def install() -> None:
    """Move the folder; LocalStack names one for all clouds, and the first to stop empties it."""
    provider.DEFAULT_S3_TMP_DIR = str(Path(tempfile.gettempdir()) / "s3-objects")
