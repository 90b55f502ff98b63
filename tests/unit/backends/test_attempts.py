"""Jobs of different attempts of a task are called after them, and told apart by what their service says."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.batch.events import diagnose_job as diagnose_batch
from activity_dispatch.backends.ecs.backend import EcsBackend
from activity_dispatch.backends.ecs.events import diagnose_task
from activity_dispatch.backends.job_names import attempt_in, job_name
from activity_dispatch.backends.sagemaker.events import diagnose_job as diagnose_training
from activity_dispatch.domain.tasks import Task

TASK = Task(activity_arn="arn", token="token", input="{}", heartbeat_seconds=60)
NO_ROOM = {"tasks": [], "failures": [{"reason": "RESOURCE:CPU"}]}


def backend(client: Mock) -> EcsBackend:
    return EcsBackend(
        client=client,
        cluster="c",
        task_definition="d",
        container="job",
        capacity=[],
        network={},
        retrying=Retrying(limit_seconds=1e9, sleep=lambda _: None),
    )


def asked(task: Task, tries: int) -> tuple[set[str], set[str]]:
    """Return the client tokens and the starters of so many tries."""
    started = {"tasks": [{"taskArn": "arn"}], "failures": []}
    client = Mock(run_task=Mock(side_effect=[*[NO_ROOM] * (tries - 1), started]))
    backend(client).start(task)
    calls = [call.kwargs for call in client.run_task.call_args_list]
    return {call["clientToken"] for call in calls}, {call["startedBy"] for call in calls}


def test_no_two_attempts_share_a_client_token_or_a_starter_on_ecs() -> None:
    found = [asked(replace(TASK, attempt=number), 7) for number in range(1, 6)]
    tokens, starters = [each[0] for each in found], [each[1] for each in found]
    assert len(set.union(*tokens)) == 35
    assert len(set.union(*starters)) == 5
    assert max(map(len, set.union(*tokens))) <= 64


def test_ecs_is_not_asked_again_where_another_backend_follows() -> None:
    client = Mock(run_task=Mock(return_value=NO_ROOM))
    with pytest.raises(StartRefused):
        backend(client).start(replace(TASK, falls_back=True))
    assert client.run_task.call_count == 1


@pytest.mark.parametrize("number", [1, 2, 5])
def test_what_a_service_says_leads_back_to_task_and_attempt(number: int) -> None:
    start_id = replace(TASK, attempt=number).start_id
    name = job_name(start_id)
    assert attempt_in(name) == (TASK.task_id, number)
    ecs = diagnose_task({"startedBy": start_id, "taskArn": "arn", "lastStatus": "RUNNING"})
    batch = diagnose_batch({"jobName": name, "jobId": "1", "status": "RUNNING"})
    training = diagnose_training(
        {"TrainingJobName": name, "TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}
    )
    found = [(each.task_id, each.attempt) for each in (ecs, batch, training) if each is not None]
    assert found == [(TASK.task_id, number)] * 3
    assert training is not None
    assert training.job_id == name
