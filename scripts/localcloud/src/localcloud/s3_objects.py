"""Keep the objects of a cloud's buckets in its own state folder."""

import tempfile
from pathlib import Path

from localstack.services.s3 import provider


def install() -> None:
    """Move the folder: LocalStack has one for all clouds, and the first to stop empties it."""
    provider.DEFAULT_S3_TMP_DIR = str(Path(tempfile.gettempdir()) / "s3-objects")
