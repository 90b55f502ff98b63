"""What every backend promises, the fake one included (design section 5)."""

import pytest
from tests.unit.fuzz import recorded

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends import registry
from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.domain.jobs import JobId, JobState
from activity_dispatch.domain.tasks import Task


def task(token: str = "token") -> Task:
    return Task(activity_arn="arn:activity", token=token, input='{"n": 1}', heartbeat_seconds=60)


def test_a_start_returns_a_job_id_that_can_be_stored(backend) -> None:
    job = backend.start(task())
    assert isinstance(job, str)
    assert 0 < len(job) <= 2_048
    assert "token" not in job


def test_a_started_job_is_unknown_or_in_a_known_state(backend) -> None:
    job = backend.start(task())
    described = backend.describe([job])
    assert set(described) <= {job}
    assert {diagnosis.state for diagnosis in described.values()} <= set(JobState)
    assert {diagnosis.task_id for diagnosis in described.values()} <= {task().task_id}
    assert backend.describes_jobs == bool(described)
    assert (backend.max_job_seconds is None) == backend.describes_jobs


def test_a_started_job_is_found_by_its_task(backend) -> None:
    job = backend.start(task())
    assert backend.find(task().task_id) == (job if backend.describes_jobs else None)
    assert backend.find(task("other").task_id) is None


# Backends that keep the promise by means that moto does not have.
REPEATED_ELSEWHERE = {
    "LambdaBackend": "Lambda has no client token: the function's claim on the task keeps it",
    "EcsBackend": "moto ignores clientToken: the local cloud's tests have it",
}


def test_a_repeated_start_starts_no_second_job(backend) -> None:
    reason = REPEATED_ELSEWHERE.get(type(backend).__name__)
    if reason:
        pytest.skip(reason)
    assert backend.start(task()) == backend.start(task())


def test_jobs_that_do_not_exist_are_not_described(backend) -> None:
    assert backend.describe([JobId("no-such-job")]) == {}
    assert backend.describe([]) == {}


def test_stopping_a_job_that_does_not_exist_succeeds(backend) -> None:
    backend.stop(JobId("no-such-job"), "nobody waits for it")


def test_stopping_twice_succeeds(backend) -> None:
    job = backend.start(task())
    backend.stop(job, "first")
    backend.stop(job, "second")


@pytest.mark.parametrize(
    "event", [{}, {"source": "aws.events", "detail": {}}, {"detail": None}, {"detail": []}]
)
def test_events_of_other_services_are_ignored(backend, event) -> None:
    assert backend.diagnose(event) is None


@pytest.mark.parametrize("event", recorded.JOB_EVENTS, ids=["ecs", "batch", "sagemaker", "lambda"])
def test_an_event_of_an_end_says_how_or_the_service_can_be_asked(backend, event) -> None:
    diagnosis = backend.diagnose(dict(event))
    if diagnosis is not None:
        assert diagnosis.state is JobState.ENDED
        assert diagnosis.outcome is not None or backend.describes_jobs


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize("config", [{}, {"function_arn": 3}, {"unknown": "field"}])
def test_an_invalid_configuration_is_rejected(aws, name: str, config: dict) -> None:
    with pytest.raises(InvalidBackendConfig):
        registry.create(name, config, Clients(threads=2))


def test_the_error_for_an_unknown_backend_lists_the_known_ones(aws) -> None:
    with pytest.raises(InvalidBackendConfig, match="'abacus'; allowed are lambda, ecs, batch, sagemaker"):
        registry.create("abacus", {}, Clients(threads=2))
