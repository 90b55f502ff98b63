"""The job as a container's command: `task-worker -- python -m process`.

Reads the job's input from the file TASK_INPUT, or from stdin; writes the summary to stdout. If it
fails, it writes the reason to TASK_ERROR, so that the task's cause is the same as from the Lambda function.
"""

import json
import logging
import os
import sys
from pathlib import Path

import boto3

from process.job import run

LOG = logging.getLogger(__name__)


def main() -> int:
    """Run the job; return the exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    path = os.environ.get("TASK_INPUT")
    text = Path(path).read_text(encoding="utf-8") if path else sys.stdin.read()
    try:
        summary = run(json.loads(text), boto3.client("s3", region_name=os.environ.get("AWS_REGION")))
    except Exception as error:
        LOG.exception("the job failed")
        _name_error(f"{type(error).__name__}: {error}")
        return 1
    print(json.dumps(summary))
    return 0


def _name_error(message: str) -> None:
    path = os.environ.get("TASK_ERROR")
    if path:
        Path(path).write_text(json.dumps({"error": "Job.Failed", "message": message}), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
