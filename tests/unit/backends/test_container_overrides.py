"""What a task's input may change about its container."""

from dataclasses import replace

import pytest
from tests.unit.backends.stubs import TASK

from activity_dispatch.backends.container_overrides import ContainerOverrides
from activity_dispatch.domain.tasks import InvalidInput, Origin

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_all_overrides_are_read() -> None:
    job = {"command": ["a", "b"], "environment": {"X": "1"}, "cpu": 0.5, "memory_mb": 1024, "gpu": 1}
    job["timeout_seconds"] = 60
    assert ContainerOverrides.from_job(job) == ContainerOverrides(
        command=("a", "b"), environment={"X": "1"}, cpu=0.5, memory_mb=1024, gpu=1, timeout_seconds=60
    )


def test_the_container_gets_its_variables_and_the_tasks() -> None:
    wanted = ContainerOverrides.from_job({"environment": {"X": "1"}, "timeout_seconds": 60})
    assert wanted.variables(TASK) == [
        {"name": "X", "value": "1"},
        {"name": "TASK_ID", "value": TASK.task_id},
        {"name": "TASK_TIMEOUT_SECONDS", "value": "60"},
    ]


def test_the_job_of_a_chain_knows_its_attempt_and_what_becomes_of_an_interruption() -> None:
    task = replace(TASK, attempt=2, falls_back_after_interruption=True)
    assert ContainerOverrides().variables(task)[1:] == [
        {"name": "TASK_ATTEMPT", "value": "2"},
        {"name": "TASK_ON_INTERRUPTION", "value": "leave"},
    ]


@pytest.mark.parametrize(("job", "value"), [({}, TRACE), ({"environment": {"TRACEPARENT": "own"}}, "own")])
def test_the_container_gets_its_tasks_trace_unless_the_input_has_one(job: dict, value: str) -> None:
    origin = Origin(state_name="Cut", attempt=0, entered_at="now", trace=TRACE)
    variables = ContainerOverrides.from_job(job).variables(replace(TASK, execution_arn="arn", origin=origin))
    assert [each["value"] for each in variables if each["name"] == "TRACEPARENT"] == [value]


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
        ({"command": []}, r"job\.command: \[\]; it must be a list of strings, the first"),
        ({"command": [1]}, r"job\.command: \[1\]"),
        ({"environment": ["A=1"]}, r"job\.environment: .*must be an object"),
        ({"environment": {"A": 1}}, r"job\.environment\.A: 1; it must be a string"),
        (
            {"environment": {"TASK_TABLE": "mine"}},
            r"job\.environment\.TASK_TABLE: reserved; an interpreter, a loader, the platform or the worker",
        ),
        ({"environment": {"AWS_PROFILE": "x"}}, r"job\.environment\.AWS_PROFILE"),
        ({"cpu": "1"}, r"job\.cpu: '1'; it must be a number from 0.001 to 100000"),
        ({"cpu": True}, r"job\.cpu: True"),
        ({"memory_mb": 0.5}, r"job\.memory_mb: 0\.5"),
        ({"memory_mb": -1}, r"job\.memory_mb: -1"),
        ({"timeout_seconds": "60"}, r"job\.timeout_seconds: '60'"),
        ({"timeout_seconds": 2**31 - 1}, r"job\.timeout_seconds: 2147483647; .* at most 99999999$"),
        ({"timeout_seconds": 10**5000}, r"job\.timeout_seconds: a value of type int that is too large"),
        ({"cpu": float("nan")}, r"job\.cpu: nan"),
        ({"cpu": float("inf")}, r"job\.cpu: inf"),
        ({"cpu": 0.0001}, r"job\.cpu: 0.0001"),
        ({"command": [""]}, r"job\.command: \[''\]; it must be a list of strings, the first"),
        ({"command": ["a", "b\0"]}, r"job\.command\[1\]: 'b\\x00'; it has a NUL character"),
        ({"command": ["\ud800"]}, r"job\.command\[0\]: '\\ud800'; it has half of a surrogate pair"),
        ({"environment": {"A=B": "1"}}, r"job\.environment\.A=B: not a name; allowed are letters"),
        ({"environment": {"": "1"}}, r"job\.environment\.: not a name"),
        ({"environment": {"1A": "1"}}, r"job\.environment\.1A: not a name"),
        ({"environment": {"A\ud800": "1"}}, r"job\.environment\.'A\\ud800': not a name"),
        ({"environment": {"A": "\0"}}, r"job\.environment\.A: '\\x00'; it has a NUL"),
        ({"environment": {"A": "\udc00"}}, r"job\.environment\.A: '\\udc00'; it has half"),
    ],
)
def test_the_error_names_the_invalid_field(job: dict, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        ContainerOverrides.from_job(job)
