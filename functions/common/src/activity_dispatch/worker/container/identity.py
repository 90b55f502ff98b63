"""Who claims a task: a name for the job that this container is."""

import os
import socket
from collections.abc import Mapping

from activity_dispatch.domain.claims import batch_claimant, ecs_claimant


def claimant_of(environment: Mapping[str, str]) -> str:
    """Return a name that a job keeps when it is started again, and that no other job has.

    Batch starts the attempts of a job one after the other under one job id, ECS restarts a
    container under one runtime id: an attempt whose host was lost is followed by one that may take
    the task up. Elsewhere it is the host's name and the process.

    Sources: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
    """
    if job := environment.get("AWS_BATCH_JOB_ID"):
        return batch_claimant(job)
    if uri := environment.get("ECS_CONTAINER_METADATA_URI_V4"):
        return ecs_claimant(uri.rstrip("/").rpartition("/")[2])
    return f"{socket.gethostname()}:{os.getpid()}"
