"""The worker claims its task, records its progress and ends its program."""

import os

import pytest

from activity_dispatch.domain.tasks import OutcomeName, TaskState


@pytest.mark.parametrize("settled", [False, True])
def test_a_task_that_is_not_ours_is_left_alone(bench, settled) -> None:
    bench.tasks.claim(bench.settings.task_id, "another")
    if settled:
        bench.tasks.record_settled(bench.settings.task_id, OutcomeName.SUCCEEDED, None)
    assert bench.sh("touch $TMP_OF_TEST/up") == (0 if settled else 75)
    assert not bench.marks()
    assert bench.scheduled.answer is None


def test_a_late_job_of_an_earlier_attempt_runs_no_program(bench) -> None:
    bench.configure(attempt=2)
    assert bench.sh("touch $TMP_OF_TEST/up") == 75
    assert not bench.marks()


def test_a_task_that_does_not_exist_runs_no_program(bench) -> None:
    bench.configure(task_id="0" * 32)
    assert bench.sh("touch $TMP_OF_TEST/up") == 75
    assert not bench.marks()


def test_the_same_job_may_resume_its_task(bench) -> None:
    bench.tasks.claim(bench.settings.task_id, "worker-1")
    assert bench.sh("true") == 0
    assert bench.record.state is TaskState.SETTLED


def test_the_last_progress_is_recorded(bench) -> None:
    bench.sh("echo 10% >> $TASK_PROGRESS; echo '{\"done\": 1}' >> $TASK_PROGRESS")
    assert bench.record.progress == '{"done": 1}'


def test_a_failing_worker_does_not_leave_its_program_running(bench, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("activity_dispatch.worker.container.parts.watching", broken)
    with pytest.raises(ZeroDivisionError):
        bench.sh("sleep 60 & echo $! > $TMP_OF_TEST/pid; wait")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)
