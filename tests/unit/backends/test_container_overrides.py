"""What a task's input may change about its container."""

import pytest

from activity_dispatch.backends.container_overrides import ContainerOverrides
from activity_dispatch.domain.tasks import InvalidInput


def test_all_overrides_are_read() -> None:
    job = {"command": ["a", "b"], "environment": {"X": "1"}, "cpu": 0.5, "memory_mb": 1024, "gpu": 1}
    job["timeout_seconds"] = 60
    assert ContainerOverrides.from_job(job) == ContainerOverrides(
        command=("a", "b"), environment={"X": "1"}, cpu=0.5, memory_mb=1024, gpu=1, timeout_seconds=60
    )


def test_the_container_gets_its_variables_and_the_tasks() -> None:
    wanted = ContainerOverrides.from_job({"environment": {"X": "1"}, "timeout_seconds": 60})
    assert wanted.variables("abc") == [
        {"name": "X", "value": "1"},
        {"name": "TASK_ID", "value": "abc"},
        {"name": "TASK_TIMEOUT_SECONDS", "value": "60"},
    ]


def test_no_overrides_are_the_default() -> None:
    assert ContainerOverrides.from_job({}) == ContainerOverrides()


@pytest.mark.parametrize(
    ("job", "problem"),
    [
        (
            {"image": "x"},
            r"job\.image: unknown to this backend; allowed are command, environment, cpu, memory_mb, gpu,",
        ),
        ({"command": "ls -l"}, r"job\.command: 'ls -l'; it must be a list"),
        ({"command": []}, r"job\.command: \[\]; it must be a list of at least one"),
        ({"command": [1]}, r"job\.command: \[1\]"),
        ({"environment": ["A=1"]}, r"job\.environment: .*must be an object"),
        ({"environment": {"A": 1}}, r"job\.environment: .*object of strings"),
        (
            {"environment": {"TASK_TABLE": "mine"}},
            r"job\.environment\.TASK_TABLE: reserved; allowed are names without",
        ),
        ({"environment": {"AWS_PROFILE": "x"}}, r"job\.environment\.AWS_PROFILE"),
        ({"cpu": "1"}, r"job\.cpu: '1'; it must be a number over 0"),
        ({"cpu": True}, r"job\.cpu: True"),
        ({"memory_mb": 0.5}, r"job\.memory_mb: 0\.5"),
        ({"memory_mb": -1}, r"job\.memory_mb: -1"),
        ({"timeout_seconds": "60"}, r"job\.timeout_seconds: '60'"),
    ],
)
def test_the_error_names_the_invalid_field(job: dict, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        ContainerOverrides.from_job(job)
