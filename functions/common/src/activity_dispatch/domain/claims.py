"""Claimants: the name under which a job claims a task, so that no other job processes it."""

from activity_dispatch.domain.jobs import JobId

_LAMBDA, _ECS, _BATCH = "lambda:", "ecs:", "batch:"
# Claimants with these prefixes name their job; any other names a process.
_NAMES_JOB = (_LAMBDA, _ECS, _BATCH)
# Claims a task whose job waited too long and is being stopped: what gets its turn just then may not begin.
LEAVING = "leaving: the job waited too long"
_RESERVED = "attempt:"


def reserved_for(attempt: int) -> str | None:
    """Return what holds a task for the worker of an attempt, None for the first.

    It stands where a claimant does. So a late worker of an earlier attempt finds the task claimed.
    """
    return None if attempt == 1 else f"{_RESERVED}{attempt}"


def claimant_in(claimed_by: str | None) -> str | None:
    """Return who has claimed a task, None if it is only held for an attempt's worker."""
    return None if claimed_by is None or claimed_by.startswith(_RESERVED) else claimed_by


def lambda_claimant(request_id: str, nonce: str) -> str:
    """Return the claimant for one delivery of an invocation: Lambda may deliver a request id twice."""
    return f"{_LAMBDA}{request_id}/{nonce}"


def ecs_claimant(runtime_id: str) -> str:
    """Return the claimant for an ECS container."""
    return f"{_ECS}{runtime_id}"


def batch_claimant(job_id: str) -> str:
    """Return the claimant for a Batch job, the same for all its attempts."""
    return f"{_BATCH}{job_id}"


def is_claim_of(claimant: str, job_id: JobId) -> bool | None:
    """Return whether the claimant is this job; None if the claimant does not name a job."""
    return job_id.rpartition("/")[2] in claimant if claimant.startswith(_NAMES_JOB) else None
