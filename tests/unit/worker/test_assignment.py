"""What a worker knows about its task."""

from activity_dispatch.worker.assignment import Assignment

ASSIGNMENT = Assignment(
    task_id="0a" * 16, token="secret", heartbeat_seconds=1, backend="batch", job_id="job-1"
)


def test_the_token_is_in_no_repr() -> None:
    assert "secret" not in repr(ASSIGNMENT)
