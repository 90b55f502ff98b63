"""The functions that the checks run, packed as `job.py` with the library: they do as their input says."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch import JobError, processing_handler

LOG = logging.getLogger(__name__)
# Above the 16 at which Lambda ends a chain, below what costs anything.
MAX_TURNS = 30


@processing_handler
def handle(job_input: Any) -> Any:
    """Return a value or the time, sleep, or fail, always or until an object exists."""
    match job_input:
        case {"return": value}:
            return value
        case {"time": _}:
            return time.time()
        case {"span": seconds}:
            begin = time.time()
            time.sleep(seconds)
            return [begin, time.time()]
        case {"sleep": seconds, "line": line}:
            LOG.info("%s begins", line)
            time.sleep(seconds)
            LOG.info("%s has slept", line)
            return "slept"
        case {"raise": message, "line": line}:
            LOG.info("%s", line)
            raise ValueError(message)
        case {"fail": error, "unless": key}:
            if not _exists(key):
                raise JobError(error, f"fails until there is {key}")
            return "no failure any more"
    raise JobError("Verify.UnknownInput", f"{job_input!r} asks for nothing that this function does")


def _exists(key: str) -> bool:
    """Whether an object exists; listing it takes no right to read it."""
    found = boto3.client("s3").list_objects_v2(Bucket=os.environ["VERIFY_BUCKET"], Prefix=key)
    return found["KeyCount"] > 0


def send_on(event: Any, _context: Any) -> None:
    """Send a number to the queue that it came from, plus one."""
    for record in event["Records"]:
        turn = int(record["body"])
        print(f"turn {turn}", flush=True)
        if turn < MAX_TURNS:
            queue = os.environ["CHAIN_QUEUE_URL"]
            try:
                boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=str(turn + 1))
            except (BotoCoreError, ClientError) as error:
                # The chain ends here, too, but not by Lambda's hand.
                print(f"turn {turn} failed: {error}", flush=True)
                raise
