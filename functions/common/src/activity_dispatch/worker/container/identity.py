"""The name under which a container claims its task."""

import os
import socket
from collections.abc import Mapping

from activity_dispatch.domain.claims import batch_claimant, ecs_claimant


def claimant_of(environment: Mapping[str, str]) -> str:
    """Return a name that a job keeps across its attempts and that no other job has.

    Batch runs all attempts of a job under one job id, and ECS restarts a container under one runtime id,
    so the attempt after a lost host may take over the task. Elsewhere the name is the host's name and
    the process id.

    Sources: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
    """
    if job := environment.get("AWS_BATCH_JOB_ID"):
        return batch_claimant(job)
    if uri := environment.get("ECS_CONTAINER_METADATA_URI_V4"):
        return ecs_claimant(uri.rstrip("/").rpartition("/")[2])
    return f"{socket.gethostname()}:{os.getpid()}"
