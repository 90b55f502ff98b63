"""The name under which a worker claims its task."""

import pytest

from activity_dispatch.worker.container.identity import claimant_of


@pytest.mark.parametrize(
    ("environment", "claimant"),
    [
        ({"AWS_BATCH_JOB_ID": "j:1", "AWS_BATCH_JOB_ATTEMPT": "2"}, "batch:j:1"),
        ({"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/abc-1"}, "ecs:abc-1"),
    ],
)
def test_a_job_claims_under_the_same_name_in_every_attempt(environment, claimant) -> None:
    assert claimant_of(environment) == claimant_of({**environment, "AWS_BATCH_JOB_ATTEMPT": "3"}) == claimant


def test_outside_ecs_and_batch_the_process_is_the_claimant() -> None:
    assert ":" in claimant_of({})
